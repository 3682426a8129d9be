import { describe, expect, test } from "vitest";
import { Reinitializations } from "../../../src/extension/sessions/reinitializations.js";
import type { ModelSnapshot, Reinitialization } from "../../../src/protocol/index.js";
import { linear, relu, sequential, snapshot, tensor } from "../../describe/snapshots.js";

const byCode = (low: number): ModelSnapshot =>
  snapshot(
    "net",
    sequential(linear(4, 8, tensor([8, 4], { kind: "uniform", low, high: -low }, { function: "kaimingUniform_", arguments: { a: low } })), relu()),
    [2, 4],
  );
const net = byCode(-0.5);
const zeros: Reinitialization = { target: { kind: "module", path: "0" }, choice: { kind: "scheme", function: "zeros_", arguments: {} }, seed: null };

/** What was applied, and the file ran again. */
function afterRun(model = net): Reinitializations {
  const changes = new Reinitializations();
  changes.applied(net, zeros);
  expect(changes.ran([model])).toEqual([]);
  return changes;
}

describe("what was reinitialized before a run", () => {
  test("is done again by every look, and offered after the run that follows", () => {
    const changes = new Reinitializations();
    changes.applied(net, zeros);
    for (let look = 0; look < 2; look++) expect(changes.looked([byCode(-0.5)])).toEqual([{ model: "net", reinitialization: zeros, standing: "offered" }]);
    expect(changes.earlier).toEqual([]);
    expect(changes.ran([net])).toEqual([]);
    expect(changes.earlier).toEqual([{ model: "net", reinitialization: zeros, standing: "offered" }]);
    // The code says otherwise by now: it is the user's to decide.
    const other = new Reinitializations();
    other.applied(net, zeros);
    expect(other.looked([byCode(-0.25)])).toEqual([]);
    expect(other.earlier).toEqual([{ model: "net", reinitialization: zeros, standing: "offered" }]);
  });

  test("is done still, and not offered, where a cell went on with the same modules", () => {
    const changes = new Reinitializations();
    changes.applied(net, zeros);
    expect(changes.ran([{ ...net, undoDepth: 1 }])).toEqual([]);
    expect(changes.earlier).toEqual([]);
    // A later cell makes them anew.
    expect(changes.ran([net])).toEqual([]);
    expect(changes.earlier).toEqual([{ model: "net", reinitialization: zeros, standing: "offered" }]);
    changes.answer("keep");
    changes.applied(net, zeros);
    expect(changes.ran([{ ...net, undoDepth: 1 }])).toEqual([]);
    expect(changes.ran([net])).toEqual([{ model: "net", reinitialization: zeros, standing: "kept" }]);
  });

  test("is offered, and done once more when asked", () => {
    const changes = afterRun();
    expect(changes.earlier).toEqual([{ model: "net", reinitialization: zeros, standing: "offered" }]);
    expect(changes.answer("apply")).toHaveLength(1);
    expect(changes.earlier).toEqual([]);
    expect(changes.ran([net])).toEqual([]);
  });

  test("is nothing where it was undone, forgotten, or its model is gone", () => {
    const undone = new Reinitializations();
    undone.applied(net, zeros);
    undone.undone("net");
    undone.ran([net]);
    expect(undone.earlier).toEqual([]);
    const forgotten = afterRun();
    expect(forgotten.answer("forget")).toEqual([]);
    expect(forgotten.earlier).toEqual([]);
    expect(afterRun(snapshot("other", sequential(relu()), [1, 4])).earlier).toEqual([]);
  });

  test("is kept over every run, until the code initializes the module otherwise or it is undone", () => {
    const kept = afterRun();
    expect(kept.answer("keep")).toHaveLength(1);
    for (let run = 0; run < 2; run++) {
      expect(kept.ran([byCode(-0.5)])).toEqual([{ model: "net", reinitialization: zeros, standing: "kept" }]);
      kept.applied(net, zeros);
      expect(kept.earlier).toHaveLength(1);
    }
    expect(kept.ran([byCode(-0.25)])).toEqual([]);
    expect(kept.earlier).toEqual([{ model: "net", reinitialization: zeros, standing: "ended" }]);
    const undone = afterRun();
    undone.answer("keep");
    undone.applied(net, zeros);
    undone.undone("net");
    expect(undone.ran([net])).toEqual([]);
  });

  test("that ended as the code changed, also while it was typed, is told until it is answered, and can be kept once more", () => {
    const kept = afterRun();
    kept.answer("keep");
    kept.applied(net, zeros);
    expect(kept.looked([byCode(-0.25)])).toEqual([]);
    const ended = [{ model: "net", reinitialization: zeros, standing: "ended" }];
    expect(kept.earlier).toEqual(ended);
    expect(kept.ran([byCode(-0.25)])).toEqual([]);
    expect(kept.earlier).toEqual(ended);
    expect(kept.answer("keep")).toEqual(ended);
    kept.applied(byCode(-0.25), zeros);
    for (let run = 0; run < 2; run++) expect(kept.ran([byCode(-0.25)])).toEqual([{ model: "net", reinitialization: zeros, standing: "kept" }]);
    kept.answer("forget");
    expect(kept.earlier).toEqual([]);
  });
});
