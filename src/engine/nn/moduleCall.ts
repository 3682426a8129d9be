import { isOptions } from "../arguments.js";
import { RuntimeError, TorchError, typeInPython } from "../errors.js";
import { explained } from "../dispatch/index.js";
import { observer } from "../observer.js";
import type { AnyModule } from "./anyModule.js";
import { callWithBackwardHooks, globalBackwardHooks, globalBackwardPreHooks } from "./backwardHooks.js";
import { warn } from "../warnings.js";
import {
  globalForwardHooks,
  globalForwardPreHooks,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardHookWithKwargs,
  type ForwardPreHook,
  type ForwardPreHookWithKwargs,
  type HookList,
  type Kwargs,
} from "./hooks.js";
import { type Internals, internals } from "./members.js";
import { namedModulesOf } from "./walk.js";

declare module "../observer.js" {
  /** Calls nest: what runs inside a module's call lies between its `moduleEntered` and `moduleLeft` or `moduleFailed`. */
  interface Observer {
    /** At the end of Module's own constructor, before the subclass's fields exist. */
    moduleConstructed?(module: AnyModule): void;
    /** Before the pre-forward hooks. */
    moduleEntered?(module: AnyModule, args: readonly unknown[]): void;
    /** After the forward hooks. The caller gets what this returns, which must stand for the same values; `output` itself where it returns undefined. */
    moduleLeft?(module: AnyModule, output: unknown): unknown;
    moduleFailed?(module: AnyModule, error: unknown): void;
    /** A sequence calls its child registered under `name`: says which place of a module used twice is meant. Comes right before `moduleEntered`. */
    childCalled?(parent: AnyModule, name: string): void;
  }
}

let callDepth = 0;

/**
 * What calling a module does: its hooks and `forward`, reported to the observer. An error of the engine's learns where in the model it arose. What watches
 * over a module's fields takes its time at each access: the module itself has its `members` at hand, and `forward` is looked up beneath.
 */
export function callModule(module: AnyModule, args: unknown[], members: Internals = module[internals]): unknown {
  enterModule(module, args);
  try {
    const output = hasHooks(members) ? callWithHooks(module, args) : (members.fields as unknown as AnyModule).forward.apply(module, args as never[]);
    return leaveModule(module, output);
  } catch (error) {
    const told = explained(error, args);
    failModule(module, told);
    throw told;
  }
}

/**
 * A call of a module that runs elsewhere, in another language: its begin, which `leaveModule` or `failModule` must follow. Hooks and `forward` are the
 * caller's own to run.
 */
export function enterModule(module: AnyModule, args: readonly unknown[]): void {
  observer()?.moduleEntered?.(module, args);
  callDepth++;
}

/** Its end with a result. Gives back what the caller gets. */
export function leaveModule(module: AnyModule, output: unknown): unknown {
  callDepth--;
  const handedOn = observer()?.moduleLeft?.(module, output);
  return handedOn === undefined ? output : handedOn;
}

/** Its end with an error. */
export function failModule(module: AnyModule, error: unknown): void {
  callDepth--;
  observer()?.moduleFailed?.(module, error);
  if (error instanceof TorchError) noteModule(error, module, callDepth === 0);
}

function hasHooks({ forwardPreHooks, forwardHooks, backwardPreHooks, backwardHooks }: Internals): boolean {
  return !(
    forwardPreHooks.isEmpty &&
    forwardHooks.isEmpty &&
    backwardPreHooks.isEmpty &&
    backwardHooks.isEmpty &&
    globalForwardPreHooks.isEmpty &&
    globalForwardHooks.isEmpty &&
    globalBackwardPreHooks.isEmpty &&
    globalBackwardHooks.isEmpty
  );
}

