import { afterAll, expect, test } from "vitest";
import { failureText } from "../../src/describe/failure.js";
import { findingsOf } from "../../src/describe/findings/findings.js";
import { mismatchOf } from "../../src/describe/mismatch.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { Workspace } from "../runner/workspace.js";

const workspace = new Workspace();

afterAll(() => workspace.dispose());

const header = `import * as torch from "layerscope";
const { nn } = torch;
`;

async function run(code: string): Promise<ModelSnapshot> {
  const { models } = await workspace.run(header + code, {}, "net.ts");
  return models[0]!;
}

const module = (forward: string, fields: string): string => `class Net extends nn.Module {
${fields}
override forward(x: torch.Tensor) { return ${forward}; }
}
export const net = new Net();
`;

const cases: readonly (readonly [what: string, code: string, sentence: string])[] = [
  [
    "a Linear after an activation names the layer before that",
    "export const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(7, 1));\nnet(torch.rand(2, 4));",
    "2 (Linear) takes 7 features; 8 came, from 0 (Linear)",
  ],
  ["the input", "export const net = new nn.Sequential(new nn.Linear(4, 8));\nnet(torch.rand(2, 5));", "0 (Linear) takes 4 features; 5 came, from the input"],
  [
    "channels of a convolution",
    "export const net = new nn.Sequential(new nn.Conv2d(3, 8, 3), new nn.Conv2d(16, 4, 3));\nnet(torch.rand(1, 3, 9, 9));",
    "1 (Conv2d) takes 16 channels; 8 came, from 0 (Conv2d)",
  ],
  [
    "channels of a normalization",
    "export const net = new nn.Sequential(new nn.Conv2d(3, 8, 3), new nn.BatchNorm2d(4));\nnet(torch.rand(1, 3, 9, 9));",
    "1 (BatchNorm2d) takes 4 channels; 8 came, from 0 (Conv2d)",
  ],
  [
    "a normalization of the last axis",
    "export const net = new nn.Sequential(new nn.Linear(4, 6), new nn.LayerNorm(1));\nnet(torch.rand(2, 4));",
    "1 (LayerNorm) takes 1 feature; 6 came, from 0 (Linear)",
  ],
  [
    "an operation of forward between the two",
    `${module("this.fc(torch.cat([this.a(x), x], 1))", "a = new nn.Linear(4, 8);\nfc = new nn.Linear(8, 2);")}net(torch.rand(2, 4));`,
    "fc (Linear) takes 8 features; 12 came, from cat",
  ],
  [
    "a view of what a layer gave",
    `${module("this.fc(this.a(x).flatten(1))", "a = new nn.Conv1d(4, 8, 1);\nfc = new nn.Linear(8, 2);")}net(torch.rand(2, 4, 3));`,
    "fc (Linear) takes 8 features; 24 came, from flatten of a (Conv1d)",
  ],
  [
    "an operation of the code that belongs to no layer",
    `${module("this.a(x).add(this.b(x))", "a = new nn.Linear(4, 8);\nb = new nn.Linear(4, 6);")}net(torch.rand(2, 4));`,
    "add was given 2×8 from a (Linear), 2×6 from b (Linear)",
  ],
  [
    "the second input of a recurrent cell is no size of the first",
    "export const net = new nn.GRUCell(3, 5);\nnet(torch.rand(2, 4), torch.rand(2, 5));",
    "net (GRUCell) takes 3 features; 4 came, from the input",
  ],
];

test.each(cases)("%s", async (_, code, sentence) => {
  const model = await run(code);
  expect(mismatchOf(indexOf(model))?.sentence).toBe(sentence);
  expect(failureText(indexOf(model))).toBe(`${sentence}.\n${model.trace!.failure!.message}`);
});

test("nothing is said of a pass that failed otherwise, or went through", async () => {
  const thrown = await run(`${module('(() => { throw new Error("no"); })()', "a = new nn.Linear(4, 8);")}try { net(torch.rand(2, 4)); } catch {}`);
  expect(thrown.trace!.failure).not.toBeNull();
  expect(mismatchOf(indexOf(thrown))).toBeNull();
  expect(mismatchOf(indexOf(await run("export const net = new nn.Linear(4, 8);\nnet(torch.rand(2, 4));")))).toBeNull();
});

/** The finding about the failed pass, with lines of the code after its header, from 1. */
async function failed(code: string) {
  const [finding] = findingsOf(await run(code)).all;
  const line = (location: { readonly line: number } | null) => (location?.line ?? 0) - 2;
  return {
    line: line(finding!.location),
    related: finding!.related.map(({ text, location }) => [line(location), text]),
    repairs: finding!.repairs.map(({ location, ...repair }) => ({ line: line(location), ...repair })),
  };
}

test("stands at the layer, and names where the size came from and the call", async () => {
  expect(await failed("export const net = new nn.Sequential(\nnew nn.Linear(4, 8),\nnew nn.ReLU(),\nnew nn.Linear(7, 1),\n);\nnet(torch.rand(2, 4));")).toEqual(
    {
      line: 4,
      related: [
        [2, "2×8 comes from here: 0 (Linear)"],
        [6, "Called here"],
      ],
      repairs: [{ line: 4, kind: "argument", argument: "inFeatures", position: 0, from: 7, to: 8 }],
    },
  );
});

test("is mended by a Flatten where all but the batch makes the size", async () => {
  const sequence = "export const net = new nn.Sequential(\nnew nn.Conv2d(1, 2, 3),\nnew nn.Linear(18, 1),\n);\nnet(torch.rand(2, 1, 5, 5));";
  expect((await failed(sequence)).repairs).toEqual([{ line: 3, kind: "flatten", isCall: false }]);
  const called = `${module("this.b(\nthis.a(x))", "a = new nn.Conv2d(1, 2, 3);\nb = new nn.Linear(18, 1);")}net(torch.rand(2, 1, 5, 5));`;
  expect((await failed(called)).repairs).toMatchObject([{ kind: "flatten", isCall: true }]);
});

test("no repair is certain where one line makes several layers", async () => {
  const code = "export const net = new nn.Sequential(...[0, 1].map(() => new nn.Linear(4, 8)));\nnet(torch.rand(2, 4));";
  expect((await failed(code)).repairs).toEqual([]);
});

test("a model that the code never calls is told of where no input of its first layer gets through", async () => {
  const found = await failed("export const net = new nn.Sequential(\nnew nn.Linear(4, 8),\nnew nn.Linear(7, 1),\n);");
  expect(found.line).toBe(3);
  expect(found.repairs).toMatchObject([{ kind: "argument", from: 7, to: 8 }]);
  const convolutions = await failed("export const net = new nn.Sequential(\nnew nn.Conv2d(3, 8, 3),\nnew nn.Conv2d(16, 4, 3),\n);");
  expect(convolutions.line).toBe(3);
});

test.each([
  ["an image size that was not tried", "export const net = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.Flatten(), new nn.Linear(999, 1));"],
  [
    "inputs that differ",
    `${module("this.a(x).add(this.b(y))", "a = new nn.Linear(4, 8);\nb = new nn.Linear(6, 8);").replace("x: torch.Tensor", "x: torch.Tensor, y: torch.Tensor")}`,
  ],
  ["parts of an input", module("this.b(x).add(this.a(x.narrow(1, 0, 4)))", "a = new nn.Linear(4, 8);\nb = new nn.Linear(6, 8);")],
])("not of %s", async (_, code) => {
  const model = await run(code);
  expect(model.trace?.failure ?? null).toBeNull();
});
