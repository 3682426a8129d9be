import { describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { ModelIndex } from "../../src/describe/modelIndex.js";
import { search, searchTensors } from "../../src/describe/search.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";

const { nn } = torch;
type Tensor = torch.Tensor;

function inspected(make: () => torch.nn.Module, run: (net: torch.nn.Module) => void): ModelIndex {
  const inspection = inspectHere();
  const net = make();
  run(net);
  return new ModelIndex(snapshotOf(inspection, net));
}

const unused = (index: ModelIndex) => index.model.tensors.filter((tensor) => index.isUnused(tensor)).map(({ names }) => names[0]);

class Net extends nn.Module {
  body = new nn.Linear(4, 4);
  auxiliary = new nn.Linear(4, 2);
  scale = new nn.Parameter(torch.ones(4));
  forgotten = new nn.Parameter(torch.zeros(4));
  attention = new nn.MultiheadAttention(4, 2);
  override forward(x: Tensor): Tensor {
    return this.attention(this.body(x).mul(this.scale), x, x)[0];
  }
}

describe("parameters that a forward pass leaves out", () => {
  test("are told from those that it takes, by whatever module or operation", () => {
    const index = inspected(
      () => new Net(),
      (net) => (net as Net)(torch.rand(3, 4)),
    );
    expect(unused(index)).toEqual(["forgotten", "auxiliary.weight", "auxiliary.bias"]);
    expect(search("unused", index).paths).toEqual(["", "auxiliary"]);
    expect(searchTensors("unused", index)!.size).toBe(3);
  });

  test("views of one memory are parameters of their own", () => {
    const tied = inspected(
      () => {
        const net = new nn.Sequential(new nn.Linear(4, 4), new nn.Linear(4, 4), new nn.Linear(4, 2));
        net[1].weight.data = net[0].weight.data;
        net[2].weight.data = net[0].weight.data.narrow(0, 1, 2);
        return net;
      },
      (net) => (net as unknown as (x: Tensor) => Tensor)(torch.rand(2, 4)),
    );
    expect(unused(tied)).toEqual([]);
  });

  test("nothing is said of a pass that failed", () => {
    expect(
      unused(
        inspected(
          () => new nn.Sequential(new nn.Linear(4, 4), new nn.Linear(3, 4)),
          (net) => expect(() => (net as unknown as (x: Tensor) => Tensor)(torch.rand(2, 4))).toThrow(),
        ),
      ),
    ).toEqual([]);
  });
});
