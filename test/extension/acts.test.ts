import assert from "node:assert/strict";
import * as path from "node:path";
import { Acts } from "./restricted/acts.js";
import { closeEditors, layerscope, runFile } from "./support.js";
import * as vscode from "vscode";

suite("what the suite of workspaces that are not trusted watches with", () => {
  teardown(closeEditors);

  test("sees the processes and the folder of a run, where there is one", async () => {
    await layerscope();
    const acts = new Acts(path.join(vscode.extensions.getExtension("layerscope.layerscope")!.extensionPath, "dist"));
    await runFile("watched.ts", 'import * as torch from "layerscope";\nexport const net = new torch.nn.Linear(3, 2);\n');
    await runFile("watched.ts", 'import * as torch from "layerscope";\nexport const net = new torch.nn.Linear(3, 4);\n');
    const done = acts.take().join("\n");
    assert.match(done, /spawn\(.*runner\.js/);
    assert.match(done, /mkdtempSync\(/);
  });
});
