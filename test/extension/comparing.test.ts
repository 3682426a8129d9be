import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, folder, models, runFile, until } from "./support.js";

const repository = join(folder, "compared");

function git(...args: readonly string[]): void {
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"];
  execFileSync("git", [...author, ...args], { cwd: repository });
}

/** A model of which a part is in a file that it imports. */
const net = `import { nn, rand } from "layerscope";
import { width } from "./width";
export const net = new nn.Sequential(new nn.Linear(4, width), new nn.ReLU(), new nn.Linear(width, 1));
net(rand(2, 4));
`;

interface GitApi {
  getRepository(uri: vscode.Uri): object | null;
}

/** Chooses by the words that the user reads, and types `reference` where a commit is asked for. */
async function compareWith(choice: string, reference?: string): Promise<string> {
  const { showQuickPick, showInputBox } = vscode.window;
  Object.assign(vscode.window, {
    showQuickPick: (items: readonly vscode.QuickPickItem[]) => Promise.resolve(items.find(({ label }) => label === choice)),
    showInputBox: () => Promise.resolve(reference),
  });
  try {
    await vscode.commands.executeCommand("layerscope.compareWith");
  } finally {
    Object.assign(vscode.window, { showQuickPick, showInputBox });
  }
  return vscode.window.activeTextEditor!.document.getText();
}

suite("Comparing with commits", () => {
  suiteSetup(() => {
    mkdirSync(repository, { recursive: true });
    git("init", "-q");
    const commit = (message: string, files: Readonly<Record<string, string>>): void => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(repository, name), text);
      git("add", ".");
      git("commit", "-q", "-m", message);
    };
    commit("first", { "net.ts": net.replace(", new nn.ReLU()", ""), "width.ts": "export const width = 8;\n" });
    commit("second", { "net.ts": net, "width.ts": "export const width = 16;\n" });
    writeFileSync(join(repository, "width.ts"), "export const width = 32;\n");
  });
  suiteTeardown(async () => {
    await closeEditors();
    rmSync(repository, { recursive: true, force: true });
  });

  test("what git has of the file and of what it imports is compared, of the last commit and of one that is named", async () => {
    const editor = await runFile("compared/net.ts", net);
    assert.equal((await models(editor))[0]!.totals.parameters, 4 * 32 + 32 + 32 + 1);
    const extension = await vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>("vscode.git")!.activate();
    await until("git knows the repository", () => extension.getAPI(1).getRepository(editor.document.uri) !== null, 60_000);

    const last = await compareWith("Last Commit");
    assert.match(last, /^--- HEAD\n\+\+\+ compared\/net\.ts\n\nnet\n/);
    assert.match(last, /^~ 0 \(Linear\) outFeatures 16 → 32/m);
    assert.match(last, /^Parameters 97 → 193 \(\+96\)$/m);
    assert.deepEqual((await models(editor))[0]!.comparison?.with, "HEAD");

    await vscode.window.showTextDocument(editor.document);
    const first = await compareWith("Another Commit...", "HEAD~1");
    assert.match(first, /^--- HEAD~1\n/);
    assert.match(first, /^\+ 1 ReLU\(inplace: false\)$/m);
    assert.match(first, /^Parameters 49 → 193 \(\+144\)$/m);
  });
});
