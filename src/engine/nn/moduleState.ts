import { typeInPython } from "../errors.js";
import { noGrad } from "../autograd/gradMode.js";
import { equalSizes } from "../size.js";
import { Tensor } from "../tensor.js";
import { define, internals, registered, setBuffer, setParameter } from "./members.js";
import type { AnyModule } from "./anyModule.js";
import { isUninitialized, Parameter } from "./parameter.js";
import { IncompatibleKeys, StateDict } from "./stateDict.js";

const extraStateKey = "_extra_state";

/** Adds the state of a module and of all beneath it to `result`, under names that start with `prefix`. */
export function collectState(module: AnyModule, prefix: string, keepVars: boolean, result: StateDict): void {
  for (const hook of module[internals].stateDictPreHooks) hook(module, prefix, keepVars);
  const { parameters, buffers, temporaryBuffers, modules, stateDictHooks } = registered(module);
  result.versions.set(prefix.slice(0, -1), module.stateVersion);
  for (const [name, parameter] of parameters) {
    if (parameter !== null) result.set(prefix + name, keepVars || isUninitialized(parameter) ? parameter : parameter.detach());
  }
  for (const [name, buffer] of buffers) {
    if (buffer !== null && !temporaryBuffers.has(name)) result.set(prefix + name, keepVars || isUninitialized(buffer) ? buffer : buffer.detach());
  }
  if (module.getExtraState !== undefined) result.set(prefix + extraStateKey, module.getExtraState());
  for (const [name, child] of modules) if (child !== null) collectState(child, `${prefix}${name}.`, keepVars, result);
  for (const hook of stateDictHooks) hook(module, result, prefix);
}

/** How a state dict is loaded, and what did not fit. */
interface Loading {
  readonly assign: boolean;
  readonly missingKeys: string[];
  readonly unexpectedKeys: string[];
  readonly errors: string[];
}

/** Loads what `source` has for a module and all beneath it, under names that start with `prefix`. */
export function loadState(module: AnyModule, source: StateDict, prefix: string, loading: Loading): void {
  for (const hook of module[internals].loadStateDictPreHooks) hook(module, source, prefix);
  const { parameters, buffers, temporaryBuffers, modules } = registered(module);
  const state = new Map<string, Tensor>();
  for (const [name, parameter] of parameters) if (parameter !== null) state.set(name, parameter);
  for (const [name, buffer] of buffers) if (buffer !== null && !temporaryBuffers.has(name)) state.set(name, buffer);

  for (const [name, target] of state) loadTensor(module, name, target, source, prefix, loading);
  const extraState = source.get(prefix + extraStateKey);
  if (module.setExtraState !== undefined) {
    if (extraState !== undefined) module.setExtraState(extraState);
    else loading.missingKeys.push(prefix + extraStateKey);
  } else if (extraState !== undefined) loading.unexpectedKeys.push(prefix + extraStateKey);
  for (const key of source.keys()) {
    if (!key.startsWith(prefix) || key === prefix + extraStateKey) continue;
    const [name, ...rest] = key.slice(prefix.length).split(".");
    if (rest.length > 0 ? !modules.has(name!) : !state.has(name!)) loading.unexpectedKeys.push(key);
  }
  for (const [name, child] of modules) {
    if (child === null) continue;
    const childPrefix = `${prefix}${name}.`;
    const part = new StateDict([...source].filter(([key]) => key.startsWith(childPrefix)));
    part.versions = source.versions;
    loadState(child, part, childPrefix, loading);
  }
  for (const hook of module[internals].loadStateDictPostHooks) hook(module, new IncompatibleKeys(loading.missingKeys, loading.unexpectedKeys));
}

function loadTensor(module: AnyModule, name: string, target: Tensor, source: StateDict, prefix: string, loading: Loading): void {
  const key = prefix + name;
  const found = source.get(key);
  if (found === undefined) {
    loading.missingKeys.push(key);
    return;
  }
  if (!(found instanceof Tensor)) {
    loading.errors.push(
      `While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but received <class '${typeInPython(found)}'>`,
    );
    return;
  }
  const value = target.sizes.length === 0 && found.sizes.length === 1 ? found.select(0, 0) : found;
  if (isUninitialized(target)) {
    if (isUninitialized(value)) return;
    target.materialize(Tensor.allocate(value.sizes, target.dtype, target.device));
  }
  if (!equalSizes(value.sizes, target.sizes)) {
    loading.errors.push(`size mismatch for ${key}: copying a param with shape ${value.shape} from checkpoint, the shape in current model is ${target.shape}.`);
    return;
  }
  if (!loading.assign) {
    noGrad(() => target.copy_(value));
  } else if (target instanceof Parameter) {
    const parameter = value instanceof Parameter ? value.requiresGrad_(target.requiresGrad) : new Parameter(value.detach(), target.requiresGrad);
    define(module, name, setParameter(module, name, parameter));
  } else define(module, name, setBuffer(module, name, value));
}
