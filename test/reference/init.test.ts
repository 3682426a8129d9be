import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { errorMessage, expectTensor, loadCases, lookup, withOptions, type EncodedTensor, type KeywordArguments } from "./replay.js";

interface InitializationCase {
  readonly id: string;
  readonly fn: string;
  readonly args: readonly unknown[];
  readonly kwargs: KeywordArguments;
  readonly shape: readonly number[];
  readonly seed: number;
  readonly expect?: EncodedTensor;
  readonly error?: string;
}

describe("nn.init", () => {
  it.each(loadCases<InitializationCase>("init").map((each) => [each.id, each] as const))("%s", (_, { fn, args, kwargs, shape, seed, ...outcome }) => {
    torch.manualSeed(seed);
    const tensor = torch.empty([...shape]);
    const initialize = () => lookup(fn, torch.nn.init)(tensor, ...withOptions(args, kwargs));
    if (outcome.error !== undefined) {
      expect(errorMessage(initialize)).toBe(outcome.error);
      return;
    }
    initialize();
    expectTensor(tensor, outcome.expect!, fn === "orthogonal_" ? undefined : "exact");
  });
});
