import type { Module } from "./module.js";

/** Undoes what registered it (torch.utils.hooks.RemovableHandle). */
export class RemovableHandle {
  constructor(private readonly undo: () => void) {}

  remove(): void {
    this.undo();
  }
}

/** Hooks in the order they were registered. */
export class HookList<Hook> {
  private hooks: Hook[] = [];

  get isEmpty(): boolean {
    return this.hooks.length === 0;
  }

  register(hook: Hook, first = false): RemovableHandle {
    // A new array each time: a hook may remove itself while the list is being walked.
    this.hooks = first ? [hook, ...this.hooks] : [...this.hooks, hook];
    return new RemovableHandle(() => {
      this.hooks = this.hooks.filter((other) => other !== hook);
    });
  }

  [Symbol.iterator](): Iterator<Hook> {
    return this.hooks[Symbol.iterator]();
  }
}

/** Runs before forward; what it returns, unless undefined, takes the place of the arguments. */
export type ForwardPreHook = (module: Module, args: readonly unknown[]) => unknown;
/** Runs after forward; what it returns, unless undefined, takes the place of the output. */
export type ForwardHook = (module: Module, args: readonly unknown[], output: unknown) => unknown;

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
