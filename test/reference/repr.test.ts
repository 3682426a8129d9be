import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { decode, loadCases, lookup, type EncodedTensor } from "./replay.js";

interface GivenCase {
  readonly id: string;
  readonly tensor: EncodedTensor;
  readonly repr: string;
  readonly repr_requires_grad?: string;
  readonly repr_parameter?: string;
}

interface MadeCase {
  readonly id: string;
  readonly fn: string;
  readonly args: readonly unknown[];
  readonly shape: readonly number[];
  readonly repr: string;
}

describe("printed tensors", () => {
  it.each(loadCases<GivenCase | MadeCase>("repr").map((each) => [each.id, each] as const))("%s", (_, given) => {
    if ("fn" in given) {
      const tensor = lookup(given.fn, torch)(...given.args) as torch.Tensor;
      expect(String(tensor.reshape([...given.shape]))).toBe(given.repr);
      return;
    }
    expect(String(decode(given.tensor))).toBe(given.repr);
    if (given.repr_requires_grad !== undefined) expect(String(decode(given.tensor).requiresGrad_())).toBe(given.repr_requires_grad);
    if (given.repr_parameter !== undefined) expect(String(new torch.nn.Parameter(decode(given.tensor)))).toBe(given.repr_parameter);
  });
});
