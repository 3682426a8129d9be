import { expect, test } from "vitest";
import * as torch from "../../../src/engine/index.js";
import { findingsOf } from "../../../src/describe/findings/findings.js";
import { inspectHere, snapshotOf } from "../../inspect/inspector.js";

const { nn } = torch;

class Net extends nn.Module {
  embedding = new nn.Embedding(10, 4);
  output = new nn.Linear(4, 10, { bias: false });
  spare = new nn.Linear(4, 10, { bias: false });
  override forward(x: torch.Tensor): torch.Tensor {
    return this.output(this.embedding(x)).add(this.spare(this.embedding(x)));
  }
}

/** What is found of weights when `change` is done to a net that ties its output to its embedding. */
function foundAfter(change: (net: Net) => void): string[] {
  const inspection = inspectHere();
  const net = new Net();
  net.output.weight = net.embedding.weight;
  change(net);
  net(torch.tensor([1, 2]));
  return findingsOf(snapshotOf(inspection, net)).all.map(({ code, place, text }) => `${code} ${place.path}: ${text}`);
}

test("weights that were tied and got apart by an assignment are told of, from whichever side", () => {
  const another = (): torch.nn.Parameter => new nn.Parameter(torch.ones(10, 4));
  expect(foundAfter((net) => (net.embedding.weight = another()))).toEqual([
    "broken-tie embedding: embedding.weight was one parameter with output.weight, until another was assigned to it.",
  ]);
  expect(foundAfter((net) => (net.output.weight = another()))).toEqual([
    "broken-tie output: output.weight was one parameter with embedding.weight, until another was assigned to it.",
  ]);
  // As after the vocabulary was resized.
  expect(foundAfter((net) => (net.embedding.weight = new nn.Parameter(torch.ones(12, 4))))).toHaveLength(1);
});

test("nothing is said of those that are tied still, or again, or were meant to part", () => {
  expect(foundAfter(() => {})).toEqual([]);
  expect(foundAfter((net) => void nn.init.ones_(net.embedding.weight))).toEqual([]);
  expect(foundAfter((net) => (net.output.weight = net.embedding.weight))).toEqual([]);
  expect(foundAfter((net) => (net.output.weight = new nn.Parameter(net.embedding.weight.detach().clone())))).toEqual([]);
  expect(foundAfter((net) => (net.output.weight = net.spare.weight))).toEqual([]);
  expect(
    foundAfter((net) => {
      net.embedding.weight = new nn.Parameter(torch.ones(10, 4));
      net.output.weight = net.embedding.weight;
    }),
  ).toEqual([]);
  expect(foundAfter((net) => net.loadStateDict(new Net().stateDict(), { strict: false }))).toEqual([]);
});
