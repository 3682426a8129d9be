import type { Tensor } from "layerscope";
import { expect, test } from "vitest";
import { composed, defineComposite, linearInEach, type OperationRow } from "../../src/engine/dispatch/index.js";
import { computes, notCounted, ofParts } from "../../src/engine/operation.js";
import { unaryRow } from "../../src/engine/ops/rules/elementwiseRows.js";

/** What a row must say of its operation: this file does not compile once one of it may be left out. */

type Row = OperationRow<[x: Tensor]>;

const constant = {
  name: "constant",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input"],
  infer: (x) => ({ sizes: x.sizes, dtype: x.dtype }),
  forward: () => undefined,
  backward: null,
} satisfies Row;

const identity = { ...constant, name: "identity", backward: (gradient) => [gradient], recordedBackward: linearInEach(0) } satisfies Row;

function without<R extends object, Key extends keyof R>(row: R, key: Key): Omit<R, Key> {
  return Object.fromEntries(Object.entries(row).filter(([each]) => each !== key)) as Omit<R, Key>;
}

test("a row says how many products are added up", () => {
  // @ts-expect-error: it may be none, but not nothing.
  const unsaid: Row = without(constant, "multiplyAdds");
  // @ts-expect-error: nor what its parts count, of which it has none.
  const ofItsParts: Row = { ...constant, multiplyAdds: ofParts };
  expect([unsaid, ofItsParts].map(({ name }) => name)).toEqual(["constant", "constant"]);
});

test("so does an operation made of others", () => {
  // @ts-expect-error: multiplyAdds is missing.
  const composite = defineComposite({ name: "made", effect: computes, arguments: ["input"] }, (x: Tensor) => x);
  expect(composite).toBeTypeOf("function");
});

test("a row says whether it has a gradient, and with it that of the gradient", () => {
  // @ts-expect-error: backward is missing.
  const unsaid: Row = without(constant, "backward");
  // @ts-expect-error: recordedBackward is missing.
  const once: Row = without(identity, "recordedBackward");
  // @ts-expect-error: recordedBackward is asked for the operation's own arguments.
  const ofOthers: Row = { ...identity, recordedBackward: composed<[x: Tensor, y: Tensor], void>(([x, y]) => x.mul(y)) };
  expect([unsaid, once, ofOthers].map(({ name }) => name)).toEqual(["constant", "identity", "identity"]);
});

test("so does the row of a function of each element", () => {
  // @ts-expect-error: recorded is missing.
  const once = unaryRow("once", "same", (x) => x, { of: "input", f: (gradient) => gradient });
  // @ts-expect-error: whether there is a gradient is missing.
  const unsaid = (): Row => unaryRow("unsaid", "same", (x) => x);
  expect([once.name, unsaid.name]).toEqual(["once", "unsaid"]);
});
