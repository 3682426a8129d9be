import assert from "node:assert/strict";
import { suite, test } from "mocha";
import * as vscode from "vscode";
import { layerscope } from "./support.js";

interface Command {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
}

/** The commands of package.json, their titles as shown. */
function contributed(): readonly Command[] {
  const { packageJSON } = vscode.extensions.getExtension("layerscope.layerscope")!;
  return (packageJSON as { readonly contributes: { readonly commands: readonly Command[] } }).contributes.commands;
}

suite("activation", () => {
  test("every command of package.json is there", async () => {
    await layerscope();
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributed()
        .map(({ command }) => command)
        .filter((command) => !registered.has(command)),
      [],
    );
  });

  test("every command has a title and, in the palette, Layerscope's name before it", () => {
    for (const { command, title, category } of contributed()) {
      assert.ok(title && !title.startsWith("%"), `${command} has no title`);
      assert.equal(category, "Layerscope");
    }
  });
});
