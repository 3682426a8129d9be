import assert from "node:assert/strict";
import { suite, teardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, hoverAt, problems, runFile, until } from "./support.js";

const sick = `import * as torch from "layerscope";
const { nn } = torch;
class Net extends nn.Module {
  hidden = new nn.Linear(4, 4);
  spare = new nn.Linear(4, 4);
  override forward(x: torch.Tensor) {
    return this.hidden(x);
  }
}
export const net = new Net();
net.hidden.weight.data.fill_(NaN);
net(torch.rand(2, 4));
`;

/** Code, severity and line (from 0) of what the Problems view says. */
function told(editor: vscode.TextEditor): (readonly [unknown, string, number])[] {
  return problems(editor).map(({ code, severity, range }) => [code, vscode.DiagnosticSeverity[severity], range.start.line] as const);
}

suite("Findings", () => {
  teardown(closeEditors);

  test("are in the Problems view as warnings and information, at the lines that made the layers", async () => {
    const editor = await runFile("sick.ts", sick);
    assert.deepEqual(told(editor), [
      ["nan", "Warning", 3],
      ["never-called", "Information", 4],
    ]);
    assert.match(problems(editor)[0]!.message, /^hidden\.weight holds 16 NaN\. /);
  });

  test("follow the setting without another run", async () => {
    const editor = await runFile("sick.ts", sick);
    const configuration = vscode.workspace.getConfiguration("layerscope");
    await configuration.update("findings", { nan: "off", "never-called": "error" }, vscode.ConfigurationTarget.Workspace);
    try {
      await until("the setting shows", () => told(editor).length === 1);
      assert.deepEqual(told(editor), [["never-called", "Error", 4]]);
    } finally {
      await configuration.update("findings", undefined, vscode.ConfigurationTarget.Workspace);
    }
    await until("the default shows again", () => told(editor).length === 2);
  });

  test("are in the hover of the layer", async () => {
    const editor = await runFile("sick.ts", sick);
    assert.match(await hoverAt(editor, "spare ="), /never called/);
  });
});
