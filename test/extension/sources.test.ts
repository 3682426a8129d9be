import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import type { ModelSource, SourceOutcome, StartedRun } from "../../src/extension/sources/modelSource.js";
import { net } from "../describe/snapshots.js";
import { closeEditors, folder, hoverAt, layerscope, openFile, until } from "./support.js";

const cells = ["first", "second"].map((name) => vscode.Uri.parse(`test-cell:/${name}`));
const cellText = "net = Linear(4, 8)\nnet(x)\n";

/**
 * Models of files named *.tiny, made of two documents that are no files, as cells are. Nothing is made on request or when a document is saved, nothing
 * can be stopped or run forward, and of the requests one is answered.
 */
class TinySource implements ModelSource {
  readonly selector = [{ scheme: "file", pattern: "**/*.tiny" }, { scheme: "test-cell" }];
  readonly runsOnSave = false;
  readonly stops = false;
  readonly requests = {
    statistics: async (_file: string, { model, tensor }: { readonly model: string; readonly tensor: number }) => {
      assert.equal(model, "net");
      return net().tensors[tensor]!.statistics!;
    },
  };
  readonly #starts = new vscode.EventEmitter<StartedRun>();
  readonly onDidStart = this.#starts.event;
  readonly closed: string[] = [];

  fileOf({ uri }: vscode.TextDocument): string | null {
    return this.isModelFile(uri.path) ? uri.fsPath : uri.scheme === "test-cell" ? join(folder, "net.tiny") : null;
  }
  isModelFile(file: string): boolean {
    return file.endsWith(".tiny");
  }
  opensByItself(document: vscode.TextDocument): boolean {
    return this.fileOf(document) !== null;
  }
  isAlive(): boolean {
    return true;
  }
  close(file: string): void {
    this.closed.push(file);
  }
  async dispose(): Promise<void> {}

  /** What a notebook does when one of its cells is run. */
  async runCells(file: string): Promise<void> {
    const model = net();
    const location = { file: cells[1]!.toString(), line: 1, column: 1 };
    const outcome: SourceOutcome = {
      models: [{ ...model, location, root: { ...model.root, location }, hasForward: true, undoDepth: 1 }],
      failure: null,
      documents: cells.map(String),
      texts: new Map(cells.map((cell) => [cell.toString(), cellText])),
    };
    this.#starts.fire({ file, outcome: Promise.resolve(outcome), abort: new AbortController() });
    await until("the model is there", async () => (await layerscope()).models(vscode.Uri.file(file)).length === 1);
  }

  /** What a source does that has a fault of its own. */
  breakDown(file: string): void {
    this.#starts.fire({ file, outcome: Promise.reject(new Error("The kernel is gone.")), abort: new AbortController() });
  }
}

/** What Layerscope says instead of doing something. */
function listen(): { readonly said: string[]; readonly stop: () => void } {
  const said: string[] = [];
  const { showErrorMessage, showInformationMessage } = vscode.window;
  const say = async (message: string): Promise<undefined> => void said.push(message);
  Object.assign(vscode.window, { showErrorMessage: say, showInformationMessage: say });
  return { said, stop: () => Object.assign(vscode.window, { showErrorMessage, showInformationMessage }) };
}

suite("a source of models that can do little", () => {
  const source = new TinySource();
  const file = join(folder, "net.tiny");
  let registrations: vscode.Disposable[] = [];

  suiteSetup(async () => {
    await closeEditors();
    registrations = [
      (await layerscope()).registerSource(source),
      vscode.workspace.registerTextDocumentContentProvider("test-cell", { provideTextDocumentContent: () => cellText }),
    ];
    await openFile("net.tiny", "a notebook\n");
    await source.runCells(file);
  });

  suiteTeardown(async () => {
    vscode.Disposable.from(...registrations).dispose();
    await closeEditors();
  });

  test("its models are shown, though nobody asked for a run", async () => {
    assert.deepEqual(
      (await layerscope()).models(vscode.Uri.file(file)).map(({ name }) => name),
      ["net"],
    );
  });

  test("a hover in one of its documents finds the model, and links only to what the source can do", async () => {
    const text = await hoverAt(await vscode.window.showTextDocument(cells[1]!), "net = Linear", 1);
    assert.match(text, /\*\*Sequential\*\*/);
    assert.match(text, /command:layerscope\.select\?/);
    assert.doesNotMatch(text, /command:layerscope\.(run|forward|reinitialize)\?/);
    assert.equal(await hoverAt(await vscode.window.showTextDocument(cells[0]!), "net = Linear", 1), "");
  });

  test("a run that rejects is told like any other end, and the models stay", async () => {
    const told = (): string[] => vscode.languages.getDiagnostics(vscode.Uri.file(file)).map(({ message }) => message);
    source.breakDown(file);
    await until("the end is told", () => told().some((message) => message.startsWith("The kernel is gone.\nRun the file again.")));
    assert.equal((await layerscope()).models(vscode.Uri.file(file)).length, 1);
    await source.runCells(file);
    await until("a good run takes it back", () => !told().some((message) => message.startsWith("The kernel is gone.")));
  });

  test("saving a document runs nothing", async () => {
    const seen: vscode.Uri[] = [];
    const subscription = (await layerscope()).onDidChange((uri) => seen.push(uri));
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "more "));
    await editor.document.save();
    subscription.dispose();
    assert.deepEqual(seen, []);
  });

  for (const command of ["run", "forward", "reinitialize", "undoReinitialize"]) {
    test(`the command ${command} is refused in words before it asks anything`, async () => {
      const { said, stop } = listen();
      try {
        await vscode.commands.executeCommand(`layerscope.${command}`, { file, model: "net", path: "" });
      } finally {
        stop();
      }
      assert.equal(said.length, 1);
      assert.match(said[0]!, /net\.tiny/);
    });
  }

  test("when the source goes, so do its models", async () => {
    const other = new TinySource();
    const registration = (await layerscope()).registerSource(other);
    const path = join(folder, "gone.tiny");
    await writeFile(path, "");
    await other.runCells(path);
    registration.dispose();
    assert.deepEqual((await layerscope()).models(vscode.Uri.file(path)), []);
    assert.deepEqual(other.closed, [path]);
  });
});
