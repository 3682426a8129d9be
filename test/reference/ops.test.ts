import { describe, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { cotangent, decode, expectTensor, gradientTolerance, loadCases, lookup, withOptions, type EncodedTensor, type KeywordArguments } from "./replay.js";

interface OperationCase {
  readonly id: string;
  readonly op: string;
  readonly inputs: readonly EncodedTensor[];
  readonly args: readonly unknown[];
  readonly kwargs: KeywordArguments;
  /** The inputs are given as one list. */
  readonly list: boolean;
  readonly output: EncodedTensor | readonly EncodedTensor[];
  readonly input_grads?: readonly EncodedTensor[];
}

describe("operations", () => {
  it.each(loadCases<OperationCase>("ops").map((each) => [each.id, each] as const))("%s", (_, { op, inputs, args, kwargs, list, output, input_grads }) => {
    const tensors = inputs.map((input) => (input_grads === undefined ? decode(input) : decode(input).requiresGrad_()));
    const call = lookup(op, torch, torch.nn.functional);
    const result = call(...(list ? [tensors] : tensors), ...withOptions(args, kwargs));
    if (!("shape" in output)) {
      const results = [...(result as Iterable<unknown>)];
      output.forEach((expected, i) => expectTensor(results[i], expected, undefined, `output ${i}`));
      return;
    }
    expectTensor(result, output, undefined, "output");
    if (input_grads === undefined) return;
    (result as torch.Tensor).backward(cotangent(result as torch.Tensor));
    input_grads.forEach((gradient, i) => expectTensor(tensors[i]!.grad, gradient, gradientTolerance, `gradient of input ${i}`));
  });
});
