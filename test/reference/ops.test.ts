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

interface ScatterReduceCase {
  readonly id: string;
  readonly op: "scatter_reduce";
  readonly inputs: readonly [x: EncodedTensor, source: EncodedTensor];
  readonly dim: number;
  readonly index: EncodedTensor;
  readonly reduce: torch.ScatterReduction;
  readonly include_self: boolean;
  readonly output: EncodedTensor;
  readonly input_grads: readonly EncodedTensor[];
}

const functions = loadCases<OperationCase | ScatterReduceCase>("functions");
const isScatterReduce = (each: OperationCase | ScatterReduceCase): each is ScatterReduceCase => each.op === "scatter_reduce";
/** Infinity is text in the data. */
const argument = (value: unknown): unknown => (value === "Infinity" ? Infinity : value);

describe("scatterReduce", () => {
  it.each(functions.filter(isScatterReduce).map((each) => [each.id, each] as const))(
    "%s",
    (_, { inputs, dim, index, reduce, include_self, output, input_grads }) => {
      const [x, source] = inputs.map((input) => decode(input).requiresGrad_()) as [torch.Tensor, torch.Tensor];
      const result = torch.scatterReduce(x, dim, decode(index), source, reduce, { includeSelf: include_self });
      expectTensor(result, output, undefined, "output");
      result.backward(cotangent(result));
      [x, source].forEach((input, i) => expectTensor(input.grad, input_grads[i]!, gradientTolerance, `gradient of input ${i}`));
    },
  );
});

describe("operations", () => {
  const cases = [...loadCases<OperationCase>("ops"), ...functions.filter((each): each is OperationCase => !isScatterReduce(each))];
  it.each(cases.map((each) => [each.id, each] as const))("%s", (_, { op, inputs, args, kwargs, list, output, input_grads }) => {
    const tensors = inputs.map((input) => (input_grads === undefined ? decode(input) : decode(input).requiresGrad_()));
    const call = lookup(op, torch, torch.nn.functional);
    const result = call(...(list ? [tensors] : tensors), ...withOptions(args.map(argument), kwargs));
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
