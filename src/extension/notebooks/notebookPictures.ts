import { randomUUID } from "node:crypto";
import { Worker } from "node:worker_threads";
import * as vscode from "vscode";
import { parametersText } from "../../describe/counts.js";
import { type CellPicture, cellPictureMime } from "../../protocol/cellPicture.js";
import type { ModelSnapshot } from "../../protocol/index.js";
import { settings } from "../settings.js";

/** Bytes of a picture that a notebook file keeps, in both its forms; the model view shows what is larger. */
const largest = 100_000;
/** Bytes of drawings that no notebook keeps, and that are had ready as long as the window is open; the oldest are let go of. */
const mostUnsaved = 50_000_000;
/** Milliseconds without a picture to draw after which the thread ends. */
const idle = 60_000;
/** Milliseconds that a picture may take; a cell shows its text without one. */
const longest = 10_000;

/** Draws models for the outputs of cells, in a thread of its own. */
export class NotebookPictures implements vscode.Disposable {
  #worker: Worker | null = null;
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** Drawings that no notebook keeps, as JSON. */
  readonly #unsaved = new Map<string, string>();

  constructor(private readonly context: vscode.ExtensionContext) {}

  /** The picture in the forms that a cell's output holds, with a text above it; null where none is wanted, or it cannot be had. */
  async of(model: ModelSnapshot, uri: vscode.Uri, text = ""): Promise<readonly vscode.NotebookCellOutputItem[] | null> {
    const wanted = settings.notebookPictures(uri);
    if (wanted === "none") return null;
    const drawn = this.#last.then(() => this.#draw(model));
    this.#last = drawn.catch(() => undefined);
    const picture = await drawn.catch(() => null);
    return picture && this.#outputItems(model, picture, text, wanted === "saved");
  }

  /** A drawing that the notebook does not keep; null where it is gone. */
  unsaved(key: string): unknown {
    const json = this.#unsaved.get(key);
    return json === undefined ? null : JSON.parse(json);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    void this.#worker?.terminate();
    this.#worker = null;
  }

  async #draw(model: ModelSnapshot): Promise<Drawn> {
    clearTimeout(this.#timer);
    const worker = (this.#worker ??= new Worker(this.context.asAbsolutePath("dist/renderThread.js")));
    worker.unref();
    try {
      return await new Promise<Drawn>((resolve, reject) => {
        this.#timer = setTimeout(reject, longest, new Error("late"));
        worker.once("error", reject);
        worker.once("message", resolve);
        worker.postMessage({ model, theme: themeNow() });
      });
    } catch (error) {
      this.dispose();
      throw error;
    } finally {
      // By name: all of them would be Node's own too, without which the thread's next answer never comes.
      worker.removeAllListeners("error").removeAllListeners("message");
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.dispose(), idle).unref();
    }
  }

  /** What follows the theme is drawn by the renderer; what knows nothing of that shows the SVG. What is not to be saved, or is too large for it, the renderer asks for. */
  #outputItems({ name, root, totals }: ModelSnapshot, { drawing, svg }: Drawn, text: string, saved: boolean): readonly vscode.NotebookCellOutputItem[] {
    const what = [root.type, parametersText(totals.parameters)].join(", ");
    const picture: CellPicture = {
      version: 1,
      model: name,
      label: vscode.l10n.t("Picture of {0}: {1}. Enter opens it in the model view.", name, what),
      action: vscode.l10n.t("Open in Model View"),
      text,
      note: "",
      drawing,
    };
    const items = [vscode.NotebookCellOutputItem.json(picture, cellPictureMime), vscode.NotebookCellOutputItem.text(svg, "image/svg+xml")];
    const bytes = items.reduce((sum, { data }) => sum + data.length, 0);
    if (saved && bytes <= largest) return items;
    const note = saved
      ? vscode.l10n.t("The picture of {0} has {1} kB, and a notebook keeps {2} kB at most.", name, Math.ceil(bytes / 1000), largest / 1000)
      : vscode.l10n.t("The notebook does not keep the picture of {0}; the cell shows it when it has run.", name);
    const key = this.#keep(JSON.stringify(drawing));
    return [vscode.NotebookCellOutputItem.json({ ...picture, note, drawing: null, key } satisfies CellPicture, cellPictureMime)];
  }

  #keep(drawing: string): string {
    const key = randomUUID();
    this.#unsaved.set(key, drawing);
    let bytes = [...this.#unsaved.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [oldest, { length }] of this.#unsaved) {
      if (bytes <= mostUnsaved || oldest === key) break;
      this.#unsaved.delete(oldest);
      bytes -= length;
    }
    return key;
  }
}

/** What comes back from the thread. */
interface Drawn {
  readonly drawing: unknown;
  readonly svg: string;
}

/** The theme of the SVG, which keeps its colors in the file. */
function themeNow(): "light" | "dark" {
  const { Dark, HighContrast } = vscode.ColorThemeKind;
  return [Dark, HighContrast].includes(vscode.window.activeColorTheme.kind) ? "dark" : "light";
}
