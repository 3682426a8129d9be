import { existsSync } from "node:fs";
import path from "node:path";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { afterAll, expect, test } from "vitest";
import { Workspace } from "./workspace.js";

const workspace = new Workspace();

afterAll(() => workspace.dispose());

const model = (size: number): string => `import * as torch from "layerscope";
export const net = new torch.nn.Linear(4, ${size});
`;

const parameters = ({ models }: { readonly models: readonly { readonly totals: { readonly parameters: number } }[] }) =>
  models.map(({ totals }) => totals.parameters);

test("a look ends where a second backward pass begins, whatever catches, and what it came to is there", async () => {
  const training = `${model(3)}
import { writeFileSync } from "node:fs";
for (let step = 0; ; step++) {
  try {
    net(torch.rand(2, 4)).sum().backward();
    if (step > 0) writeFileSync("step.txt", String(step));
  } catch (error) {
    if (step > 1) throw error;
  }
}
`;
  const { models, failure, file } = await workspace.run(training, { asked: false, timeLimit: 20_000, isToBeShown: () => true });
  expect(failure?.kind).toBe("timeout");
  expect(parameters({ models })).toEqual([15]);
  expect(models[0]!.tensors[0]!.gradient).not.toBeNull();
  expect(existsSync(path.join(path.dirname(file), "step.txt"))).toBe(false);
  // A run of the same file is not bounded so.
  const { failure: ran } = await workspace.run(`${model(3)}\nfor (let step = 0; step < 3; step++) net(torch.rand(2, 4)).sum().backward();\n`);
  expect(ran).toBeNull();
});

test("a look ends where an optimizer begins a second step, with gradients of whatever kind", async () => {
  const training = `${model(3)}
import { writeFileSync } from "node:fs";
const optimizer = new torch.optim.Adam(net.parameters());
for (let step = 0; ; step++) {
  const loss = net(torch.ones(2, 4)).sum();
  [...net.parameters()].forEach((parameter, at) => (parameter.grad = torch.autograd.grad(loss, [...net.parameters()], { retainGraph: true })[at]!));
  optimizer.step();
  if (step > 0) writeFileSync("step.txt", String(step));
}
`;
  const { models, failure, file } = await workspace.run(training, { asked: false, timeLimit: 20_000, isToBeShown: () => true });
  expect(failure?.kind).toBe("timeout");
  expect(parameters({ models })).toEqual([15]);
  expect(existsSync(path.join(path.dirname(file), "step.txt"))).toBe(false);
});

const large = `import * as torch from "layerscope";
const { nn } = torch;
export const net = new nn.Sequential(new nn.Linear(8, 1024), new nn.ReLU(), new nn.Linear(1024, 1024), new nn.Linear(1024, 2));
const y = net(torch.rand(4, 8));
`;
const look = (text: string) => workspace.run(text, { asked: false, timeLimit: 20_000, isToBeShown: () => true });
const shapes = ([model]: readonly ModelSnapshot[]) => model!.trace!.values.map(({ shape }) => shape.join("x"));

test("a look computes no values of large tensors and of what follows from them; all shapes are there, and a run has the values", async () => {
  const { models, failure, file } = await look(large);
  expect(failure).toBeNull();
  const ran = await workspace.run(large);
  expect(shapes(models)).toEqual(shapes(ran.models));
  const known = ({ tensors }: ModelSnapshot) => tensors.map(({ names, device, statistics }) => [names[0], device, statistics !== null]);
  expect(known(models[0]!)).toEqual([
    ["0.weight", "cpu", true],
    ["0.bias", "cpu", true],
    ["2.weight", "cpu", false],
    ["2.bias", "cpu", true],
    ["3.weight", "cpu", true],
    ["3.bias", "cpu", true],
  ]);
  expect(known(ran.models[0]!).every(([, , has]) => has)).toBe(true);
  await look(large.replace("(1024, 2)", "(1024, 3)"));
  const values = workspace.runner.request(file, "tensorValues", { model: "net", tensor: 2, maxRows: 1, maxColumns: 1 });
  await expect(values).rejects.toThrow("2.weight is too large to be computed while it is typed");
});