/** Hooks and forward. Where one of them throws, the hooks that are always to be called and were not yet run all the same, before the error goes on. */
function callWithHooks(module: AnyModule, given: unknown[]): unknown {
  const { forwardPreHooks, forwardHooks, backwardPreHooks, backwardHooks } = module[internals];
  const called = new Set<object>();
  let args: readonly unknown[] = given;
  let output: unknown = null;
  const after = (list: HookList<ForwardHook | ForwardHookWithKwargs, ForwardHookOptions>, onlyMissed: boolean): void => {
    for (const registration of list.registrations) {
      if (onlyMissed && (registration.options?.alwaysCall !== true || called.has(registration))) continue;
      called.add(registration);
      const hook = registration.hook as (...args: readonly unknown[]) => unknown;
      try {
        output = (registration.options?.withKwargs === true ? hook(module, ...apart(args), output) : hook(module, args, output)) ?? output;
      } catch (error) {
        if (!onlyMissed) throw error;
        const which = list === globalForwardHooks ? "global module" : "module";
        warn(
          `${which} forward hook with \`\`always_call=True\`\` raised an exception that was silenced as another error was raised in forward: ${String(error)}`,
        );
      }
    }
  };
  try {
    for (const hooks of [globalForwardPreHooks, forwardPreHooks]) {
      for (const { hook, options } of hooks.registrations)
        args = options?.withKwargs === true ? replacedApart(module, hook, args) : replaced(module, hook, args);
    }
    const hooksOfBackward = [...globalBackwardHooks, ...backwardHooks];
    const preHooksOfBackward = [...globalBackwardPreHooks, ...backwardPreHooks];
    const runForward = (inputs: readonly unknown[]): unknown => {
      output = module.forward(...(inputs as never[]));
      for (const list of [globalForwardHooks, forwardHooks]) after(list, false);
      return output;
    };
    if (hooksOfBackward.length + preHooksOfBackward.length === 0) return runForward(args);
    return callWithBackwardHooks(module, args, hooksOfBackward, preHooksOfBackward, runForward);
  } catch (error) {
    for (const list of [globalForwardHooks, forwardHooks]) after(list, true);
    throw error;
  }
}

/** The arguments of a call and the options that it ends with. */
function apart(args: readonly unknown[]): [args: readonly unknown[], kwargs: Kwargs] {
  const last = args.at(-1);
  return isOptions(last) ? [args.slice(0, -1), last as Kwargs] : [args, {}];
}

function replaced(module: AnyModule, hook: ForwardPreHook | ForwardPreHookWithKwargs, args: readonly unknown[]): readonly unknown[] {
  const result = (hook as ForwardPreHook)(module, args);
  if (result === undefined || result === null) return args;
  return Array.isArray(result) ? result : [result];
}

function replacedApart(module: AnyModule, hook: ForwardPreHook | ForwardPreHookWithKwargs, args: readonly unknown[]): readonly unknown[] {
  const result: unknown = (hook as ForwardPreHookWithKwargs)(module, ...apart(args));
  if (result === undefined || result === null) return args;
  if (!Array.isArray(result) || result.length !== 2 || !isOptions(result[1])) {
    throw new RuntimeError(`forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got ${typeInPython(result)}.`);
  }
  const [positional, kwargs] = result as [unknown, object];
  const list: readonly unknown[] = Array.isArray(positional) ? positional : [positional];
  return Object.keys(kwargs).length === 0 ? list : [...list, kwargs];
}

const failedIn = new WeakMap<TorchError, AnyModule>();

/** On its way out of a model, an error first meets the innermost module and last the outermost, which knows the path between them. */
function noteModule(error: TorchError, module: AnyModule, outermost: boolean): void {
  const innermost = failedIn.get(error) ?? module;
  failedIn.set(error, innermost);
  if (!outermost || error.modulePath !== null) return;
  for (const [path, candidate] of namedModulesOf(module)) {
    if (candidate !== innermost) continue;
    error.modulePath = path === "" ? `(${innermost.constructor.name})` : `${path} (${innermost.constructor.name})`;
    error.stack = error.stack?.replace(`${error.name}: `, `${error.name}: in ${error.modulePath}: `);
    return;
  }
}
