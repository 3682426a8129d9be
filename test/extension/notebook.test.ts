import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { checkDrawing } from "../../src/picture/drawing/recordedDrawing.js";
import { type CellPicture, cellPictureMime, checkCellPicture } from "../../src/protocol/cellPicture.js";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { closeEditors, folder, hoverAt, layerscope, until } from "./support.js";

const root = vscode.extensions.getExtension("layerscope.layerscope")!.extensionPath;
const kernel = { id: "layerscope.python", extension: "layerscope.layerscope" };

/** What each cell of the chapter gives in PyTorch. */
const chapter = JSON.parse(readFileSync(join(root, "test/python/chapter.json"), "utf8")) as readonly { readonly output: string }[];

/** The picture that a cell shows, as our renderer is given it. */
function pictureOf(cell: vscode.NotebookCell): CellPicture | null {
  const item = cell.outputs.flatMap((output) => output.items).find(({ mime }) => mime === cellPictureMime);
  if (!item) return null;
  const picture: unknown = JSON.parse(Buffer.from(item.data).toString());
  assert.equal(checkCellPicture(picture), null);
  return picture as CellPicture;
}

/** All that a cell shows as text, its colors taken out. */
function textOf(cell: vscode.NotebookCell): string {
  const items = cell.outputs.flatMap((output) => output.items).filter(({ mime }) => /text\/plain|stdout|stderr/.test(mime));
  return items.map(({ mime, data }) => Buffer.from(data).toString() + (mime === "text/plain" ? "\n" : "")).join("");
}

function errorOf(cell: vscode.NotebookCell): { readonly name: string; readonly message: string; readonly stack: string } | null {
  const item = cell.outputs.flatMap((output) => output.items).find(({ mime }) => mime === "application/vnd.code.notebook.error");
  return item ? (JSON.parse(Buffer.from(item.data).toString()) as { name: string; message: string; stack: string }) : null;
}

async function open(uri: vscode.Uri): Promise<vscode.NotebookDocument> {
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  await vscode.window.showNotebookDocument(notebook);
  await vscode.commands.executeCommand("notebook.selectKernel", kernel);
  return notebook;
}

async function add(notebook: vscode.NotebookDocument, ...texts: readonly string[]): Promise<void> {
  const cells = texts.map((text) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, "python"));
  const edit = new vscode.WorkspaceEdit();
  edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(notebook.cellCount, cells)]);
  await vscode.workspace.applyEdit(edit);
}

/** Runs the last cells of the notebook, and waits for them to end. */
async function runLast(notebook: vscode.NotebookDocument, count = 1): Promise<readonly vscode.NotebookCell[]> {
  const start = notebook.cellCount - count;
  await vscode.commands.executeCommand("notebook.cell.execute", { ranges: [{ start, end: notebook.cellCount }], document: notebook.uri });
  const cells = notebook.getCells(new vscode.NotebookRange(start, notebook.cellCount));
  await until("the cells have ended", () => cells.every((cell) => cell.executionSummary?.success !== undefined), 120_000);
  return cells;
}

const models = async (notebook: vscode.NotebookDocument): Promise<readonly ModelSnapshot[]> => (await layerscope()).models(notebook.uri);

