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
