import { afterAll, beforeAll, expect, test } from "vitest";
import { CodeIndex } from "../../../src/extension/code/codeIndex.js";
import { type LineShapes, lineShapes } from "../../../src/extension/code/lineShapes.js";
import { RanTexts } from "../../../src/extension/code/ranTexts.js";
import { Workspace } from "../../runner/workspace.js";

const workspace = new Workspace();

afterAll(() => workspace.dispose());

const text = `import * as torch from "layerscope";
const { nn } = torch;
const F = nn.functional;

class Block extends nn.Module {
  up = new nn.Linear(4, 8);
  down = new nn.Linear(8, 4);
  forward(x: torch.Tensor) {
    const h = F.relu(this.up(x)).mul(2);
    return x.add(this.down(h));
  }
}

class Net extends nn.Module {
  blocks = new nn.ModuleList([0, 1].map(() => new Block()));
  grow = new nn.ModuleList([1, 2, 3, 4, 5].map((size) => new nn.Linear(4, size)));
  unused = new nn.Linear(4, 4);
  forward(x: torch.Tensor) {
    let y = x;
    for (let turn = 0; turn < 3; turn++) {
      y = F.tanh(y);
    }
    for (const block of this.blocks) y = block(y);
    const sizes = this.grow.map((layer) => layer(y));
    const [left, right] = y.chunk(2, 1);
    return [torch.cat(sizes, 1), left, right].map((each) => each.sum(1));
  }
}

export const net = new Net();
net(torch.rand(2, 4));
export const pair = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
const y = pair(torch.rand(2, 4));
`;

let at: (needle: string) => LineShapes;

beforeAll(async () => {
  const { models, file } = await workspace.run(text, {}, "net.ts");
  const index = new CodeIndex(new RanTexts(new Map([[file, text]])), models);
  const lines = text.split("\n");
  at = (needle) =>
    lineShapes(
      index.at(
        { key: file, version: 1, text },
        lines.findIndex((line) => line.includes(needle)),
      )!,
    );
});

test("a statement says the shape of its own value, not of its operands", () => {
  expect(at("const h =").statement).toBe("2×8");
  expect(at("return x.add").statement).toBe("2×4");
  expect(at("const y = pair").statement).toBe("2×1");
});

test("turns of a loop are counted, shapes that differ in one axis are a range", () => {
  expect(at("y = F.tanh").statement).toBe("3 x 2×4");
  expect(at("y = block(y)").statement).toBe("2 x 2×4");
  expect(at("const sizes").statement).toBe("2×1…5");
});

test("what gives several tensors says each", () => {
  expect(at("const [left").statement).toBe("2×2, 2×2");
});

test("a layer says what it gave, of one line the outermost; what was never called says nothing", () => {
  expect(at("up = new").layers).toBe("2×8");
  expect(at("export const pair").layers).toBe("2×1");
  expect(at("grow =").layers).toBe("2×1…5");
  expect(at("unused =").layers).toBeNull();
});

test("parameters of what a line makes, each once", () => {
  expect(at("up = new").parameters).toBe(80);
  expect(at("export const pair").parameters).toBe(49);
  expect(at("const h =").parameters).toBeNull();
});
