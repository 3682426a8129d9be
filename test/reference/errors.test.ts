import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { buildModule, errorMessage, loadCases, type ModuleSpec } from "./replay.js";

type ErrorCase =
  | { readonly id: string; readonly error: string; readonly spec: ModuleSpec; readonly input_shape: readonly number[] }
  | { readonly id: string; readonly error: string; readonly from: ModuleSpec; readonly into: ModuleSpec };

describe("errors", () => {
  it.each(loadCases<ErrorCase>("errors").map((each) => [each.id, each] as const))("%s", (_, given) => {
    const fail = () =>
      "spec" in given
        ? buildModule(given.spec)(torch.zeros([...given.input_shape]))
        : buildModule(given.into).loadStateDict(buildModule(given.from).stateDict());
    expect(errorMessage(fail)).toBe(given.error);
  });
});
