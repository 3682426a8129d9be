import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as l10n from "@vscode/l10n";
import ts from "typescript";
import { afterAll, expect, test, vi } from "vitest";
import { Workspace } from "./workspace.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const root = path.resolve(import.meta.dirname, "../..");
const english = JSON.parse(readFileSync(path.join(root, "l10n/bundle.l10n.json"), "utf8")) as Record<string, string | { message: string }>;
/** Every text between brackets, as a language pack would give it. */
const pseudo = Object.fromEntries(Object.entries(english).map(([key, text]) => [key, `⟦${typeof text === "string" ? text : text.message}⟧`]));

/** The runner's processes read the translations from a file; what this process says itself is loaded as the extension loads it. */
l10n.config({ contents: pseudo });
const files = new Workspace();
const stringsFile = files.write("bundle.l10n.json", JSON.stringify(pseudo));
const workspace = new Workspace({ stringsFile, memoryLimit: 400, timeLimit: 5000 });
afterAll(() => Promise.all([files.dispose(), workspace.dispose()]));

const head = 'import * as torch from "layerscope";\n';

test.each([
  ["a loop without end", "for (;;);", "⟦Stopped after 5 s: still running here.⟧", "⟦Is this loop endless? Otherwise raise the time limit.⟧"],
  [
    "too much memory",
    "const kept = [];\nwhile (true) kept.push(torch.ones(1000, 1000));",
    "⟦Stopped at the memory limit of 400 MB.⟧",
    "⟦Build large models on the meta device, or raise the memory limit.⟧",
  ],
  [
    "an error in a constructor",
    "class Net extends torch.nn.Module {\n  constructor() {\n    super();\n    throw 7;\n  }\n}\nnew Net();",
    "⟦Thrown: 7⟧",
    "⟦Only an Error knows its line: throw new Error(...) instead of another value.⟧",
  ],
  ["a call of process.exit", "process.exit(3);", "⟦process.exit(3) ended the run here.⟧", "⟦What follows did not run.⟧"],
  [
    "a process that dies",
    'process.removeAllListeners();\nsetTimeout(() => {\n  throw new Error("no");\n});',
    /^⟦The process of the model code ended unexpectedly \(⟦exit code 1⟧\)\.⟧$/,
    "⟦What it printed last may say why.⟧",
  ],
  ["a missing import", 'import "./nowhere";', 'Could not resolve "./nowhere"', "⟦Check the path and the spelling.⟧"],
])("%s is told in the language of the editor", async (_, code, message, hint) => {
  const { failure } = await workspace.run(head + code);
  expect(failure).toMatchObject({ message: typeof message === "string" ? message : expect.stringMatching(message), hint });
});

test("why a model has no pass, and what a request cannot do, are told in the language of the editor", async () => {
  const { models, file } = await workspace.run(
    `${head}export const net = new torch.nn.Module();\nnet.layer = new torch.nn.ReLU();`.replace("net.layer", "(net as any).layer"),
  );
  expect(models[0]!.traceMissing).toMatch(/^⟦Module defines no forward: .*⟧ ⟦.*⟧$/);
  await expect(workspace.runner.request(file, "undoReinitialize", { model: "net" })).rejects.toThrow("⟦There is no reinitialization to undo.⟧");
});

/** What reads as text but is none: code, what a tool of another prints, what is never shown. By file, with what it begins with. */
const notForUsers: Readonly<Record<string, readonly string[]>> = {
  "runner/bundle.ts": ["import { createRequire", "npm install "],
  "runner/bundlePlugin.ts": ["const native = ", "var ", "export * from ", "resolution by esbuild itself"],
  "runner/faults.ts": ["import(new URL("],
  // Node's own words.
  "runner/descriptors.ts": ["EBADF: "],
  "runner/importCycles.ts": ["return fn &&", "if (fn) {", "{ let settle;"],
  "runner/nesting.ts": ["(async function"],
  "runner/makers.ts": ["Array BigInt", "new "],
  "runner/modelCode.ts": ['"use strict"; return ('],
  // A choice between two, for the recording itself.
  "inspect/recordedValues.ts": ["the whole memory", "its elements"],
  "inspect/recording.ts": ["the whole memory"],
  // PyTorch's words for what of a state dict does not fit.
  "inspect/states.ts": ["size mismatch for ", "Missing key(s) in ", "Unexpected key(s) in "],
  "inspect/operations.ts": ["at chunk clone", "\n  sum(self"],
  "inspect/parameterNames.ts": ["[native code]"],
  // A fault of ours.
  "describe/modelIndex.ts": [" has no tensor", " has no module"],
  // Code.
  "describe/initializationScript.ts": ["for ", "  ", "def initialize(module)", '"resetParameters" in module', "(module as unknown as", "module instanceof "],
  // Written for language models, which read English best.
  "describe/tools.ts": [""],
  // Milliseconds are written so everywhere.
  "describe/overlays.ts": [" ms"],
  // The table of torchinfo, by whose names its users know it.
  "describe/summary.ts": [
    "Input Shape",
    "Output Shape",
    "Param #",
    "Layer (type",
    "Total ",
    "Trainable params",
    "Non-trainable params",
    "Input size",
    "Forward/backward pass size",
    "Params size",
    "Estimated Total Size",
  ],
};

/** The literals of a source file that hold words, and are in no call of `l10n.t`. Of a template, the parts between its values. */
function unlocalized(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isCallExpression(node) && node.expression.getText() === "l10n.t") return void node.arguments.slice(1).forEach(visit);
    const texts = ts.isStringLiteralLike(node)
      ? [node.text]
      : ts.isTemplateExpression(node)
        ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]
        : [];
    const words = texts.filter((text) => /\p{L}{2,}[,:.]? \p{L}|^ \p{L}{2,}|\p{L}{2,} $|^[A-Z]\p{L}+[.:!?](?!\p{L})/u.test(text));
    if (words.length > 0) found.push(texts[0] || words[0]!);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

test.each(["runner", "inspect", "describe"])("no text of src/%s is left in English", (part) => {
  const files = readdirSync(path.join(root, "src", part), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const left = files.flatMap((name) => {
    const known = notForUsers[`${part}/${name}`] ?? [];
    return unlocalized(path.join(root, "src", part, name))
      .filter((text) => !known.some((start) => text.startsWith(start)))
      .map((text) => `${name}: ${text}`);
  });
  expect(left).toEqual([]);
});
