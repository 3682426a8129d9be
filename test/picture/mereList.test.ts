import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { sceneOf, traced } from "./traced.js";

test("a sequence that is a mere list has no line to a dictionary in it whose members ran", async () => {
  const { nn } = torch;
  class Listed extends nn.Module {
    stages = new nn.Sequential(new nn.Linear(4, 4), new nn.ModuleDict({ first: new nn.Linear(4, 4) }));

    override forward(x: torch.Tensor): torch.Tensor {
      const [before, held] = [this.stages[0], this.stages[1]];
      return held.get("first")(x).sub(before(x));
    }
  }
  const scene = await sceneOf(traced(new Listed(), [2, 4]));
  expect(scene.edges.filter(({ edge }) => edge.kind === "declared")).toEqual([]);
  expect(scene.byId.get("stages.1.first")!.node.status).toBe("ran");
});
