import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setup, suite, teardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, folder, layerscope, models, onlyModel, onlyProblem, openFile, problems, replaceText, runFile, until } from "./support.js";

const net = `import { nn } from "layerscope";

export const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
`;

suite("running a model file", () => {
  setup(closeEditors);
  teardown(closeEditors);

  test("gives its models", async () => {
    const model = await onlyModel(await runFile("net.ts", net));
    assert.equal(model.name, "net");
    assert.equal(model.totals.parameters, 49);
    assert.deepEqual(model.root.location?.file, join(folder, "net.ts"));
  });

  test("runs what the editor shows, saved or not", async () => {
    const editor = await openFile("unsaved.ts", net);
    await replaceText(editor, net.replaceAll("8", "16"));
    await vscode.commands.executeCommand("layerscope.run");
    assert.equal((await onlyModel(editor)).totals.parameters, 97);
    assert.ok(editor.document.isDirty);
  });

  test("runs again when the file is saved", async () => {
    const editor = await runFile("saved.ts", net);
    await replaceText(editor, net.replaceAll("8", "16"));
    await editor.document.save();
    await until("the new model is there", async () => (await models(editor))[0]?.totals.parameters === 97);
  });

  test("runs again when a file that it imports is saved", async () => {
    const helper = await openFile("block.ts", `import { nn } from "layerscope";\nexport const block = () => new nn.Linear(2, 2);\n`);
    const editor = await runFile("importer.ts", `import { block } from "./block.js";\nexport const net = block();\n`);
    assert.equal((await onlyModel(editor)).totals.parameters, 6);
    const shown = await vscode.window.showTextDocument(helper.document);
    await replaceText(shown, shown.document.getText().replace("2, 2", "2, 3"));
    await shown.document.save();
    await until("the new model is there", async () => (await models(editor))[0]?.totals.parameters === 9);
  });

  test("does not run on save when that is turned off", async () => {
    const configuration = vscode.workspace.getConfiguration("layerscope");
    await configuration.update("runOnSave", false, vscode.ConfigurationTarget.Workspace);
    try {
      const editor = await runFile("off.ts", net);
      await replaceText(editor, net.replaceAll("8", "16"));
      await editor.document.save();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.equal((await onlyModel(editor)).totals.parameters, 49);
    } finally {
      await configuration.update("runOnSave", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  test("puts an error at its line and keeps the last good models", async () => {
    const editor = await runFile("broken.ts", net);
    await replaceText(editor, `${net}\nthrow new Error("out of paper");\n`);
    await vscode.commands.executeCommand("layerscope.run");
    // VS Code may save by itself meanwhile: the run that this begins takes the place of ours.
    await until("the run has ended", () => problems(editor).length > 0);
    const problem = onlyProblem(editor);
    assert.match(problem.message, /out of paper/);
    assert.equal(problem.range.start.line, 4);
    assert.equal((await onlyModel(editor)).totals.parameters, 49);

    await replaceText(editor, net);
    await vscode.commands.executeCommand("layerscope.run");
    await until("nothing is wrong any more", () => problems(editor).length === 0);
  });

  test("says where the syntax is wrong", async () => {
    const editor = await runFile("syntax.ts", `${net}\nconst = 3;\n`);
    const problem = onlyProblem(editor);
    assert.equal(problem.range.start.line, 4);
    assert.deepEqual(await models(editor), []);
  });

  test("names an import that does not exist", async () => {
    const problem = onlyProblem(await runFile("missing.ts", `import { x } from "./nowhere.js";\n${net}\nconsole.log(x);\n`));
    assert.match(problem.message, /nowhere/);
    assert.equal(problem.range.start.line, 0);
  });

  test("runs to the end what the time limit ends, and stops it where it is told to", async () => {
    const configuration = vscode.workspace.getConfiguration("layerscope");
    await configuration.update("timeLimit", 2, vscode.ConfigurationTarget.Workspace);
    try {
      const ends = "const began = Date.now();\nwhile (Date.now() < began + 5000);\nexport const after = new nn.Linear(2, 2);\n";
      const editor = await runFile("slow.ts", `${net}${ends}`);
      assert.deepEqual([onlyProblem(editor).source, (await models(editor)).map(({ name }) => name)], ["Layerscope", ["net"]]);
      await vscode.commands.executeCommand("layerscope.runToEnd");
      assert.deepEqual(
        (await models(editor)).map(({ name }) => name),
        ["net", "after"],
      );
      assert.deepEqual(problems(editor), []);
      // For that one run.
      await vscode.commands.executeCommand("layerscope.run");
      onlyProblem(editor);
      assert.deepEqual(
        (await models(editor)).map(({ name }) => name),
        ["net"],
      );

      await replaceText(editor, `${net}while (true) {}\n`);
      const stopped = vscode.commands.executeCommand("layerscope.runToEnd");
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await vscode.commands.executeCommand("layerscope.stop");
      await stopped;
      assert.deepEqual(
        (await models(editor)).map(({ name }) => name),
        ["net"],
      );
    } finally {
      await configuration.update("timeLimit", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  test("does not end by saving what runs to the end, and offers to begin again", async () => {
    const { showInformationMessage } = vscode.window;
    const asked: { readonly text: string; readonly answer: (button?: unknown) => void }[] = [];
    const ask = (text: string, ...buttons: unknown[]): Promise<unknown> =>
      new Promise((resolve) => asked.push({ text, answer: (chosen) => resolve(chosen === undefined ? undefined : buttons[0]) }));
    Object.assign(vscode.window, { showInformationMessage: ask });
    const parameters = async (): Promise<readonly number[]> => (await models(editor)).map(({ totals }) => totals.parameters);
    const begun = join(folder, "begun");
    const done = join(folder, "done");
    const trains = (width: number): string =>
      `import { existsSync, writeFileSync } from "node:fs";\n${net}writeFileSync(${JSON.stringify(begun)}, "");\nwhile (!existsSync(${JSON.stringify(done)}));\nexport const after = new nn.Linear(2, ${width});\n`;
    await writeFile(done, "");
    const editor = await runFile("training.ts", trains(2));
    for (const file of [begun, done]) await rm(file);
    try {
      const ended = vscode.commands.executeCommand("layerscope.runToEnd");
      await until("the run has begun", () => existsSync(begun));
      for (const width of [3, 4]) {
        await replaceText(editor, trains(width));
        await editor.document.save();
      }
      await until("it is said", () => asked.length > 0);
      await writeFile(done, "");
      await ended;
      assert.deepEqual([await parameters(), asked.map(({ text }) => text)], [[49, 6], ["training.ts runs to the end with the text that it began with."]]);
      asked[0]!.answer("again");
      await until("the saved text has run", async () => (await parameters())[1] === 12);

      // Whoever lets it go on stops it as ever.
      await rm(done);
      await rm(begun);
      const stopped = vscode.commands.executeCommand("layerscope.runToEnd");
      await until("the run has begun again", () => existsSync(begun));
      await replaceText(editor, trains(5));
      await editor.document.save();
      await until("it is said again", () => asked.length === 2);
      asked[1]!.answer();
      await vscode.commands.executeCommand("layerscope.stop");
      await stopped;
      assert.deepEqual([await parameters(), asked.length], [[49], 2]);
    } finally {
      for (const file of [begun, done]) await rm(file, { force: true });
      Object.assign(vscode.window, { showInformationMessage });
    }
  });

  test("ends an endless loop at the time limit while the editor stays responsive", async () => {
    const configuration = vscode.workspace.getConfiguration("layerscope");
    await configuration.update("timeLimit", 2, vscode.ConfigurationTarget.Workspace);
    try {
      const editor = await openFile("endless.ts", `${net}\nwhile (true) {}\n`);
      const run = vscode.commands.executeCommand("layerscope.run");
      let longestPause = 0;
      let last = Date.now();
      const watch = setInterval(() => {
        longestPause = Math.max(longestPause, Date.now() - last);
        last = Date.now();
      }, 10);
      await run;
      clearInterval(watch);
      assert.ok(longestPause < 500, `the extension host stood still for ${longestPause} ms`);
      const problem = onlyProblem(editor);
      assert.equal(problem.range.start.line, 4);
    } finally {
      await configuration.update("timeLimit", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  test("stops on request", async () => {
    const editor = await openFile("stopped.ts", `${net}\nwhile (true) {}\n`);
    const run = vscode.commands.executeCommand("layerscope.run");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await vscode.commands.executeCommand("layerscope.stop");
    const started = Date.now();
    await run;
    assert.ok(Date.now() - started < 5000);
    assert.deepEqual(problems(editor), []);
  });

  test("process.exit ends the model file, not the editor", async () => {
    const problem = onlyProblem(await runFile("exit.ts", `${net}\nprocess.exit(3);\n`));
    assert.match(problem.message, /exit/);
    assert.equal(problem.range.start.line, 4);
  });

  test("a file that is shown runs without being asked for and writes nothing; run or saved it writes in its folder", async () => {
    const marker = join(folder, "written.txt");
    const written = async (): Promise<boolean> => existsSync(marker);
    const code = `import { rmSync, writeFileSync } from "node:fs";\n${net}\nwriteFileSync("written.txt", "");\n`;
    const editor = await openFile("writes.ts", code);
    await vscode.commands.executeCommand("layerscope.modules.focus");
    await until("the refusal is told", () => problems(editor).some(({ message }) => message.includes("layerscope.permissions")));
    assert.equal(onlyProblem(editor).range.start.line, 5);
    assert.equal(await written(), false);

    await vscode.commands.executeCommand("layerscope.run");
    assert.deepEqual(problems(editor), []);
    assert.equal(await written(), true);

    await vscode.workspace.fs.delete(vscode.Uri.file(marker));
    // VS Code in the browser saves by itself, which is no wish of the user's.
    const files = vscode.workspace.getConfiguration("files");
    await files.update("autoSave", "off", vscode.ConfigurationTarget.Workspace);
    try {
      await replaceText(editor, code.replace("8, 1", "8, 2"));
      await editor.document.save();
      await until("the file is written", written);
    } finally {
      await files.update("autoSave", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  test("a permission that the user gives counts for the next run", async () => {
    const code = `import { execFileSync } from "node:child_process";\n${net}\nexecFileSync(process.execPath, ["--version"]);\n`;
    const editor = await runFile("programs.ts", code);
    assert.match(onlyProblem(editor).message, /layerscope\.permissions allows it \("programs"\)/);
    const configuration = vscode.workspace.getConfiguration("layerscope");
    await configuration.update("permissions", { programs: true }, vscode.ConfigurationTarget.Workspace);
    try {
      await vscode.commands.executeCommand("layerscope.run");
      assert.deepEqual(problems(editor), []);
    } finally {
      await configuration.update("permissions", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  test("a file that does not import layerscope is not run by itself", async () => {
    const marker = join(folder, "ran.txt");
    await writeFile(marker, "");
    const editor = await openFile("plain.ts", `import { appendFileSync } from "node:fs";\nappendFileSync(${JSON.stringify(marker)}, "ran");\n`);
    await vscode.commands.executeCommand("layerscope.modules.focus");
    await editor.document.save();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal((await vscode.workspace.fs.readFile(vscode.Uri.file(marker))).length, 0);
  });

  test("opening the view runs the model file in the editor", async () => {
    const editor = await openFile("viewed.ts", net);
    await vscode.commands.executeCommand("layerscope.modules.focus");
    await until("the model is there", async () => (await models(editor)).length === 1);
  });

  test("tells other extensions of every change", async () => {
    const seen: string[] = [];
    const subscription = (await layerscope()).onDidChange((uri) => seen.push(uri.fsPath));
    const editor = await runFile("told.ts", net);
    subscription.dispose();
    assert.ok(seen.includes(editor.document.uri.fsPath));
  });
});
