import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import {
  camelCase,
  decode,
  errorMessage,
  expectTensor,
  gradientTolerance,
  loadCases,
  withOptions,
  type Callable,
  type EncodedTensor,
  type KeywordArguments,
} from "./replay.js";

interface EncodedArgument {
  readonly tensor: EncodedTensor;
  /** The shape that the first element is expanded to, if it is. */
  readonly expanded: readonly number[] | null;
  readonly requires_grad: boolean;
}

type InPlaceCase = { readonly id: string; readonly name: string } & (
  | {
      readonly kind: "float";
      readonly inputs: readonly EncodedTensor[];
      readonly args: readonly unknown[];
      readonly options: KeywordArguments;
      readonly expect: EncodedTensor;
      readonly version: number;
      readonly gradients?: readonly (EncodedTensor | null)[];
    }
  | { readonly kind: "plain"; readonly args: readonly (EncodedArgument | number | boolean)[]; readonly expect: EncodedTensor }
  | { readonly kind: "refused"; readonly args: readonly (EncodedArgument | number | boolean)[]; readonly expect: string }
);

function method(tensor: torch.Tensor, name: string): Callable {
  return (tensor as unknown as Record<string, Callable>)[camelCase(name)]!.bind(tensor);
}

function argument(given: EncodedArgument | number | boolean): unknown {
  if (typeof given !== "object") return given;
  const tensor = decode(given.tensor);
  if (given.expanded !== null) return tensor.reshape(-1).at(torch.slice(0, 1)).expand(given.expanded);
  return given.requires_grad ? tensor.detach().requiresGrad_() : tensor;
}

function cotangent(output: torch.Tensor): torch.Tensor {
  return torch.linspace(-1, 1, output.numel()).reshape([...output.shape]);
}

const cases = loadCases<InPlaceCase>("in_place");

describe("methods that write into their tensor", () => {
  it.each(cases.map((each) => [each.id, each] as const))("%s", (_, given) => {
    if (given.kind === "refused") {
      const [self, ...rest] = given.args.map(argument);
      expect(errorMessage(() => method(self as torch.Tensor, given.name)(...rest))).toBe(given.expect);
      return;
    }
    if (given.kind === "plain") {
      const [self, ...rest] = given.args.map(argument);
      expect(method(self as torch.Tensor, given.name)(...rest)).toBe(self);
      expect(`torch.${given.expect.dtype}`).toBe(String((self as torch.Tensor).dtype));
      expectTensor(self, given.expect);
      return;
    }
    const inputs = given.inputs.map((input) => decode(input).requiresGrad_());
    const written = inputs[0]!.mul(1);
    expect(method(written, given.name)(...inputs.slice(1), ...withOptions(given.args, given.options))).toBe(written);
    expectTensor(written, given.expect, undefined, "result");
    expect((written as unknown as { version: { value: number } }).version.value > 0).toBe(given.version > 0);
    if (given.gradients === undefined) return;
    written.backward(cotangent(written));
    given.gradients.forEach((gradient, i) => {
      // Where nothing flows, PyTorch may give zeros instead of none.
      if (gradient !== null) expectTensor(inputs[i]!.grad ?? torch.zerosLike(inputs[i]!), gradient, gradientTolerance, `gradient of input ${i}`);
    });
  });
});
