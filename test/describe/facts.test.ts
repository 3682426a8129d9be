import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { factsAbout } from "../../src/describe/facts.js";
import { findingsOf } from "../../src/describe/findings/findings.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { Inspection, ScriptCalls } from "../../src/inspect/index.js";
import { snapshotOf } from "../inspect/inspector.js";

const { nn } = torch;

/** What is told of each module of a model after a pass, by path. */
function factsOf(input: readonly number[], make: () => torch.nn.Module): Readonly<Record<string, readonly string[]>> {
  const calls = new ScriptCalls(fileURLToPath(import.meta.url));
  const inspection = new Inspection({ engine: torch, calls, language: "typescript", locate: () => null, quietly: (body) => body() });
  const net = make() as torch.nn.Sequential;
  net(torch.ones(input));
  const snapshot = snapshotOf(inspection, net);
  expect(findingsOf(snapshot).all).toEqual([]);
  const index = indexOf(snapshot);
  return Object.fromEntries(index.modules.map(({ path }) => [path, factsAbout(index, path)] as const).filter(([, facts]) => facts.length > 0));
}

test("a bias whose channel's mean is taken away right after it", () => {
  const told = ["batchNorm takes the mean of each channel away right after it, and the bias with it: bias: false does the same with fewer parameters."];
  expect(factsOf([4, 3], () => new nn.Sequential(new nn.Linear(3, 5), new nn.BatchNorm1d(5)))).toEqual({ "0": told });
  expect(factsOf([2, 3, 8, 8], () => new nn.Sequential(new nn.Conv2d(3, 6, 3), new nn.BatchNorm2d(6), new nn.ReLU()))).toEqual({ "0": told });
  expect(factsOf([4, 3], () => new nn.Sequential(new nn.Linear(3, 5, { bias: false }), new nn.BatchNorm1d(5)))).toEqual({});
  expect(factsOf([4, 3], () => new nn.Sequential(new nn.Linear(3, 5), new nn.ReLU(), new nn.BatchNorm1d(5)))).toEqual({});
  expect(factsOf([4, 3], () => new nn.Sequential(new nn.Linear(3, 5), new nn.LayerNorm(5)))).toEqual({});
  // The bias counts the last dimension, and the normalization the one before.
  expect(factsOf([4, 5, 3], () => new nn.Sequential(new nn.Linear(3, 5), new nn.BatchNorm1d(5)))).toEqual({});
});

test("a gain of another activation than the one that follows", () => {
  const filled = (fill: (weight: torch.Tensor) => void, last: torch.nn.Module) => () => {
    const net = new nn.Sequential(new nn.Linear(3, 5), last);
    fill(net[0].weight);
    return net;
  };
  expect(
    factsOf(
      [4, 3],
      filled((w) => nn.init.kaimingNormal_(w, { nonlinearity: "relu" }), new nn.Tanh()),
    ),
  ).toEqual({
    "0": ['0.weight was filled by kaimingNormal_(a: 0, mode: "fan_in", nonlinearity: "relu"), with a gain of 1.414; tanh follows, whose gain is 1.667.'],
  });
  expect(
    factsOf(
      [4, 3],
      filled((w) => nn.init.xavierUniform_(w), new nn.ReLU()),
    ),
  ).toEqual({
    "0": ["0.weight was filled by xavierUniform_(gain: 1), with a gain of 1; relu follows, whose gain is 1.414."],
  });
  expect(
    factsOf(
      [4, 3],
      filled((w) => nn.init.kaimingNormal_(w, { nonlinearity: "relu" }), new nn.ReLU()),
    ),
  ).toEqual({});
  expect(
    factsOf(
      [4, 3],
      filled((w) => nn.init.xavierUniform_(w, { gain: nn.init.calculateGain("tanh") }), new nn.Tanh()),
    ),
  ).toEqual({});
  expect(
    factsOf(
      [4, 3],
      filled((w) => nn.init.normal_(w, 0, 0.1), new nn.Tanh()),
    ),
  ).toEqual({});
  // What the layer does by itself, and an activation that has no gain.
  expect(
    factsOf(
      [4, 3],
      filled(() => {}, new nn.Tanh()),
    ),
  ).toEqual({});
  expect(
    factsOf(
      [4, 3],
      filled((w) => nn.init.kaimingNormal_(w), new nn.GELU()),
    ),
  ).toEqual({});
});

test("a mode that was left over", () => {
  expect(factsOf([4, 3], () => new nn.Sequential(new nn.Linear(3, 5), new nn.Dropout()).eval())).toEqual({
    "": ["The code left it in evaluation mode: nothing is dropped, and running statistics stay as they are."],
  });
  expect(
    factsOf([4, 3], () => {
      const net = new nn.Sequential(new nn.Linear(3, 5, { bias: false }), new nn.BatchNorm1d(5));
      net[1].eval();
      return net;
    }),
  ).toEqual({ "1": ["In evaluation mode, while model around it trains."] });
  expect(factsOf([4, 3], () => new nn.Sequential(new nn.Linear(3, 5), new nn.ReLU()).eval())).toEqual({});
  expect(factsOf([4, 3], () => new nn.Sequential(new nn.Linear(3, 5), new nn.Dropout()))).toEqual({});
});
