/**
 * The engine's errors: PyTorch's text in `message`, PyTorch's exception class in the name.
 * Where one arises inside a model, `modulePath` names the innermost module, and the stack's first line shows it.
 */
export class TorchError extends Error {
  /** Path of the innermost module that was running, e.g. "0.block 1.0 (Linear)"; null outside of any model. */
  modulePath: string | null = null;

  override get name(): string {
    return this.constructor.name;
  }
}

/** Wrong shapes, dtypes, devices or states of tensors. */
export class RuntimeError extends TorchError {}
/** A matrix that a factorization cannot take: singular, not positive-definite. */
export class LinAlgError extends RuntimeError {}
/** An argument outside of what a function takes. */
export class ValueError extends TorchError {}
/** An index or a dimension out of range. */
export class IndexError extends TorchError {}
/** A name that does not exist or exists already. */
export class KeyError extends TorchError {}
/** A field that does not exist, or is not of the kind that was asked for. */
export class AttributeError extends TorchError {}
/** An argument of the wrong type. */
export class TypeError extends TorchError {}
/** Where PyTorch checks an argument with `assert`. */
export class AssertionError extends TorchError {}
/** Something that PyTorch has and this engine, or this combination, has not. */
export class NotImplementedError extends TorchError {}

/** What is thrown where numbers are asked of a tensor on the meta device. */
export function noData(): NotImplementedError {
  return new NotImplementedError("Cannot copy out of meta tensor; no data!");
}

/** What to write for numbers that are int64 because all of them were whole. Behind an error that follows from that. */
export const ofWholeNumbers =
  "\nThe tensor is int64 because all of its numbers were whole: JavaScript does not tell 1.0 from 1. For floating-point numbers write { dtype: torch.float32 }.";

/** "maxPool2d" as PyTorch spells it: "max_pool2d". */
export function nameInPython(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A value's type as Python's errors name it. Arrays stand for tuples. */
export function typeInPython(value: unknown): string {
  if (value === null || value === undefined) return "NoneType";
  if (Array.isArray(value)) return "tuple";
  switch (typeof value) {
    case "number":
      return Number.isInteger(value) ? "int" : "float";
    case "string":
      return "str";
    case "boolean":
      return "bool";
    // A module can be called, and has its class.
    case "function":
      return value.constructor === Function ? "function" : value.constructor.name;
    case "object": {
      const type = value.constructor?.name ?? "Object";
      return type === "Object" ? "dict" : type === "Map" ? "OrderedDict" : type;
    }
    default:
      return typeof value;
  }
}

/** PyTorch's error for a write to elements that share their memory. */
export function sharesMemory(): RuntimeError {
  return new RuntimeError(
    "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.",
  );
}

/** PyTorch's error where a parameter or buffer of a lazy module is used before it has a shape. `operation` in lowerCamelCase. */
export function lacksShape(operation: string, type = "UninitializedParameter"): ValueError {
  return lacksShapeIn(`<method '${nameInPython(operation)}' of 'torch._C.TensorBase' objects>`, type);
}

/** The same in what PyTorch calls `place`. */
export function lacksShapeIn(place: string, type = "UninitializedParameter"): ValueError {
  return new ValueError(
    `Attempted to use an uninitialized parameter in ${place}. This error happens when you are using a \`LazyModule\` or explicitly manipulating \`torch.nn.parameter.${type}\` objects. When using LazyModules Call \`forward\` with a dummy batch to initialize the parameters before calling torch functions`,
  );
}
