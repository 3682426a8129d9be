import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { collisions } from "./geometry.js";
import { sceneOf, traced } from "./traced.js";

const { nn } = torch;

/** One table under two names, its weight in a layer of its own too. */
class Tied extends nn.Module {
  embeddingOfTokens = new nn.Linear(4, 4, { bias: false });
  embeddingOfAnswers = this.embeddingOfTokens;
  head = new nn.Linear(4, 4, { bias: false });
  constructor() {
    super();
    this.head.weight = this.embeddingOfTokens.weight;
  }
  override forward(x: torch.Tensor): torch.Tensor {
    return this.head(this.embeddingOfAnswers(this.embeddingOfTokens(x)));
  }
}

test.each(["down", "right"] as const)("badges cut neither a name nor a type, in a picture that flows %s", async (direction) => {
  const scene = await sceneOf(traced(new Tied(), [2, 4]), { depth: "all" }, direction);
  const calls = scene.boxes.filter(({ node }) => node.path === "embeddingOfTokens");
  expect(calls.length).toBeGreaterThan(0);
  for (const { face, width, height } of calls) {
    const written = face.texts.map(({ text }) => text);
    expect(written).toEqual(expect.arrayContaining(["embeddingOfTokens", "Linear"]));
    expect(face.badges.length).toBeGreaterThan(1);
    for (const badge of face.badges) expect([badge.x + badge.width <= width, badge.y + 16 <= height]).toEqual([true, true]);
  }
  expect(collisions(scene)).toEqual([]);
});

class Own extends nn.Module {
  l = new nn.Linear(2, 2);
  override forward(x: torch.Tensor): torch.Tensor {
    return this.l(x);
  }
}

test("a model that is named after its class says so once", async () => {
  const { snapshot } = traced(new Own(), [2, 2]);
  const named = async (name: string) => {
    const scene = await sceneOf(new PictureModel({ ...snapshot, name, root: { ...snapshot.root, name } }), { depth: "all" });
    return scene.byId.get("")!.face.texts.map(({ text }) => text);
  };
  expect((await named("Own")).filter((text) => text === "Own")).toHaveLength(1);
  expect(await named("net")).toEqual(expect.arrayContaining(["net", "Own"]));
});
