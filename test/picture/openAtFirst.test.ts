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
