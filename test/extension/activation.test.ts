import assert from "node:assert/strict";
import { suite, test } from "mocha";
import * as vscode from "vscode";

suite("activation", () => {
  test("the extension activates", async () => {
    const extension = vscode.extensions.getExtension("layerscope.layerscope");
    assert.ok(extension, "VS Code did not load the extension");
    await extension.activate();
    assert.ok(extension.isActive);
  });
});
