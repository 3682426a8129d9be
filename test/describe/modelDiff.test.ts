import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { diffData } from "../../src/describe/diffData.js";
import { factsAbout, removedText } from "../../src/describe/facts.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { compared, diffFiles, diffModels, formatDiff } from "../../src/describe/modelDiff.js";
import { comparisonOverlay } from "../../src/describe/overlays.js";
import { overlayOf } from "../../src/picture/look.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { initialState } from "../../src/picture/state.js";
import { checkModel } from "../../src/protocol/snapshotChecks.js";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";

const { nn } = torch;

function snapshot(make: () => torch.nn.Module, input?: readonly number[]): ModelSnapshot {
  const inspection = inspectHere();
  const net = make();
  if (input) (net as unknown as (x: torch.Tensor) => unknown)(torch.rand([...input]));
  return snapshotOf(inspection, net);
}

const changes = (before: ModelSnapshot, after: ModelSnapshot) => {
  const [, ...lines] = formatDiff(diffModels(before, after)).split("\n");
  return lines;
};

test("layers put in between move those after them, and are no other layers", () => {
  const before = snapshot(() => new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1)), [2, 4]);
  const after = snapshot(() => new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 8), new nn.ReLU(), new nn.Linear(8, 1)), [2, 4]);
  expect(changes(before, after)).toEqual([
    "+ 2 Linear(inFeatures: 8, outFeatures: 8, bias: true), 72 parameters",
    "+ 3 ReLU(inplace: false)",
    "~ 4 (Linear) was 2",
    "Parameters 49 → 121 (+72)",
    "Trainable parameters 49 → 121 (+72)",
    "Memory 196 B → 484 B (+288 B)",
    "Multiply-adds 80 → 208 (+128)",
  ]);
  expect(changes(after, before).slice(0, 3)).toEqual([
    "- 2 Linear(inFeatures: 8, outFeatures: 8, bias: true), 72 parameters",
    "- 3 ReLU(inplace: false)",
    "~ 2 (Linear) was 4",
  ]);
});

test("arguments and what follows of them: one line for a layer, and none for its tensors", () => {
  const net = (hidden: number) => () => new nn.Sequential(new nn.Linear(4, hidden), new nn.ReLU(), new nn.Linear(hidden, 1, { bias: hidden === 8 }));
  expect(changes(snapshot(net(8), [2, 4]), snapshot(net(6), [2, 4])).slice(0, 3)).toEqual([
    "~ 0 (Linear) outFeatures 8 → 6, gives 2×8 → 2×6",
    "~ 1 (ReLU) gives 2×8 → 2×6",
    "~ 2 (Linear) inFeatures 8 → 6, bias true → false",
  ]);
});

test("fields are known by their names, and another name is told where all else is the same", () => {
  class Old extends nn.Module {
    first = new nn.Linear(4, 4);
    second = new nn.Linear(4, 4);
    head = new nn.Linear(4, 2);
  }
  class New extends nn.Module {
    second = new nn.Linear(4, 4);
    output = new nn.Linear(4, 2);
    drop = new nn.Dropout(0.1);
  }
  const found = diffModels(
    snapshot(() => new Old()),
    snapshot(() => new New()),
  ).changes.map((change) =>
    change.kind === "changed" ? [change.before.path, change.after.path] : change.kind === "added" ? [null, change.after.path] : [change.before.path, null],
  );
  expect(found).toEqual([
    ["", ""],
    ["first", null],
    ["head", "output"],
    [null, "drop"],
  ]);
});

test("the same model has no changes; of files models are paired by name", () => {
  const one = snapshot(() => new nn.Linear(4, 2));
  const other = snapshot(() => new nn.Linear(4, 2));
  expect(changes(one, other)).toEqual(["No module changed."]);
  const named = (name: string): ModelSnapshot => ({ ...one, name });
  expect(diffData(diffFiles([named("a"), named("b")], [named("b"), named("c")]))).toMatchObject({
    models: [{ before: "b", after: "b", changes: [] }],
    added: ["c"],
    removed: ["a"],
  });
  expect(diffData(diffFiles([named("a")], [named("b")]))).toMatchObject({ models: [{ before: "a", after: "b" }], added: [], removed: [] });
});

test("a model that is compared has what is new or another in it, for the picture and the facts of its modules", () => {
  const before = snapshot(() => new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1)));
  const after = snapshot(() => new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 2), new nn.Sequential(new nn.ReLU())));
  const model = compared(diffModels(before, after), "HEAD");
  expect(checkModel(model)).toBeNull();
  expect(model.comparison!.changes.map(({ path, kind }) => `${path} ${kind}`)).toEqual([" changed", "1 added", "2 changed", "3 added", "3.0 added"]);
  expect(model.comparison!.removed).toEqual([{ path: "1", name: "1", type: "ReLU", text: "ReLU(inplace: false)", parent: "", after: "1" }]);
  expect(removedText(model)).toBe("Removed since HEAD: 1 ReLU(inplace: false)");
  expect(removedText(after)).toBeNull();
  const index = indexOf(model);
  const shown = comparisonOverlay(index)!;
  expect(shown.title).toBe("Since HEAD");
  expect([...shown.values].map(([path, value]) => `${path} ${shown.format(value)}`)).toEqual([" changed", "1 added", "2 changed", "3 added", "3.0 added"]);
  expect(factsAbout(index, "2")).toEqual([expect.stringMatching(/^Since HEAD: \(Linear\) outFeatures 1 → 2/) as string]);
  expect(factsAbout(index, "0")).toEqual([]);
  expect(comparisonOverlay(indexOf(after))).toBeNull();
  // The picture shows it where no other colours are asked for.
  const settings = { ...initialState.settings, overlay: null };
  expect(overlayOf(new PictureModel(model), settings)?.title).toBe("Since HEAD");
  expect(overlayOf(new PictureModel(after), settings)).toBeNull();
});
