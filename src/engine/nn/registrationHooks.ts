import type { Tensor } from "../tensor.js";
import type { AnyModule } from "./anyModule.js";
import { HookList, type RemovableHandle } from "./hooks.js";
import type { Parameter } from "./parameter.js";

/** Runs when a module registers a member under a name; what it returns, unless undefined, is registered in its place. */
export type RegistrationHook<Member> = (module: AnyModule, name: string, member: Member | null) => Member | null | void;

class RegistrationHooks<Member> {
  private readonly hooks = new HookList<RegistrationHook<Member>>();

  register(hook: RegistrationHook<Member>): RemovableHandle {
    return this.hooks.register(hook);
  }

  /** What is to be registered, after all hooks have seen it. */
  run<Given extends Member>(module: AnyModule, name: string, member: Given | null): Given | null {
    let result: Member | null = member;
    for (const hook of this.hooks) result = hook(module, name, result) ?? result;
    return result as Given | null;
  }
}

export const registrationHooks = {
  buffer: new RegistrationHooks<Tensor>(),
  module: new RegistrationHooks<AnyModule>(),
  parameter: new RegistrationHooks<Parameter>(),
} as const;

/** Runs `hook` whenever a module registers a buffer (torch.nn.modules.module.register_module_buffer_registration_hook). */
export function registerModuleBufferRegistrationHook(hook: RegistrationHook<Tensor>): RemovableHandle {
  return registrationHooks.buffer.register(hook);
}

/** Runs `hook` whenever a module registers a child (torch.nn.modules.module.register_module_module_registration_hook). */
export function registerModuleModuleRegistrationHook(hook: RegistrationHook<AnyModule>): RemovableHandle {
  return registrationHooks.module.register(hook);
}

/** Runs `hook` whenever a module registers a parameter (torch.nn.modules.module.register_module_parameter_registration_hook). */
export function registerModuleParameterRegistrationHook(hook: RegistrationHook<Parameter>): RemovableHandle {
  return registrationHooks.parameter.register(hook);
}
