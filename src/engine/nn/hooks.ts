import { checkedOptions } from "../arguments.js";
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
/** The same with the options that the call ends with apart; what it returns, unless undefined, is [args, options]. */
export type ForwardPreHookWithKwargs = (module: AnyModule, args: readonly unknown[], kwargs: Kwargs) => readonly [args: unknown, kwargs: Kwargs] | null | void;
/** Runs after forward; what it returns, unless undefined, takes the place of the output. */
export type ForwardHook = (module: AnyModule, args: readonly unknown[], output: unknown) => unknown;
/** The same with the options that the call ends with apart. */
export type ForwardHookWithKwargs = (module: AnyModule, args: readonly unknown[], kwargs: Kwargs, output: unknown) => unknown;

/** The options that a call ends with; without any, empty. */
export type Kwargs = Readonly<Record<string, unknown>>;

export interface PrependOptions {
  /** Run it before those that are registered already. Default false. */
  readonly prepend?: boolean;
}

export interface HookOptions extends PrependOptions {
  /** Hand over the options that the call ends with apart from the other arguments. Default false. */
  readonly withKwargs?: boolean;
}

export interface ForwardHookOptions extends HookOptions {
  /** Run it also where forward throws. Default false. */
  readonly alwaysCall?: boolean;
}

export const globalForwardPreHooks = new HookList<ForwardPreHook | ForwardPreHookWithKwargs, HookOptions>();
export const globalForwardHooks = new HookList<ForwardHook | ForwardHookWithKwargs, ForwardHookOptions>();

/** Runs `hook` before every module's forward (torch.nn.modules.module.register_module_forward_pre_hook). */
export function registerModuleForwardPreHook(hook: ForwardPreHook): RemovableHandle {
  return globalForwardPreHooks.register(hook);
}

type GlobalForwardHookOptions = Omit<ForwardHookOptions, "prepend">;

/** Runs `hook` after every module's forward (torch.nn.modules.module.register_module_forward_hook). */
export function registerModuleForwardHook(hook: ForwardHook, options?: GlobalForwardHookOptions & { readonly withKwargs?: false }): RemovableHandle;
export function registerModuleForwardHook(hook: ForwardHookWithKwargs, options: GlobalForwardHookOptions & { readonly withKwargs: true }): RemovableHandle;
export function registerModuleForwardHook(hook: ForwardHook | ForwardHookWithKwargs, options: GlobalForwardHookOptions = {}): RemovableHandle {
  const given = checkedOptions<GlobalForwardHookOptions>("registerModuleForwardHook", options, "withKwargs", "alwaysCall");
  return globalForwardHooks.register(hook, false, given);
}
