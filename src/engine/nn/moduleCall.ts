import { TorchError } from "../errors.js";
import { observer } from "../observer.js";
import type { AnyModule } from "./anyModule.js";
import { callWithBackwardHooks, globalBackwardHooks, globalBackwardPreHooks } from "./backwardHooks.js";
import { globalForwardHooks, globalForwardPreHooks } from "./hooks.js";
import { internals } from "./members.js";
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

/** What calling a module does: its hooks and `forward`, reported to the observer. An error of the engine's learns where in the model it arose. */
export function callModule(module: AnyModule, args: unknown[]): unknown {
  enterModule(module, args);
  try {
    let output: unknown;
    if (hasHooks(module)) output = callWithHooks(module, args);
    else output = module.forward(...(args as never[]));
    return leaveModule(module, output);
  } catch (error) {
    failModule(module, error);
    throw error;
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

function hasHooks(module: AnyModule): boolean {
  const { forwardPreHooks, forwardHooks, backwardPreHooks, backwardHooks } = module[internals];
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

function callWithHooks(module: AnyModule, given: unknown[]): unknown {
  const { forwardPreHooks, backwardPreHooks, backwardHooks } = module[internals];
  let args = given;
  for (const hooks of [globalForwardPreHooks, forwardPreHooks]) {
    for (const hook of hooks) {
      const replaced = hook(module, args);
      if (replaced !== undefined && replaced !== null) args = Array.isArray(replaced) ? replaced : [replaced];
    }
  }
  const hooksOfBackward = [...globalBackwardHooks, ...backwardHooks];
  const preHooksOfBackward = [...globalBackwardPreHooks, ...backwardPreHooks];
  const runForward = (inputs: readonly unknown[]): unknown => runForwardHooks(module, inputs);
  if (hooksOfBackward.length + preHooksOfBackward.length === 0) return runForward(args);
  return callWithBackwardHooks(module, args, hooksOfBackward, preHooksOfBackward, runForward);
}

function runForwardHooks(module: AnyModule, args: readonly unknown[]): unknown {
  const { forwardHooks } = module[internals];
  let output: unknown = module.forward(...(args as never[]));
  for (const hooks of [globalForwardHooks, forwardHooks]) {
    for (const hook of hooks) {
      const replaced = hook(module, args, output);
      if (replaced !== undefined && replaced !== null) output = replaced;
    }
  }
  return output;
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
