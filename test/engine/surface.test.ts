import * as torch from "layerscope";
import { expect, test } from "vitest";
import { rowsDefined } from "../../src/engine/dispatch/index.js";

/** Rows that others are made of. */
const parts = ["standardGamma", "sampleDirichlet", "viewAdjoint", "copy", "euclideanDist", "alias", "index", "recurrentLayer", "recurrentPart"];

test("every operation can be called: as torch.name, as a method, or as nn.functional.name", () => {
  const places: readonly object[] = [torch, torch.Tensor.prototype, torch.nn.functional, torch.linalg, torch.special];
  const hidden = [...rowsDefined()].map(({ name }) => name).filter((name) => !parts.includes(name) && !places.some((place) => name in place));
  expect(
    hidden,
    "nobody can call them: export functions of layers in src/engine/nn/functional.ts, all others in src/engine/ops/functions.ts, methods in src/engine/ops/methods.ts",
  ).toEqual([]);
});
