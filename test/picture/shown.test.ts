import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { initialArrangement } from "../../src/picture/model/arrangement.js";
import { revealing } from "../../src/picture/model/arranging.js";
import { Shown } from "../../src/picture/shown.js";
import { estimateText } from "../../src/picture/text.js";
import { englishWords } from "../../src/picture/words.js";
import { sceneOf, traced } from "./traced.js";

const { nn } = torch;

/** Is handed the layer that it calls. */
class Caller extends nn.Module {
  first = new nn.Linear(4, 4);
  override forward(x: torch.Tensor, head: torch.nn.Linear): torch.Tensor {
    return head(this.first(x));
  }
}

class Net extends nn.Module {
  head = new nn.Linear(4, 2);
  user = new Caller();
  override forward(x: torch.Tensor): torch.Tensor {
    return this.user(x, this.head);
  }
}

test("a module that stands elsewhere than it is declared is revealed, and found, where it stands", async () => {
  const model = traced(new Net(), [3, 4]);
  const shownAt = async (arrangement: Parameters<typeof sceneOf>[1]) => new Shown(model, await sceneOf(model, arrangement), englishWords, estimateText);
  const closed = await shownAt({ depth: 1 });
  expect(closed.boxOf("head")).toBeNull();
  const open = await shownAt(revealing(model, { ...initialArrangement, depth: 1 }, "head"));
  expect(open.boxOf("head")!.node).toMatchObject({ id: "user.^head^", path: "head" });
  expect(open.boxOf("user.first")!.node.id).toBe("user.first");
  expect(open.boxOf("#input:0")!.node.id).toBe("#input:0");
});
