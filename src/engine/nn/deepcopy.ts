import { RuntimeError } from "../errors.js";
import { observer } from "../observer.js";
import { Storage } from "../storage.js";
import { Tensor } from "../tensor.js";
import { copyModule, Module } from "./module.js";
import { Parameter } from "./parameter.js";
import { StateDict } from "./stateDict.js";

/**
 * A copy that shares nothing with the original (Python's copy.deepcopy): modules, tensors and parameters, and the lists, maps, sets and
 * plain objects that hold them. What is one object or one memory in several places of the original is one in the copy: tied weights stay
 * tied. Other objects, functions among them, are taken over as they are.
 * @throws RuntimeError for tensors that an operation made: copy their `detach()`.
 */
export function deepcopy<Value>(value: Value): Value {
  return copyOf(value, new Map()) as Value;
}

/** What was copied already, originals to copies. */
type Copies = Map<unknown, unknown>;

function copyOf(value: unknown, copies: Copies): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (value instanceof Module) {
    return copyModule(
      value,
      (copied) => copies.set(value, copied),
      (field) => copyOf(field, copies),
    );
  }
  if (value instanceof Tensor) return copyTensor(value, copies);
  if (Array.isArray(value)) return fill(copies, value, [] as unknown[], (copied) => value.forEach((item) => copied.push(copyOf(item, copies))));
  if (value instanceof StateDict || Object.getPrototypeOf(value) === Map.prototype) {
    const empty: Map<unknown, unknown> = value instanceof StateDict ? new StateDict() : new Map();
    return fill(copies, value, empty, (copied) => {
      for (const [key, item] of value as Map<unknown, unknown>) copied.set(copyOf(key, copies), copyOf(item, copies));
      if (value instanceof StateDict) (copied as unknown as StateDict).versions = new Map(value.versions);
    });
  }
  if (value instanceof Set) return fill(copies, value, new Set<unknown>(), (copied) => value.forEach((item) => copied.add(copyOf(item, copies))));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return fill(copies, value, Object.create(prototype) as Record<string, unknown>, (copied) => {
      for (const [name, item] of Object.entries(value)) copied[name] = copyOf(item, copies);
    });
  }
  return value;
}

/** Notes the copy before it is filled: what it holds may lead back to it. */
function fill<Copied>(copies: Copies, original: unknown, copied: Copied, body: (copied: Copied) => void): Copied {
  copies.set(original, copied);
  body(copied);
  return copied;
}

function copyTensor(tensor: Tensor, copies: Copies): Tensor {
  if (!tensor.isLeaf) {
    throw new RuntimeError(
      "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001",
    );
  }
  const { storage } = tensor;
  let memory = copies.get(storage) as Storage | undefined;
  if (memory === undefined) copies.set(storage, (memory = storage.copy()));
  const source = new Tensor(memory, tensor.sizes, tensor.strides, tensor.offset);
  const copied = sameClass(source, tensor);
  copies.set(tensor, copied);
  if (tensor.requiresGrad) copied.requiresGrad_();
  observer()?.copied?.(tensor, copied);
  if (tensor.grad !== null) copied.grad = copyOf(tensor.grad, copies) as Tensor;
  return copied;
}

/** `source` as a tensor of the original's class, with the fields that a subclass has of its own. */
function sameClass(source: Tensor, original: Tensor): Tensor {
  const prototype = Object.getPrototypeOf(original) as object;
  if (prototype === Tensor.prototype) return source;
  if (prototype === Parameter.prototype) return new Parameter(source, original.requiresGrad);
  return Object.assign(Object.create(prototype) as Tensor, original, source);
}
