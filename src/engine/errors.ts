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
/** An argument of the wrong type. */
export class TypeError extends TorchError {}
/** Where PyTorch checks an argument with `assert`. */
export class AssertionError extends TorchError {}
/** Something that PyTorch has and this engine, or this combination, has not. */
export class NotImplementedError extends TorchError {}
