import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { suite, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, folder, until } from "./support.js";

/** TypeScript has looked at a file when it has found the mistake in it. */
const mistake = "export const mistake: symbol = 0;";

async function write(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

async function open(name: string, text: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(await write(name, text));
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

/** What TypeScript underlines as wrong, besides the mistake that says that it has looked. */
async function complaints(document: vscode.TextDocument): Promise<readonly string[]> {
  const errors = () =>
    vscode.languages
      .getDiagnostics(document.uri)
      .filter(({ source, severity }) => source?.startsWith("ts") && severity === vscode.DiagnosticSeverity.Error)
      .map(({ range, message }) => `${range.start.line + 1}: ${message}`);
  const isMistake = (text: string) => text.includes("'symbol'");
  await until("TypeScript has looked", () => errors().some(isMistake), 60_000);
  return errors().filter((text) => !isMistake(text));
}

const model = ['import * as torch from "layerscope";', "const { nn } = torch;", "const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());"].join(
  "\n",
);

suite("types of the package, in a workspace that does not have it", () => {
  suiteTeardown(closeEditors);

  test("a TypeScript file without a tsconfig.json is not underlined, and completion, hover and definition know the engine", async () => {
    const document = await open("types/plain.ts", `${model}\nexport const rows = net[0].bias;\nnn.L\n${mistake}\n`);
    const errors = await complaints(document);
    assert.equal(errors.length, 1, errors.join("\n"));
    assert.match(errors[0]!, /^5: /);
    const completions = await vscode.commands.executeCommand<vscode.CompletionList>(
      "vscode.executeCompletionItemProvider",
      document.uri,
      new vscode.Position(4, 4),
    );
    const labels = completions.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    assert.ok(labels.includes("Linear") && labels.includes("LayerNorm"));
    const place = document.positionAt(document.getText().indexOf("Linear(4") + 1);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, place);
    assert.match(
      hovers.flatMap(({ contents }) => contents.map((content) => (typeof content === "string" ? content : content.value))).join("\n"),
      /inFeatures: number/,
    );
    const definitions = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
      "vscode.executeDefinitionProvider",
      document.uri,
      place,
    );
    assert.match(JSON.stringify(definitions), /dist\/engine\/nn\/modules\/linear\.d\.ts/);
  });

  test("nor is a JavaScript file, and none of a project with a tsconfig.json", async () => {
    const javascript = await open("types/plain.js", `// @ts-check\n${model}\n/** @type {symbol} */\nexport const mistake = net[0].bias;\n`);
    assert.deepEqual(await complaints(javascript), []);
    await write("types/configured/package.json", '{ "type": "module" }');
    await write("types/configured/tsconfig.json", '{ "compilerOptions": { "module": "nodenext", "strict": true } }');
    const configured = await open("types/configured/model.ts", `${model}\nexport const features: number = net[0].inFeatures;\n${mistake}\n`);
    assert.deepEqual(await complaints(configured), []);
  });

  test("a copy in the workspace goes before the extension's, and other packages that are missing are missed", async () => {
    await write("types/own/node_modules/layerscope/package.json", '{ "name": "layerscope", "version": "9.9.9", "types": "./index.d.ts" }');
    await write("types/own/node_modules/layerscope/index.d.ts", "export const ownCopy: 1;\n");
    const text = [
      'import { ownCopy } from "layerscope";',
      'import { other } from "layerscope-other";',
      "export const one: 1 = ownCopy;",
      "export { other };",
      mistake,
    ].join("\n");
    const errors = await complaints(await open("types/own/model.ts", text));
    assert.equal(errors.length, 1, errors.join("\n"));
    assert.match(errors[0]!, /^2: .*layerscope-other/);
  });
});
