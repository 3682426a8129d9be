import { describe, expect, it, vi } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Scene } from "../../src/picture/scene.js";
import { collisions } from "./geometry.js";
import { sceneOf, traced, unreadableOperands } from "./traced.js";

vi.setConfig({ testTimeout: 120_000 });

const { nn } = torch;
type Tensor = torch.Tensor;

class Join extends nn.Module {
  f = new nn.Linear(4, 4);
  g = new nn.Linear(4, 4);
  constructor(readonly join: (x: Tensor, f: Tensor, g: () => Tensor) => Tensor) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return this.join(x, this.f(x), () => this.g(x));
  }
}

/** What enters an operation, as its lines are read: by their numbers where they have some, else from left to right. */
function read(scene: Scene, name: string): string[] {
  const operation = scene.boxes.find(({ node }) => node.name === name || node.sign === name)!.node.id;
  const along = ({ x, y }: { readonly x: number; readonly y: number }) => (scene.direction === "down" ? x : y);
  return scene.edges
    .filter(({ to }) => to === operation)
    .sort((a, b) => (a.operand && b.operand ? Number(a.operand.text) - Number(b.operand.text) : along(a.ends[1]) - along(b.ends[1])))
    .map(({ from }) => from || "x");
}

describe("the order of operands", () => {
  it.each([
    ["sub", "x − f(x)", (x: Tensor, f: Tensor) => x.sub(f), ["x", "f"]],
    ["sub", "f(x) − x", (x: Tensor, f: Tensor) => f.sub(x), ["f", "x"]],
    ["cat", "cat([f(x), x, f(x)])", (x: Tensor, f: Tensor) => torch.cat([f, x, f], 1), ["f", "x", "f"]],
    ["cat", "cat([x, f(x), x])", (x: Tensor, f: Tensor) => torch.cat([x, f, x], 1), ["x", "f", "x"]],
    ["@", "g(x) @ f(x)ᵀ", (_: Tensor, f: Tensor, g: () => Tensor) => g().matmul(f.transpose(0, 1)), ["g", "f"]],
    ["div", "x ÷ f(g)", (x: Tensor, f: Tensor, g: () => Tensor) => g().div(f.add(x)), ["g", "#add:0"]],
  ] as const)("of %s can be read: %s", async (name, _, join, expected) => {
    const model = traced(new Join(join), [3, 4]);
    for (const direction of ["down", "right"] as const) {
      const scene = await sceneOf(model, { depth: 1 }, direction);
      expect(read(scene, name)).toEqual(expected);
      expect(unreadableOperands(scene)).toEqual([]);
      expect(collisions(scene)).toEqual([]);
    }
  });

  it("is not told where it does not matter", async () => {
    const scene = await sceneOf(traced(new Join((x, f) => x.add(f)), [3, 4]), { depth: 1 });
    expect(scene.edges.every(({ operand }) => operand === null)).toBe(true);
  });
});

it.each(["down", "right"] as const)("needs no numbers where all operands come from one place, in a picture that flows %s", async (direction) => {
  class Net extends nn.Module {
    l = new nn.Linear(4, 4);
    override forward(x: Tensor): Tensor {
      const y = this.l(x);
      return torch.stack([y.relu(), y, y.t(), y.reshape(4, 4)]);
    }
  }
  const scene = await sceneOf(traced(new Net(), [4, 4]), { depth: "all" }, direction);
  const entering = scene.edges.filter(({ to, from }) => to === "#stack:0" && from === "l").sort((a, b) => a.edge.operand - b.edge.operand);
  expect(entering.map(({ edge }) => edge.operand)).toEqual([1, 2, 3]);
  const ends = entering.map(({ ends: [, end] }) => (direction === "down" ? end.x : end.y));
  expect(ends).toEqual(ends.toSorted((a, b) => a - b));
});
