import assert from "node:assert/strict";
import { setup, suite, teardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, models, onlyModel, problems, replaceText, runFile, until } from "./support.js";

const factory = `import { nn } from "layerscope";

export function createNet(width: number) {
  console.log("called");
  return fetch ? new nn.Linear(4, width) : null;
}
`;

suite("a file that makes no model by itself", () => {
  setup(closeEditors);
  teardown(closeEditors);

  test("is built from what the user says, again after a save, until the user takes it back", async () => {
    const editor = await runFile("factory.ts", factory);
    const file = editor.document.uri.fsPath;
    const build = (expression: string): Thenable<unknown> => vscode.commands.executeCommand("layerscope.build", { file, expression, complete: true });
    assert.deepEqual(await models(editor), []);
    assert.deepEqual(problems(editor), []);

    await build("createNet(2 * 4)");
    assert.equal((await onlyModel(editor)).totals.parameters, 40);

    await replaceText(editor, factory.replace("Linear(4,", "Linear(5,"));
    await editor.document.save();
    await until("the new model is there", async () => (await models(editor))[0]?.totals.parameters === 48);

    await build("createNot()");
    const [problem] = problems(editor);
    assert.match(problem?.message ?? "", /createNot is not defined/);

    await build("");
    assert.deepEqual(problems(editor), []);
    assert.deepEqual(await models(editor), []);
  });
});
