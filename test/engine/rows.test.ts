import type { Tensor } from "layerscope";
import { expect, test } from "vitest";
import { defineComposite, type OperationRow } from "../../src/engine/dispatch/index.js";
import { computes, notCounted, ofParts } from "../../src/engine/operation.js";

/** What a row must say of its operation: this file does not compile once one of it may be left out. */

type Row = OperationRow<[x: Tensor]>;

const row: Row = {
  name: "row",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input"],
  infer: (x) => ({ sizes: x.sizes, dtype: x.dtype }),
  forward: () => undefined,
};

test("a row says how many products are added up", () => {
  const { multiplyAdds, ...rest } = row;
  // @ts-expect-error: it may be none, but not nothing.
  const without: Row = rest;
  // @ts-expect-error: nor what its parts count, of which it has none.
  const ofItsParts: Row = { ...rest, multiplyAdds: ofParts };
  expect([without, ofItsParts].map(({ name }) => name)).toEqual(["row", "row"]);
  expect(multiplyAdds([] as never, { sizes: [] })).toBe(0);
});

test("so does an operation made of others", () => {
  // @ts-expect-error: multiplyAdds is missing.
  const composite = defineComposite({ name: "made", effect: computes, arguments: ["input"] }, (x: Tensor) => x);
  expect(composite).toBeTypeOf("function");
});
