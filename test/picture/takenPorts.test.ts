import { expect, test, vi } from "vitest";
import * as torch from "../../src/engine/index.js";
import { SceneFlow } from "../../src/picture/sceneFlow.js";
import { faultsOf } from "./properties.js";
import { sceneOf, traced } from "./traced.js";

vi.setConfig({ testTimeout: 120_000 });

const { nn } = torch;
type Tensor = torch.Tensor;

class Turn extends nn.Module {
  cells = new nn.ModuleList([new nn.GRUCell(4, 4), new nn.Linear(4, 4)]);
  override forward(x: Tensor, h: Tensor): Tensor {
    return (this.cells[1] as torch.nn.Linear)((this.cells[0] as torch.nn.GRUCell)(x, h).tanh());
  }
}

/** The first turn is given one value twice, the later ones two. */
class Net extends nn.Module {
  turn = new Turn();
  override forward(x: Tensor): Tensor {
    let h = x;
    for (let turn = 0; turn < 4; turn++) h = this.turn(x, h);
    return h;
  }
}

test("what lies in a list, and is given one value twice in the first turn, shows what it takes in the later ones", async () => {
  const model = traced(new Net(), [3, 4]);
  const scene = await sceneOf(model, { depth: "all" });
  const flow = new SceneFlow(scene);
  expect(flow.next("turn.cells.0", "upstream").toSorted()).toEqual(["#input:0", "turn.cells.1"]);
  expect(scene.edges.filter(({ to }) => to === "turn.cells.0").map(({ edge }) => edge.operand)).toEqual([0, 1]);
  expect(await faultsOf(model)).toEqual([]);
});

/** The same two layers take one value in one call and one each in another, and the later call needs the second value first. */
class Frame extends nn.Module {
  parts = new nn.ModuleList([new nn.Linear(4, 4), new nn.Linear(4, 4)]);
  override forward(x: Tensor, y: Tensor): Tensor {
    return this.parts[1]!(x).sub(this.parts[0]!(y));
  }
}

class Twice extends nn.Module {
  frame = new Frame();
  override forward(x: Tensor): Tensor {
    const first = this.frame(x, x);
    const second = this.frame(first, x);
    return this.frame(second, x);
  }
}

test("and so do several that take the one value in it", async () => {
  const model = traced(new Twice(), [3, 4]);
  const scene = await sceneOf(model, { depth: "all" });
  const flow = new SceneFlow(scene);
  expect(flow.next("frame.parts.0", "upstream")).toEqual(["#input:0"]);
  expect(await faultsOf(model)).toEqual([]);
});
