import { RemovableHandle } from "../autograd/removableHandle.js";
import type { AnyModule } from "./anyModule.js";

export { RemovableHandle };

let suspended = false;

/** Runs `body` without forward hooks: who only looks at a model must not set off its user's. */
export function withoutHooks<Result>(body: () => Result): Result {
  const before = suspended;
  suspended = true;
  try {
    return body();
  } finally {
    suspended = before;
  }
}

/** Hooks in the order they were registered. One that was registered twice runs twice, and each handle removes its own. */
export class HookList<Hook, Options = undefined> {
  private list: readonly Registration<Hook, Options>[] = [];

  /** Whether there is nothing to run. */
  get isEmpty(): boolean {
    return suspended || this.list.length === 0;
  }

  register(hook: Hook, first = false, options?: Options): RemovableHandle {
    const registration = { hook, options };
    // A new array each time: a hook may remove itself while the list is being walked.
    this.list = first ? [registration, ...this.list] : [...this.list, registration];
    return new RemovableHandle(() => {
      this.list = this.list.filter((other) => other !== registration);
    });
  }

  /** Takes a hook out, wherever it was registered. */
  delete(hook: Hook): void {
    this.list = this.list.filter((other) => other.hook !== hook);
  }

  /** The hooks with what was said when they were registered. */
  get registrations(): readonly Registration<Hook, Options>[] {
    return this.list;
  }

  /** Takes over the hooks of another list. */
  addAll(other: HookList<Hook, Options>): void {
    this.list = [...this.list, ...other.list.map((registration) => ({ ...registration }))];
  }

  *[Symbol.iterator](): IterableIterator<Hook> {
    for (const { hook } of this.list) yield hook;
  }
}

interface Registration<Hook, Options> {
  readonly hook: Hook;
  readonly options: Options | undefined;
}

/** Runs before forward; what it returns, unless undefined, takes the place of the arguments. */
export type ForwardPreHook = (module: AnyModule, args: readonly unknown[]) => unknown;
/** Runs after forward; what it returns, unless undefined, takes the place of the output. */
export type ForwardHook = (module: AnyModule, args: readonly unknown[], output: unknown) => unknown;

export const globalForwardPreHooks = new HookList<ForwardPreHook>();
export const globalForwardHooks = new HookList<ForwardHook>();

/** Runs `hook` before every module's forward (torch.nn.modules.module.register_module_forward_pre_hook). */
export function registerModuleForwardPreHook(hook: ForwardPreHook): RemovableHandle {
  return globalForwardPreHooks.register(hook);
}

/** Runs `hook` after every module's forward (torch.nn.modules.module.register_module_forward_hook). */
export function registerModuleForwardHook(hook: ForwardHook): RemovableHandle {
  return globalForwardHooks.register(hook);
}