suite("a notebook", function () {
  this.timeout(240_000);
  let notebook: vscode.NotebookDocument;

  suiteSetup(async () => {
    await closeEditors();
    const file = join(folder, "chapter.ipynb");
    copyFileSync(join(root, "examples/parameter-management.ipynb"), file);
    notebook = await open(vscode.Uri.file(file));
  });
  suiteTeardown(async () => {
    await notebook.save();
    await closeEditors();
  });

  test("runs all its cells, which give what PyTorch gives", async () => {
    await vscode.commands.executeCommand("notebook.execute", notebook.uri);
    const cells = notebook.getCells().filter(({ kind }) => kind === vscode.NotebookCellKind.Code);
    const last = cells.at(-1)!;
    await until("the last cell has ended", () => last.executionSummary?.success !== undefined, 200_000);
    assert.deepEqual(cells.map(errorOf).filter(Boolean), []);
    assert.equal(cells.map(textOf).join(""), chapter.map(({ output }) => output).join(""));
    assert.deepEqual(
      cells.map(({ executionSummary }) => executionSummary?.executionOrder),
      cells.map((_, i) => i + 1),
    );
    assert.ok((await models(notebook)).length > 0);
  });

  test("the model that a cell made last is the one that is shown, and that commands mean", async () => {
    const summary = async (): Promise<string> => {
      await vscode.commands.executeCommand("layerscope.copySummary");
      return vscode.env.clipboard.readText();
    };
    await add(notebook, "older = nn.Sequential(nn.Linear(2, 3))", "newer = nn.Sequential(nn.Linear(3, 5))", "print('made nothing')");
    await runLast(notebook, 3);
    await until("the newest is shown", async () => /Sequential \(newer\)/.test(await summary()));
    // What somebody looks at stays, until a cell makes another.
    await vscode.commands.executeCommand("layerscope.select", { file: notebook.uri.fsPath, model: "older", path: "0" });
    await runLast(notebook);
    assert.match(await summary(), /Sequential \(older\)/);
    await add(notebook, "older");
    await runLast(notebook);
    await add(notebook, "newer");
    await runLast(notebook);
    await until("the one that the cell gives is shown", async () => /Sequential \(newer\)/.test(await summary()));
  });

  test("a cell that gives a model shows its picture, and hovers explain it", async () => {
    await add(notebook, "drawn = nn.Sequential(nn.Linear(4, 8), nn.ReLU())\ndrawn");
    const [cell] = await runLast(notebook);
    assert.match(textOf(cell!), /^Sequential\(\n {2}\(0\): Linear\(in_features=4, out_features=8, bias=True\)/);
    // The picture is an output of its own: as our renderer draws it, and as SVG for who has it not.
    const [, shown] = cell!.outputs;
    assert.deepEqual(
      shown?.items.map(({ mime }) => mime),
      [cellPictureMime, "image/svg+xml"],
    );
    assert.equal(pictureOf(cell!)?.model, "drawn");
    assert.match(pictureOf(cell!)!.label, /^Picture of drawn: Sequential, 40 parameters\./);
    assert.equal(checkDrawing(pictureOf(cell!)?.drawing), null);
    assert.match(Buffer.from(shown.items[1]!.data).toString(), /^<svg /);
    const model = (await models(notebook)).find(({ name }) => name === "drawn");
    assert.equal(model?.root.children[0]?.location?.file, cell!.document.uri.toString());
    assert.match(await hoverAt({ document: cell!.document } as vscode.TextEditor, "nn.Linear(4", 4), /\*\*Linear\*\*/);
    await vscode.commands.executeCommand("layerscope.revealInCode", { file: notebook.uri.fsPath, model: "drawn", path: "0" });
    await until("the cell is shown", () => vscode.window.activeTextEditor?.document === cell!.document);
    assert.equal(vscode.window.activeNotebookEditor?.notebook, notebook);
  });

  test("what is displayed comes in order among the prints, each an output of its own, models with their picture", async () => {
    await add(
      notebook,
      "print('before')\ndisplay({'a': [1, 2]}, int)\nprint('between')\ndisplay(drawn)\nprint('after')\ndisplay(torch.tensor([1., 2.]))\n'value'",
    );
    const [cell] = await runLast(notebook);
    assert.equal(errorOf(cell!), null);
    await until("the picture is there", () => pictureOf(cell!) !== null);
    const mimes = cell!.outputs.map(({ items }) => items.map(({ mime }) => mime).join());
    const text = "text/plain";
    const stdout = "application/vnd.code.notebook.stdout";
    assert.deepEqual(mimes, [stdout, text, text, stdout, `${cellPictureMime},image/svg+xml,${text}`, stdout, text, text]);
    const told = textOf(cell!);
    assert.match(told, /^before\n\{'a': \[1, 2\]\}\nint\nbetween\nSequential\([^]*\)\nafter\ntensor\(\[1\., 2\.\]\)\n'value'\n$/);
    assert.deepEqual([pictureOf(cell!)?.model, pictureOf(cell!)?.text.split("\n")[0]], ["drawn", "Sequential("]);
  });

  test("of a picture the notebook keeps 100 kB at most; a setting keeps none, or shows none", async () => {
    await add(notebook, "wide = nn.ModuleDict({f'branch {i}': nn.Linear(i + 1, 1) for i in range(400)})\nwide");
    const [large] = await runLast(notebook);
    const bytes = large!.outputs
      .slice(1)
      .flatMap(({ items }) => items)
      .reduce((sum, { data }) => sum + data.length, 0);
    assert.ok(bytes < 100_000, `${bytes} bytes`);
    assert.equal(pictureOf(large!)?.drawing, null);
    assert.match(pictureOf(large!)!.note, /^The picture of wide has \d+ kB, and a notebook keeps 100 kB at most\.$/);
    const configuration = vscode.workspace.getConfiguration("layerscope", notebook.uri);
    try {
      await configuration.update("notebook.pictures", "shown", vscode.ConfigurationTarget.Workspace);
      await add(notebook, "drawn");
      const [shown] = await runLast(notebook);
      // The renderer asks for it by its key (test/browser/notebookRenderer.test.ts).
      const { drawing, key, note } = pictureOf(shown!)!;
      assert.deepEqual([drawing, typeof key, note], [null, "string", "The notebook does not keep the picture of drawn; the cell shows it when it has run."]);
      assert.doesNotMatch(JSON.stringify(shown!.outputs.map(({ items }) => items.map(({ mime }) => mime))), /svg/);
      await configuration.update("notebook.pictures", "none", vscode.ConfigurationTarget.Workspace);
      await add(notebook, "drawn");
      const [plain] = await runLast(notebook);
      assert.equal(plain!.outputs.length, 1);
      assert.equal(pictureOf(plain!), null);
    } finally {
      await configuration.update("notebook.pictures", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  test("an error stands in the cell as Jupyter shows it, at its layer among the problems, and what follows does not run", async () => {
    await add(notebook, "x = torch.rand(2, 5)\ndrawn(x)", "print('after')");
    const [start, count] = [notebook.cellCount - 2, 2];
    await vscode.commands.executeCommand("notebook.cell.execute", { ranges: [{ start, end: start + count }], document: notebook.uri });
    const [broken, after] = notebook.getCells(new vscode.NotebookRange(start, start + count));
    await until("the cell has failed", () => broken!.executionSummary?.success === false, 60_000);
    const error = errorOf(broken!);
    assert.equal(error?.name, "RuntimeError");
    assert.equal(error.message, "mat1 and mat2 shapes cannot be multiplied (2x5 and 4x8)");

    assert.match(
      error.stack.replace(/\x1b\[\d+m/g, ""),
      /Traceback \(most recent call last\)\nCell In\[\d+\], line 2\n {6}1 x = torch\.rand\(2, 5\)\n----> 2 drawn\(x\)/,
    );
    // At the layer that refuses what it is given, in the cell that made it.
    const made = notebook.getCells().find(({ document }) => document.getText().startsWith("drawn ="))!;
    await until("the problem is there", () => vscode.languages.getDiagnostics(made.document.uri).length > 0);
    assert.match(vscode.languages.getDiagnostics(made.document.uri)[0]!.message, /mat1 and mat2 shapes cannot be multiplied/);
    assert.equal(textOf(after!), "");
  });

  test("an await at the top level of a cell waits", async () => {
    await add(notebook, "import asyncio\nawait asyncio.sleep(0.01)\nawait asyncio.sleep(0, 'slept')");
    assert.equal(textOf((await runLast(notebook))[0]!), "'slept'\n");
  });

  test("an endless loop is interrupted, and what was made stays", async () => {
    await add(notebook, "kept = 7\nprint('runs', flush=True)\nwhile True:\n    pass");
    const running = runLast(notebook);
    const cell = notebook.cellAt(notebook.cellCount - 1);
    await until("it runs", () => textOf(cell) === "runs\n", 60_000);
    await vscode.commands.executeCommand("notebook.cancelExecution", { ranges: [{ start: cell.index, end: cell.index + 1 }], document: notebook.uri });
    await running;
    assert.equal(errorOf(cell)?.name, "KeyboardInterrupt");
    await add(notebook, "kept");
    assert.equal(textOf((await runLast(notebook))[0]!), "7\n");
  });

  test("reinitializing from the view changes what the next cell sees, and can be undone after it", async () => {
    const reinitialization = { target: { kind: "model" }, choice: { kind: "scheme", function: "zeros_", arguments: {} }, seed: null };
    await vscode.commands.executeCommand("layerscope.reinitialize", { file: notebook.uri.fsPath, model: "drawn", path: "", reinitialization });
    await add(notebook, "drawn[0].weight.abs().sum().item()");
    assert.equal(textOf((await runLast(notebook))[0]!), "0.0\n");
    assert.equal((await models(notebook)).find(({ name }) => name === "drawn")?.undoDepth, 1);
    await vscode.commands.executeCommand("layerscope.undoReinitialize", { file: notebook.uri.fsPath, model: "drawn", path: "" });
    await add(notebook, "drawn[0].weight.abs().sum().item() > 0");
    assert.equal(textOf((await runLast(notebook))[0]!), "True\n");
  });

  test("a restart forgets all", async () => {
    await vscode.commands.executeCommand("layerscope.restartKernel", notebook.uri);
    await add(notebook, "kept");
    const [cell] = await runLast(notebook);
    assert.equal(errorOf(cell!)?.name, "NameError");
    assert.equal(cell!.executionSummary?.executionOrder, 1);
  });
});
