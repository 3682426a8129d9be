import { RuntimeError } from "../errors.js";
import { describeTensor, type Tensor } from "../tensor.js";

/** The error of a backward pass through what an earlier one has freed. */
export function freedGraph(): RuntimeError {
  return new RuntimeError(
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.",
  );
}

/** A backward pass needed what `tensor` held at a version that is gone. */
export class OverwrittenError extends RuntimeError {
  constructor(
    message: string,
    readonly tensor: Tensor,
    readonly expected: number,
  ) {
    super(message);
  }
}

/** Throws if a tensor that backward reads was written to after forward, when it was at version `expected`. `maker`: the node that it is a result of. */
export function checkVersion(tensor: Tensor, expected: number, maker: string | undefined): void {
  const actual = tensor.version.value;
  if (actual === expected) return;
  throw new OverwrittenError(
    `one of the variables needed for gradient computation has been modified by an inplace operation: ${describeTensor(tensor)}${maker ? `, which is output 0 of ${maker.replace(/Backward\d+$/, "")},` : ""} is at version ${actual}; expected version ${expected} instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False).`,
    tensor,
    expected,
  );
}
