import * as vscode from "vscode";
import { type CellDrawing, type CellPictureMessage, cellPictureRenderer, checkCellPictureMessage } from "../../protocol/cellPicture.js";
import { indexOf } from "../../describe/modelIndex.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { ModelView } from "../views/modelView.js";
import type { Runners } from "../sources/runners.js";
import { notebookFile, notebookType } from "./notebookFiles.js";
import { NotebookKernel } from "./notebookKernel.js";
import type { NotebookModels } from "./notebookModels.js";
import { NotebookPictures } from "./notebookPictures.js";

/** The kernel that VS Code offers for notebooks, and what it runs for each of them. */
export class Notebooks implements vscode.Disposable {
  readonly #controller = vscode.notebooks.createNotebookController("layerscope.python", notebookType, vscode.l10n.t("Layerscope: PyTorch without Python"));
  readonly #kernels = new Map<vscode.NotebookDocument, NotebookKernel>();
  readonly #pictures: NotebookPictures;
  readonly #subscriptions: vscode.Disposable;

  constructor(
    context: vscode.ExtensionContext,
    private readonly sessions: ModelSessions,
    private readonly runners: Runners,
    private readonly models: NotebookModels,
  ) {
    this.#pictures = new NotebookPictures(context);
    const controller = this.#controller;
    const messaging = vscode.notebooks.createRendererMessaging(cellPictureRenderer);
    controller.supportedLanguages = ["python"];
    controller.supportsExecutionOrder = true;
    controller.description = vscode.l10n.t("CPython in WebAssembly with Layerscope's engine");
    controller.detail = vscode.l10n.t("Nothing needs to be installed");
    controller.executeHandler = async (cells, notebook) => this.#kernel(notebook).run(cells);
    controller.interruptHandler = async (notebook) => this.#kernels.get(notebook)?.interrupt();
    this.#subscriptions = vscode.Disposable.from(
      controller,
      this.#pictures,
      // Its first cell is likely to be run soon.
      controller.onDidChangeSelectedNotebooks(({ notebook, selected }) => {
        models.choose(notebook, selected);
        if (selected && vscode.workspace.isTrusted) runners.warmUp("python");
      }),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => {
        const kernel = this.#kernels.get(notebook);
        this.#kernels.delete(notebook);
        kernel?.closed();
        if (kernel) runners.close(kernel.file);
      }),
      models.onDidClose((file) => this.#ofFile(file)?.closed()),
      messaging.onDidReceiveMessage(({ editor, message }) => {
        if (checkCellPictureMessage(message) !== null) return;
        const asked = message as CellPictureMessage;
        if (asked.kind === "open") return this.#open(editor.notebook, asked);
        const drawing = this.#pictures.unsaved(asked.key);
        if (drawing !== null) return messaging.postMessage({ key: asked.key, drawing } satisfies CellDrawing, editor);
      }),
    );
  }

  /** Ends what runs in a notebook, and forgets what its cells have made; default: in the one that is shown. */
  async restart(notebook = vscode.window.activeNotebookEditor?.notebook): Promise<void> {
    const kernel = notebook && this.#kernels.get(notebook);
    if (kernel) await kernel.restart();
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  /** Shows in the model view what a picture is of, or the module in it that was clicked. */
  async #open(notebook: vscode.NotebookDocument, { model, path }: Extract<CellPictureMessage, { readonly kind: "open" }>): Promise<void> {
    const session = this.sessions.get(notebookFile(notebook));
    if (session) this.sessions.show(session);
    await vscode.commands.executeCommand(`${ModelView.id}.focus`);
    const known = session?.model(model);
    // The model may have changed since it was drawn.
    if (session && known) session.select({ model, path: path === null ? null : indexOf(known).nearest(path).path }, null);
    else void vscode.window.showInformationMessage(vscode.l10n.t("{0} is there once the notebook has run.", model));
  }

  #kernel(notebook: vscode.NotebookDocument): NotebookKernel {
    const known = this.#kernels.get(notebook);
    // It was saved under another name.
    if (known?.file === notebookFile(notebook)) return known;
    const { sessions, runners, models } = this;
    const kernel = new NotebookKernel({
      notebook,
      controller: this.#controller,
      runners,
      models,
      picture: (model, text) => this.#pictures.of(model, notebook.uri, text),
      onModels: (file, made) => {
        const session = sessions.get(file);
        if (!session) return;
        // What a cell has made is what is looked at, until somebody looks at another.
        if (made !== null && session.shown?.name !== made && session.model(made)) session.select({ model: made, path: null }, null);
        if (vscode.window.activeNotebookEditor?.notebook === notebook) sessions.show(session);
      },
    });
    this.#kernels.set(notebook, kernel);
    return kernel;
  }

  #ofFile(file: string): NotebookKernel | undefined {
    return [...this.#kernels.values()].find((kernel) => kernel.file === file);
  }
}