test.each([
  ["y.sum().item()", ""],
  ["Number(y.sum())", ""],
  ["String(y)", ""],
  ["y.tolist()", ""],
  ["y.gt(0).nonzero()", ""],
  ["y.equal(y)", ""],
  ["small.tolist()", "const small = torch.zeros(4, 2); small.copy_(y);"],
  ["small.tolist()", "const small = torch.zeros(4, 2); small.add_(y);"],
  ["small.tolist()", "const small = torch.zeros(4, 2); small.select(0, 1).copy_(y.select(0, 1));"],
])("a look ends where %s reads a value that was not computed, whatever catches, and says so; what was seen stays", async (read, before) => {
  const text = `${large}${before}\ntry { ${read}; } catch {}\nexport const later = new nn.Linear(2, 2);\n`;
  const { models, failure } = await look(text);
  expect(failure).toMatchObject({ kind: "leftOut", location: { line: 6 } });
  expect(failure!.message).toMatch(/^Line 6 reads values of a tensor that is too large/);
  expect(models.map(({ name, trace }) => [name, trace!.values.at(-1)!.shape])).toEqual([["net", [4, 2]]]);
});

test("a run reads what a look does not, and a shape that does not fit is told of what has no values too", async () => {
  const { failure, models } = await workspace.run(`${large}y.sum().item();\nexport const later = new nn.Linear(2, 2);\n`);
  expect(failure).toBeNull();
  expect(models.map(({ name }) => name)).toEqual(["net", "later"]);
  const wrong = await look(large.replace("nn.Linear(1024, 2)", "nn.Linear(1000, 2)"));
  expect(wrong.failure).toMatchObject({ kind: "thrown", location: { line: 4 } });
  expect(wrong.failure!.message).toMatch(/mat1 and mat2 shapes cannot be multiplied \(4x1024 and 1000x2\)/);
});

test("a look at a step of training goes to its end without the values of large tensors", async () => {
  const { failure, models } = await look(`${large}const optimizer = new torch.optim.SGD(net.parameters(), { lr: 0.1 });
y.sum().backward();
export const later = new nn.Linear(2, 2);
`);
  expect(failure).toBeNull();
  expect(models.map(({ name }) => name)).toEqual(["net", "later"]);
});

test("what was read ahead of a look is what is looked at, and nothing else is", async () => {
  const lookAt = (text: string, file: string) => workspace.runner.run(file, { overrides: new Map([[file, text]]), asked: false, isToBeShown: () => true });
  const file = workspace.write("ahead.ts", model(3));
  workspace.runner.prepareLook(file, new Map([[file, model(4)]]));
  expect(parameters(await lookAt(model(4), file))).toEqual([20]);
  workspace.runner.prepareLook(file, new Map([[file, model(5)]]));
  expect(parameters(await lookAt(model(6), file))).toEqual([30]);
  workspace.runner.prepareLook(file, new Map([[file, model(5)]]));
  expect(parameters(await workspace.runner.run(file))).toEqual([15]);
  workspace.runner.prepareLook(file, new Map([[file, "export const net = new ("]]));
  expect((await lookAt("export const net = new (", file)).failure?.kind).toBe("syntax");
});

test("random numbers of a run are those of a fresh process, whatever was rehearsed in it", async () => {
  const { printed } = await workspace.run('import * as torch from "layerscope";\ntorch.manualSeed(0);\nconsole.log(torch.rand(2).tolist().join(" "));\n');
  expect(printed).toMatch(/^0\.49625\d* 0\.76822\d*\n$/);
  const observed = await workspace.run(model(2));
  expect(observed.models.map(({ name }) => name)).toEqual(["net"]);
});

test("what is not to be shown leaves the models that there are", async () => {
  const { file } = await workspace.run(model(3));
  const look = (text: string, isToBeShown: boolean) => workspace.run(text, { asked: false, timeLimit: 2000, isToBeShown: () => isToBeShown });
  expect(parameters(await look(model(5), false))).toEqual([25]);
  const shape = async () => (await workspace.runner.request(file, "tensorValues", { model: "net", tensor: 0, maxRows: 1, maxColumns: 1 })).shape;
  expect(await shape()).toEqual([3, 4]);
  await look(model(5), true);
  expect(await shape()).toEqual([5, 4]);
});

test("an endless loop costs a look its own limit, and shows the models from before it", async () => {
  const started = Date.now();
  const { models, failure } = await workspace.run(`${model(6)}while (true) {}\n`, { asked: false, timeLimit: 500, isToBeShown: () => true });
  expect(failure?.kind).toBe("timeout");
  expect(parameters({ models })).toEqual([30]);
  expect(Date.now() - started).toBeLessThan(10_000);
});
