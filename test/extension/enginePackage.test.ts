import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setup, suite, teardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, folder, openFile, until } from "./support.js";

const manifest = join(folder, "package.json");
const original = '{\n    "name": "models",\n    "version": "1.0.0"\n}\n';
const code =
  'import { nn } from "layerscope";\nexport const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());\nexport const bias: string = net[0].bias;\n';

suite("installing the engine package into the workspace", () => {
  const clean = () => {
    for (const name of ["node_modules", ".layerscope", "package-lock.json"]) rmSync(join(folder, name), { recursive: true, force: true });
    writeFileSync(manifest, original);
  };
  setup(clean);
  teardown(async () => {
    await closeEditors();
    clean();
  });

  test("keeps it in the workspace, references it, and it survives the next install", async () => {
    await vscode.commands.executeCommand("layerscope.installEnginePackage");
    assert.equal(
      readFileSync(manifest, "utf8"),
      '{\n    "name": "models",\n    "version": "1.0.0",\n    "devDependencies": {\n        "layerscope": "file:./.layerscope/package"\n    }\n}\n',
    );
    rmSync(join(folder, "node_modules"), { recursive: true, force: true });
    execFileSync("npm", ["install"], { cwd: folder, shell: process.platform === "win32" });
    const printed = execFileSync("node", ["--input-type=module", "-e", 'import { nn } from "layerscope"; console.log(String(new nn.Linear(4, 8)))'], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(printed.trim(), "Linear(in_features=4, out_features=8, bias=True)");
  });

  test("lets TypeScript check model code", async function () {
    this.timeout(120_000);
    await vscode.commands.executeCommand("layerscope.installEnginePackage");
    const editor = await openFile("typed.ts", code);
    const errors = () => vscode.languages.getDiagnostics(editor.document.uri).filter(({ source }) => source === "ts");
    await until(
      "TypeScript reports that a parameter is no string",
      () => errors().some(({ message }) => /not assignable to type 'string'/.test(message)),
      60_000,
    );
    assert.ok(!errors().some(({ message }) => /Cannot find module/.test(message)));
  });

  test("leaves every other line of package.json as it was written", async () => {
    const own = '{\n\t"name": "models", "version": "1.0.0",\n\n\t"devDependencies": {\n\t\t"a": "file:./a"\n\t},\n\t"files": ["x", "y"]\n}';
    writeFileSync(manifest, own);
    await vscode.commands.executeCommand("layerscope.installEnginePackage");
    assert.equal(readFileSync(manifest, "utf8"), own.replace('"file:./a"', '"file:./a",\n\t\t"layerscope": "file:./.layerscope/package"'));
  });

  test("installs with the package manager that package.json names, and copies the package where that does not work", async () => {
    writeFileSync(manifest, original.replace('"1.0.0"', '"1.0.0",\n    "packageManager": "bun@1.2.0"'));
    await vscode.commands.executeCommand("layerscope.installEnginePackage");
    assert.ok(existsSync(join(folder, "node_modules", "layerscope", "index.js")));
    assert.ok(!existsSync(join(folder, "package-lock.json")), "npm was not asked");
  });

  test("does not touch a package.json that it cannot read", async () => {
    writeFileSync(manifest, "{ not json");
    await vscode.commands.executeCommand("layerscope.installEnginePackage");
    assert.equal(readFileSync(manifest, "utf8"), "{ not json");
    assert.ok(!existsSync(join(folder, ".layerscope")));
  });
});
