import type { AnyModule } from "./anyModule.js";

/** Undoes what registered it (torch.utils.hooks.RemovableHandle). */
export class RemovableHandle {
  constructor(private readonly undo: () => void) {}

  remove(): void {
    this.undo();
  }
}

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

/** Hooks in the order they were registered. */
export class HookList<Hook> {
  private hooks: Hook[] = [];

  /** Whether there is nothing to run. */
  get isEmpty(): boolean {
    return suspended || this.hooks.length === 0;
  }

  register(hook: Hook, first = false): RemovableHandle {
    // A new array each time: a hook may remove itself while the list is being walked.
    this.hooks = first ? [hook, ...this.hooks] : [...this.hooks, hook];
    return new RemovableHandle(() => {
      this.hooks = this.hooks.filter((other) => other !== hook);
    });
  }

  /** Takes a hook out, wherever it was registered. */
  delete(hook: Hook): void {
    this.hooks = this.hooks.filter((other) => other !== hook);
  }

  [Symbol.iterator](): Iterator<Hook> {
    return this.hooks[Symbol.iterator]();
  }
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
