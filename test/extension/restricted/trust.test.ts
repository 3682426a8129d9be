import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import path from "node:path";
import * as vscode from "vscode";
import { checkPageRequest, pageMethods } from "../../../src/protocol/pageChecks.js";
import { answerDialogs, folder, openFile, until } from "../support.js";
import { Damage } from "../../support/damage.js";
import { Acts, contentOf } from "./acts.js";
import { PlayedPage, samples } from "./pageMessages.js";

/** Milliseconds that a command may take to do what it must not: it was asked to do it at once. */
const patience = 1500;
const extension = vscode.extensions.getExtension("layerscope.layerscope")!;
const commands = (extension.packageJSON as { readonly contributes: { readonly commands: readonly { readonly command: string }[] } }).contributes.commands.map(
  ({ command }) => command,
);

suite("a workspace that is not trusted", () => {
  let acts: Acts;
  let page: PlayedPage;
  let file: string;
  let before: Readonly<Record<string, string>>;
  let named: vscode.Uri | undefined;

  suiteSetup(async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    assert.equal(extension.isActive, false, "nothing of the extension has begun before it is watched");
    page = new PlayedPage();
    answerDialogs(() => named);
    const editor = await openFile(
      "net.ts",
      `import * as torch from "layerscope";\nimport { writeFileSync } from "node:fs";\nwriteFileSync("ran.txt", "");\nexport const net = new torch.nn.Linear(3, 2);\nexport const make = (n: number) => new torch.nn.Linear(n, n);\n`,
    );
    file = editor.document.uri.fsPath;
    await extension.activate();
    acts = new Acts(path.join(extension.extensionPath, "dist"));
    await vscode.commands.executeCommand("layerscope.model.focus");
    await until("the view is there", () => page.listens);
    before = contentOf(folder);
  });

  teardown(async () => {
    // What was begun is given the time to do it.
    await wait(patience);
    assert.deepEqual(acts.take(), []);
  });

  const nothingChanged = (): void => assert.deepEqual(contentOf(folder), before);
  const within = async (doing: Thenable<unknown>): Promise<void> => {
    await Promise.race([Promise.resolve(doing).catch(() => undefined), wait(patience)]);
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
  };

  test("no command starts a process or changes a file, whatever it is given", async () => {
    assert.ok(commands.length > 10);
    for (const command of commands) {
      const module = { file, model: "net", path: "" };
      for (const argument of [undefined, vscode.Uri.file(file), { file }, module, { file, expression: "make(3)", complete: true }])
        await within(vscode.commands.executeCommand(command, argument));
    }
    nothingChanged();
  }).timeout(150_000);

  test("no request of a page does", async () => {
    await page.say({ id: 1, method: "ready", params: null });
    assert.ok(page.posted.some((message) => message.kind === "state" && message.state.kind === "untrusted"));
    for (const method of pageMethods) {
      for (const params of samples[method]) {
        const request = { id: 2, method, params };
        assert.equal(checkPageRequest(request), null, method);
        await within(page.say(request));
      }
    }
    nothingChanged();
  }).timeout(150_000);

  test("nor what is no request, or a damaged one, and it is answered where it can be", async () => {
    const damage = new Damage(Number(process.env.LAYERSCOPE_SOAK_SEED ?? 1));
    const count = Number(process.env.LAYERSCOPE_SOAK_MESSAGES ?? 300);
    const requests = pageMethods.flatMap((method) => samples[method].map((params) => ({ id: 3, method, params })));
    let refused = 0;
    for (let i = 0; i < count; i++) {
      const message = damage.of(damage.pick(requests));
      // What is still a request is tried above.
      if (checkPageRequest(message) === null) continue;
      page.posted.length = 0;
      await page.say(message);
      const answers = page.posted.filter(({ kind }) => kind === "error");
      const id = (message as { readonly id?: unknown } | null | undefined)?.id;
      assert.equal(answers.length, typeof id === "number" ? 1 : 0, `seed ${damage.seed}, message ${i}: ${JSON.stringify(message)}`);
      refused++;
    }
    assert.ok(refused > count / 3, `${refused} of ${count} were no requests any more`);
    nothingChanged();
  });

  test("nor what the editor asks by itself, nor a save", async () => {
    const { uri } = await vscode.workspace.openTextDocument(file);
    const whole = new vscode.Range(0, 0, 5, 0);
    await vscode.commands.executeCommand("vscode.executeHoverProvider", uri, new vscode.Position(3, 14));
    await vscode.commands.executeCommand("vscode.executeCodeLensProvider", uri, 10);
    await vscode.commands.executeCommand("vscode.executeInlayHintProvider", uri, whole);
    await vscode.commands.executeCommand("vscode.executeDocumentSymbolProvider", uri);
    const editor = await vscode.window.showTextDocument(uri);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "// seen\n"));
    await editor.document.save();
    await wait(patience);
    assert.deepEqual({ ...contentOf(folder), "net.ts": "" }, { ...before, "net.ts": "" });
    before = contentOf(folder);
  });

  test("but a file that the user names in a dialog is written, and no other", async () => {
    named = vscode.Uri.file(path.join(folder, "named.svg"));
    await page.say({ id: 4, method: "save", params: samples.save[0] });
    assert.deepEqual(
      Object.keys(contentOf(folder)).filter((name) => !Object.hasOwn(before, name)),
      ["named.svg"],
    );
    named = vscode.Uri.file(path.join(folder, "named.ts"));
    await within(vscode.commands.executeCommand("layerscope.createExample"));
    const added = Object.keys(contentOf(folder)).filter((name) => !Object.hasOwn(before, name));
    assert.deepEqual(added.sort(), ["named.svg", "named.ts"]);
    assert.equal(contentOf(folder)["net.ts"], before["net.ts"]);
  });
});
