import { expect, test } from "vitest";
import * as torch from "../../../src/engine/index.js";
import { findingsOf } from "../../../src/describe/findings/findings.js";
import { inspectHere, snapshotOf } from "../../inspect/inspector.js";

const { nn } = torch;
type Tensor = torch.Tensor;

/** What is found when `change` writes between a layer and the loss, and the backward pass is tried. */
function foundAfter(change: (hidden: Tensor) => Tensor, after: (output: Tensor) => void = () => {}): string[] {
  class Net extends nn.Module {
    hidden = new nn.Linear(4, 4);
    output = new nn.Linear(4, 1);
    override forward(x: Tensor): Tensor {
      return this.output(change(this.hidden(x)));
    }
  }
  const inspection = inspectHere();
  const net = new Net();
  const output = net(torch.ones(2, 4));
  after(output);
  try {
    output.exp().sum().backward();
  } catch (error) {
    expect(String(error)).toContain("modified by an inplace operation");
  }
  return findingsOf(snapshotOf(inspection, net)).all.map(({ code, place, text }) => `${code} ${place.path}: ${text}`);
}

test("what a backward pass needs and was written to is told of at the write, through a view and around one", () => {
  const through = "overwritten-value : zero_ wrote through a view into a tensor of 2×4 that the backward pass needs as it was.";
  const writeTo = (view: (hidden: Tensor) => Tensor) => (hidden: Tensor) => {
    const result = hidden.tanh();
    view(result).zero_();
    return result;
  };
  expect(foundAfter(writeTo((whole) => whole))).toEqual(["overwritten-value : zero_ wrote into a tensor of 2×4 that the backward pass needs as it was."]);
  expect(foundAfter(writeTo((whole) => whole.at(0)))).toEqual([through]);
  expect(foundAfter(writeTo((whole) => whole.narrow(1, 2, 2)))).toEqual([through]);
  expect(foundAfter(writeTo((whole) => whole.t().select(0, 1)))).toEqual([through]);
  // After the pass, to what it gave out.
  const last = "overwritten-value : add_ wrote into a tensor of 2×1 that the backward pass needs as it was.";
  const inspection = inspectHere();
  const net = new nn.Sequential(new nn.Linear(4, 1), new nn.Sigmoid());
  const output = net(torch.ones(2, 4));
  output.add_(1);
  expect(() => output.sum().backward()).toThrow("modified by an inplace operation");
  expect(findingsOf(snapshotOf(inspection, net)).all.map(({ code, place, text }) => `${code} ${place.path}: ${text}`)).toEqual([last]);
});

test("nothing is said of writes that no gradient needs", () => {
  // The gradient of a sum, and of a linear layer by its input, needs neither.
  expect(foundAfter((hidden) => hidden.add(1).mul_(2))).toEqual([]);
  expect(foundAfter((hidden) => hidden.relu_())).toEqual([]);
  expect(
    foundAfter((hidden) => {
      const copy = hidden.tanh().clone();
      copy.at(0).zero_();
      return copy;
    }),
  ).toEqual([]);
  // Never asked for.
  expect(
    foundAfter(
      (hidden) => hidden,
      (output) => void output.detach().clone().zero_(),
    ),
  ).toEqual([]);
});
