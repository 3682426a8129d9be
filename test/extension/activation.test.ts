import assert from "node:assert/strict";
import { suite, test } from "mocha";
import * as vscode from "vscode";
import { layerscope } from "./support.js";

suite("activation", () => {
  test("every command of package.json is there", async () => {
    await layerscope();
    const extension = vscode.extensions.getExtension("layerscope.layerscope")!;
    const contributed: { command: string }[] = extension.packageJSON.contributes.commands;
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributed.map(({ command }) => command).filter((command) => !registered.has(command)),
      [],
    );
  });

  test("every command has a title and, in the palette, Layerscope's name before it", () => {
    const extension = vscode.extensions.getExtension("layerscope.layerscope")!;
    for (const { command, title, category } of extension.packageJSON.contributes.commands) {
      assert.ok(title && !title.startsWith("%"), `${command} has no title`);
      assert.equal(category, "Layerscope");
    }
  });
});
