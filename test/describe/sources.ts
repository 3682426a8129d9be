import type { ModelSnapshot } from "../../src/protocol/index.js";
import { sequential, linear, snapshot } from "./snapshots.js";

/** One model with a pass of each origin, and of a model that was changed since. */
export function passOf(changed: Partial<Pick<NonNullable<ModelSnapshot["trace"]>, "origin" | "inferredFrom" | "changedSince">>): ModelSnapshot {
  const model = snapshot("net", sequential(["body", linear(4, 8)], ["head", linear(8, 2)]), [2, 4]);
  return { ...model, trace: { ...model.trace!, ...changed } };
}

/** What each says of where its shapes come from, in a sentence and in a word. */
export const passes = [
  [passOf({}), "Shapes recorded as the code ran the model", "recorded"],
  [passOf({ origin: "stated" }), "Shapes of a run with the stated input", "stated"],
  [passOf({ origin: "inferred", inferredFrom: { kind: "layer", path: "body", type: "Linear" } }), "Shapes inferred from body (Linear)", "inferred"],
  [passOf({ origin: "inferred", inferredFrom: { kind: "layer", path: "", type: "Linear" } }), "Shapes inferred from Linear", "inferred"],
  [passOf({ origin: "inferred", inferredFrom: { kind: "earlierPass" } }), "Shapes inferred from the inputs of an earlier pass", "inferred"],
  [passOf({ changedSince: ["head"] }), "Shapes of an earlier model, as the code ran it; changed since: head", "of an earlier model"],
  [
    passOf({ origin: "stated", changedSince: ["", "a", "b", "c", "d"] }),
    "Shapes of an earlier model, run with the stated input; changed since: the model itself, a, b, 2 more",
    "of an earlier model",
  ],
  [
    passOf({ origin: "inferred", inferredFrom: { kind: "layer", path: "body", type: "Linear" }, changedSince: ["head"] }),
    "Shapes of an earlier model, inferred from body (Linear); changed since: head",
    "of an earlier model",
  ],
] as const;
