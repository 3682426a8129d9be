import { describe, expect, test } from "vitest";
import { isFailureOfPass } from "../../src/describe/failure.js";
import type { Failure, ModelSnapshot } from "../../src/protocol/index.js";
import { modelFile, net } from "./snapshots.js";

const location = { file: modelFile, line: 12, column: 3 };
const thrown: Failure = { kind: "thrown", message: "Error: shapes differ", hint: null, location, stack: [] };

function failing(message: string, place: typeof location | null): ModelSnapshot {
  const model = net();
  return { ...model, trace: { ...model.trace!, failure: { step: 0, message, location: place } } };
}

describe("a run ended by the error of a forward pass", () => {
  test("where message and line are its own", () => {
    expect(isFailureOfPass(thrown, failing("shapes differ", location))).toBe(true);
    expect(isFailureOfPass(thrown, failing("out of paper", location))).toBe(false);
    expect(isFailureOfPass(thrown, failing("shapes differ", { ...location, line: 13 }))).toBe(false);
  });

  test("where the pass does not know its line, at the model's", () => {
    const place = net().location!;
    expect(isFailureOfPass({ ...thrown, location: place }, failing("shapes differ", null))).toBe(true);
    expect(isFailureOfPass(thrown, failing("shapes differ", null))).toBe(false);
  });

  test("not where no pass failed", () => {
    expect(isFailureOfPass(thrown, net())).toBe(false);
  });
});
