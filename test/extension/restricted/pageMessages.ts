import * as vscode from "vscode";
import type { PageMessage, PageMethod, PageMethods } from "../../../src/protocol/index.js";

const reinitialization: PageMethods["reinitialize"]["params"] = {
  model: "net",
  target: { kind: "model" },
  choice: { kind: "scheme", function: "zeros_", arguments: {} },
  seed: 1,
};

/** What the real page of the sidebar would send. */
export const samples: { readonly [M in PageMethod]: readonly PageMethods[M]["params"][] } = {
  ready: [null],
  run: [null],
  runToEnd: [null],
  stop: [null],
  build: [null, { expression: "new torch.nn.Linear(1, 1)", complete: true }, { expression: "make(n)", complete: false }],
  previewReinitialize: [{ ...reinitialization, tensors: [0] }],
  forward: [
    { model: "net", input: { kind: "recorded" }, seed: null },
    { model: "net", input: { kind: "stated", inputs: [{ shape: [1, 3], dtype: "float32", fill: "rand" }] }, seed: 1 },
  ],
  showOwnPass: [{ model: "net" }],
  reinitialize: [reinitialization],
  copyAsCode: [reinitialization],
  insertAsCode: [reinitialization],
  showSignal: [{ model: "net", input: null, seed: 0 }],
  signal: [{ model: "net", input: { kind: "random", batches: 2 }, seed: 0, trial: null }],
  train: [{ model: "net", steps: 3, optimizer: "SGD", rate: 0.1, loss: null, input: null, seed: 0 }],
  cancel: [{ id: 1 }],
  compareStates: [{ model: "net", first: { kind: "current" }, second: { kind: "kept", name: "before" }, input: null, seed: 0 }],
  keptStates: [{ model: "net" }],
  keepState: [{ model: "net", state: { kind: "current" }, name: "before" }],
  importState: [{ model: "net" }],
  exportState: [{ model: "net", state: { kind: "current" }, name: "before" }],
  forgetState: [{ model: "net", name: "before" }],
  undoReinitialize: [{ model: "net" }],
  tensorValues: [{ model: "net", tensor: 0, maxRows: 4, maxColumns: 4 }],
  statistics: [{ model: "net", tensor: 0, bins: 8 }],
  earlierChanges: [{ answer: "apply" }, { answer: "keep" }, { answer: "forget" }],
  selected: [{ model: "net", path: "", asked: true }],
  reveal: [{ location: { file: "/nowhere/net.ts", line: 1, column: 1 } }],
  copySummary: [{ model: "net" }],
  copyText: [{ text: "text" }],
  save: [{ suggestedName: "net.svg", content: "<svg/>", encoding: "utf8" }],
  openInEditor: [null],
  showOutput: [null],
  openSetting: [{ name: "permissions" }],
  showKeys: [null],
  openNote: [null],
  createExample: [null],
  openFile: [null],
  manageTrust: [null],
};

type Listener = (message: unknown) => unknown;

/**
 * Takes the place of the page: hands what a test says to whoever listens to the page, and keeps what is posted to it. In the sidebar, where the extension must not have
 * begun yet, or in the next tab.
 */
export class PlayedPage {
  readonly #listeners: Listener[] = [];
  readonly posted: PageMessage[] = [];

  constructor(place: "sidebar" | "tab" = "sidebar") {
    const { registerWebviewViewProvider, createWebviewPanel } = vscode.window;
    if (place === "tab") {
      Reflect.set(vscode.window, "createWebviewPanel", ((...given) => {
        Reflect.set(vscode.window, "createWebviewPanel", createWebviewPanel);
        return this.#played(createWebviewPanel(...given));
      }) satisfies typeof createWebviewPanel);
      return;
    }
    Reflect.set(vscode.window, "registerWebviewViewProvider", ((id, provider, options) =>
      registerWebviewViewProvider(
        id,
        { resolveWebviewView: (view, context, token) => provider.resolveWebviewView(this.#played(view), context, token) },
        options,
      )) satisfies typeof registerWebviewViewProvider);
  }

  get listens(): boolean {
    return this.#listeners.length > 0;
  }

  /** Resolves when what was said has been answered, or needs no answer. */
  async say(message: unknown): Promise<void> {
    for (const listener of this.#listeners) await listener(message);
  }

  #played<View extends vscode.WebviewView | vscode.WebviewPanel>(view: View): View {
    const webview = standIn(view.webview, {
      onDidReceiveMessage: ((listener: Listener) => {
        this.#listeners.push(listener);
        return new vscode.Disposable(() => undefined);
      }) as vscode.Event<unknown>,
      postMessage: (message: PageMessage) => {
        this.posted.push(message);
        return Promise.resolve(true);
      },
    });
    return standIn(view, { webview } as Partial<View>);
  }
}

function standIn<T extends object>(original: T, changed: Partial<T>): T {
  return new Proxy(original, {
    get(target, key) {
      if (Object.hasOwn(changed, key)) return changed[key as keyof T];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}
