import { afterAll, expect, test } from "vitest";
import { CodeIndex } from "../../../src/extension/code/codeIndex.js";
import {
  changedValue,
  type ChangedLook,
  couldName,
  dimensionNames,
  namedShape,
  nameDimensions,
  sizeVariables,
} from "../../../src/extension/code/dimensions.js";
import { lineShapes } from "../../../src/extension/code/lineShapes.js";
import { RanTexts } from "../../../src/extension/code/ranTexts.js";
import { Workspace } from "../../runner/workspace.js";

const workspace = new Workspace();

afterAll(() => workspace.dispose());

const text = `import * as torch from "layerscope";
const { nn } = torch;

const B = 2;
const T = 8;
const config = { dModel: 16, heads: 4, depth: 8, dropout: 0.5 };
const same = 16;

class Attention extends nn.Module {
  qkv = new nn.Linear(config.dModel, 3 * config.dModel);
  constructor(readonly width = 24) {
    super();
  }
  out = new nn.Linear(config.dModel, 16);
  forward(x: torch.Tensor) {
    const flat = x.reshape(-1, config.dModel);
    const y = this.qkv(x);
    const split = y.reshape(x.shape[0]!, x.shape[1]!, 3 * config.heads, -1);
    return this.out(split.reshape(x.shape[0]!, x.shape[1]!, 3, -1).mean(2)).add(flat.mean());
  }
}

export const net = new Attention();
for (let i = 0; i < config.depth; i++) same;
net(torch.rand([B, T, config.dModel]));
`;

test("the sizes that a text names, each in one place", () => {
  expect(sizeVariables(text).map(({ name, value, start, end }) => [name, value, text.slice(start, end)])).toEqual([
    ["B", 2, "2"],
    ["T", 8, "8"],
    ["dModel", 16, "16"],
    ["heads", 4, "4"],
    ["depth", 8, "8"],
    ["same", 16, "16"],
    ["width", 24, "24"],
  ]);
  const found = (of: string): string[] => sizeVariables(of).map(({ name }) => name);
  expect(found("let n = 3\nn = 4;")).toEqual([]);
  expect(found("if (n == 3) a >= 4; const x = 1; const y = 2.5; const z = 3 * 4; f(n, 3)")).toEqual([]);
  expect(found("const size: number = 1_024;")).toEqual(["size"]);
  expect(found("const small = { width: 8 };\nconst large = { width: 16 };")).toEqual(["width", "width"]);
  expect(found("const small = { width: 8 };\nconst width = 16;")).toEqual([]);
  expect(found("class Net { static readonly width = 8; private heads = 4; }")).toEqual(["width", "heads"]);
});

test("of two configurations, each names the axes that it moves", async () => {
  const two = `import * as torch from "layerscope";
const { nn } = torch;
const small = { nEmbd: 8, blockSize: 6 };
const large = { nEmbd: 32, blockSize: 10 };
class Net extends nn.Module {
  static readonly batch = 3;
  fc: nn.Linear;
  constructor(config: { nEmbd: number; blockSize: number }, outputs = 12) {
    super();
    this.fc = new nn.Linear(config.nEmbd, outputs);
  }
  forward(x: torch.Tensor) {
    return this.fc(x);
  }
}
export const one = new Net(small);
export const other = new Net(large);
one(torch.rand([Net.batch, small.blockSize, small.nEmbd]));
other(torch.rand([Net.batch, large.blockSize, large.nEmbd]));
`;
  const { models } = await workspace.run(two, {}, "two.ts");
  const looks: ChangedLook[] = [];
  for (const variable of sizeVariables(two)) {
    const changed = `${two.slice(0, variable.start)}${changedValue(variable)}${two.slice(variable.end)}`;
    const look = await workspace.run(changed, { isToBeShown: () => false }, "two.ts");
    looks.push(...look.models.map((model) => ({ variable, model })));
  }
  for (const model of models) {
    const own = looks.filter((look) => look.model.name === model.name);
    nameDimensions(model, dimensionNames(model, own));
    const named = model.trace!.values.map((_, value) => namedShape(model, value));
    expect([named[0], named.at(-1)]).toEqual(["batch×blockSize×nEmbd", "batch×blockSize×outputs"]);
  }
});

test("an axis has a name where that variable moves it, and is a number elsewhere", async () => {
  const { models, file } = await workspace.run(text, {}, "net.ts");
  const [model] = models;
  const looks = [];
  for (const variable of sizeVariables(text).filter((each) => couldName(each, model!))) {
    const changed = `${text.slice(0, variable.start)}${changedValue(variable)}${text.slice(variable.end)}`;
    const look = await workspace.run(changed, { isToBeShown: () => false }, "net.ts");
    looks.push(...look.models.map((other) => ({ variable, model: other })));
  }
  const names = dimensionNames(model!, looks);
  expect([...names.variables].sort()).toEqual([
    ["B", 2],
    ["T", 8],
    ["dModel", 16],
    ["heads", 4],
  ]);
  nameDimensions(model!, names);
  const index = new CodeIndex(new RanTexts(new Map([[file, text]])), models);
  const at = (needle: string) => {
    const line = text.split("\n").findIndex((each) => each.includes(needle));
    return lineShapes(index.at({ key: file, version: 1, text }, line)!);
  };
  expect(at("const flat").statement).toBe("B·T×dModel");
  expect(at("const y =").statement).toBe("B×T×3·dModel");
  // The width of a head is a number: both move it, and neither by itself makes it.
  expect(at("const split").statement).toBe("B×T×3·heads×4");
  // Sixteen by itself.
  expect(at("out = new").layers).toBe("B×T×16");
  expect(at("return this.out").statement).toBe("B×T×16");
});
