import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { sceneOf, traced } from "./traced.js";

const { nn } = torch;

class Layer extends nn.Module {
  attention = new nn.MultiheadAttention(8, 2);
  mlp = new nn.Sequential(new nn.Linear(8, 8), new nn.ReLU());
  override forward(x: torch.Tensor): torch.Tensor {
    return this.mlp(this.attention(x, x, x)[0]);
  }
}

test("a first view opens what calls something, and not what only takes the parameters of what it holds", async () => {
  const model = traced(new Layer(), [3, 2, 8]);
  const first = await sceneOf(model, { depth: "auto" });
  expect(first.byId.get("attention")!.node).toMatchObject({ content: null, expandable: true });
  expect(first.byId.get("mlp")!.node.content).not.toBeNull();
  const all = await sceneOf(model, { depth: "all" });
  expect(all.byId.get("attention.out_proj")!.node.status).toBe("used");
});

/** No module is in it. */
class Gate extends nn.Module {
  weight = new nn.Parameter(torch.ones(4));
  override forward(x: torch.Tensor): torch.Tensor {
    return x.sigmoid().rsub(1).mul(this.weight);
  }
}

test("a model without submodules opens to its operations, a layer of the engine's own to nothing", async () => {
  const own = await sceneOf(traced(new Gate(), [3, 4]), { depth: "auto" });
  expect(own.boxes.filter(({ node }) => node.kind === "operation").map(({ node }) => node.sign || node.name)).toEqual(["sigmoid", "1 −", "×"]);
  const layer = await sceneOf(traced(new nn.Linear(4, 4), [3, 4]), { depth: "auto" });
  expect(layer.boxes.filter(({ node }) => node.kind === "operation")).toEqual([]);
});

test("what holds operations alone is open where a depth reaches it", async () => {
  const model = traced(new nn.Sequential(new Gate(), new nn.Linear(4, 4)), [3, 4]);
  const isOpen = async (depth: number | "auto") => (await sceneOf(model, { depth })).byId.get("0")!.node.content !== null;
  expect([await isOpen("auto"), await isOpen(1), await isOpen(2)]).toEqual([false, false, true]);
});
