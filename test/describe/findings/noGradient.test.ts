import { expect, test } from "vitest";
import * as torch from "../../../src/engine/index.js";
import { findingsOf } from "../../../src/describe/findings/findings.js";
import { inspectHere, snapshotOf } from "../../inspect/inspector.js";

const { nn } = torch;

/** An encoder whose output is cut off from the loss, or not. */
class Net extends nn.Module {
  encoder = new nn.Linear(4, 4, { bias: false });
  head = new nn.Linear(4, 1, { bias: false });
  cut = false;
  override forward(x: torch.Tensor): torch.Tensor {
    const h = this.encoder(x);
    return this.head(this.cut ? h.detach() : h);
  }
}

const loss = (net: Net): torch.Tensor => net(torch.randn(2, 4)).sum();
const another = (): torch.nn.Parameter => new nn.Parameter(torch.ones(4, 4));

/** The parameters that are said to have no gradient after code has run. */
function foundAfter(run: (net: Net) => void): string[] {
  const inspection = inspectHere();
  const net = new Net();
  run(net);
  return findingsOf(snapshotOf(inspection, net))
    .all.filter(({ code }) => code === "no-gradient")
    .map(({ text }) => text.split(" ")[0]!);
}

test("a parameter that a pass used and a backward pass left without a gradient is told of", () => {
  expect(foundAfter((net) => ((net.cut = true), loss(net).backward()))).toEqual(["encoder.weight"]);
  // A later pass without a backward pass changes nothing of it.
  expect(foundAfter((net) => ((net.cut = true), loss(net).backward(), net(torch.randn(3, 4))))).toEqual(["encoder.weight"]);
  expect(foundAfter((net) => ((net.cut = true), torch.autograd.backward([loss(net), loss(net)])))).toEqual(["encoder.weight"]);
});

test("one that took the place of another after the pass, or after the backward pass, is not", () => {
  expect(foundAfter((net) => (loss(net).backward(), (net.encoder.weight = another())))).toEqual([]);
  expect(foundAfter((net) => (loss(net).backward(), (net.encoder.weight = another()), net(torch.randn(3, 4))))).toEqual([]);
  expect(foundAfter((net) => (loss(net).backward(), (net.encoder = new nn.Linear(4, 4)), net(torch.randn(2, 4))))).toEqual([]);
  expect(
    foundAfter((net) => {
      const value = loss(net);
      net.encoder.weight = another();
      value.backward();
    }),
  ).toEqual([]);
});

test("neither is one that had a gradient, was not trainable then, or was used by no pass before", () => {
  expect(foundAfter((net) => (loss(net).backward(), (net.encoder.weight.grad = null)))).toEqual([]);
  expect(foundAfter((net) => (net.encoder.weight.requiresGrad_(false), loss(net).backward(), net.encoder.weight.requiresGrad_(true)))).toEqual([]);
  expect(foundAfter((net) => (net.head(torch.randn(2, 4)).sum().backward(), net(torch.randn(2, 4))))).toEqual([]);
  expect(foundAfter((net) => ((net.cut = true), loss(net).backward(), (net.cut = false), loss(net).backward()))).toEqual([]);
});
