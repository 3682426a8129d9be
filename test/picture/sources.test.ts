import { describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { DataFlow } from "../../src/picture/model/dataFlow.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";

const { nn } = torch;
type Tensor = torch.Tensor;

function flowOf(model: torch.nn.Module): DataFlow {
  return new PictureModel(snapshotOf(inspectHere(), model)).flow(false)!;
}

function linesIn(flow: DataFlow, container: string): string[] {
  return flow.containers.get(container)!.edges.map(({ from, to }) => `${from} > ${to}`.replaceAll("\0", ""));
}

describe("what no operation made", () => {
  const outside = torch.rand(2, 3);
  class Net extends nn.Module {
    declare mask: Tensor;
    l = new nn.Linear(3, 3);
    constructor() {
      super();
      this.registerBuffer("mask", torch.ones(3));
    }
    override forward(x: Tensor): Record<string, Tensor> {
      return { mask: this.mask, y: this.l(x), weight: this.l.weight, outside };
    }
  }

  test("has a source of its own in the call that gives it out: a buffer, a parameter, a constant", () => {
    const lines = linesIn(flowOf(new Net()), "");
    expect(lines).toContain("#mask > border");
    expect(lines).toContain("#l.weight > border");
    expect(lines).toContain("#constant:0 > border");
    expect(lines.filter((line) => line.startsWith("l >"))).toEqual(["l > border"]);
  });
});

describe("a tensor of the code's own that several modules take", () => {
  const mask = torch.ones(3);
  class Block extends nn.Module {
    l = new nn.Linear(3, 3);
    override forward(x: Tensor): Tensor {
      return this.l(x).mul(mask);
    }
  }
  class Net extends nn.Module {
    a = new Block();
    b = new Block();
    override forward(x: Tensor): Tensor {
      return this.b(this.b(this.a(x)));
    }
  }

  test("comes to each of them from outside, and not from one to the other", () => {
    const net = new Net();
    const inspection = inspectHere();
    net(torch.rand(2, 3));
    const flow = new PictureModel(snapshotOf(inspection, net)).flow(false)!;
    expect(linesIn(flow, "")).toEqual(["border > a", "#constant:0 > a", "a > b", "#constant:0 > b", "b > b@2", "#constant:0 > b@2", "b@2 > border"]);
  });

  test("stands in the one module that takes it, in each of its calls", () => {
    class Twice extends nn.Module {
      b = new Block();
      override forward(x: Tensor): Tensor {
        return this.b(this.b(x));
      }
    }
    const net = new Twice();
    const inspection = inspectHere();
    net(torch.rand(2, 3));
    const flow = new PictureModel(snapshotOf(inspection, net)).flow(false)!;
    expect(linesIn(flow, "")).toEqual(["border > b", "b > b@2", "b@2 > border"]);
    for (const call of ["b", "b@2"]) expect(linesIn(flow, call)).toContain(`${call}#constant:0 > ${call}#mul:0`);
  });
});
