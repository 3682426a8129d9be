import { Worker } from "node:worker_threads";
import * as vscode from "vscode";
import type { ModelSnapshot } from "../../protocol/index.js";
import { settings } from "../settings.js";

/** Bytes of a picture that a notebook file keeps; the model view shows what is larger. */
const largest = 100_000;
/** Milliseconds without a picture to draw after which the thread ends. */
const idle = 60_000;
/** Milliseconds that a picture may take; a cell shows its text without one. */
const longest = 10_000;

/** Draws models for the outputs of cells, in a thread of its own. */
export class NotebookPictures implements vscode.Disposable {
  #worker: Worker | null = null;
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly context: vscode.ExtensionContext) {}

  /** The picture as SVG; null where none is wanted, or it cannot be had. */
  async of(model: ModelSnapshot, uri: vscode.Uri): Promise<string | null> {
    if (!settings.notebookPictures(uri)) return null;
    const drawn = this.#last.then(() => this.#draw(model));
    this.#last = drawn.catch(() => undefined);
    const svg = await drawn.catch(() => null);
    return svg !== null && Buffer.byteLength(svg) <= largest ? svg : null;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    void this.#worker?.terminate();
    this.#worker = null;
  }

  async #draw(model: ModelSnapshot): Promise<string> {
    clearTimeout(this.#timer);
    const worker = (this.#worker ??= new Worker(this.context.asAbsolutePath("dist/renderThread.js")));
    worker.unref();
    try {
      return await new Promise<string>((resolve, reject) => {
        this.#timer = setTimeout(reject, longest, new Error("late"));
        worker.once("error", reject);
        worker.once("message", resolve);
        worker.postMessage({ model, theme: themeNow() });
      });
    } catch (error) {
      this.dispose();
      throw error;
    } finally {
      worker.removeAllListeners();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.dispose(), idle).unref();
    }
  }
}

/** The theme of the picture, which keeps its colors in the file. */
function themeNow(): "light" | "dark" {
  const { Dark, HighContrast } = vscode.ColorThemeKind;
  return [Dark, HighContrast].includes(vscode.window.activeColorTheme.kind) ? "dark" : "light";
}
