import "./styles.css";
import { h, render } from "preact";
import type { KeptPageState } from "../src/protocol/index.js";
import { registerControls } from "./controls.js";
import { Host } from "./host.js";
import { loadLayoutEngine } from "./layoutEngine.js";
import { PageView } from "./page.js";
import { Store } from "./state.js";
import { startPage, storedPage } from "./storedPage.js";
import { hear } from "./tellSelection.js";
import { loadStrings } from "./translations.js";

interface WebviewApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): WebviewApi;

loadStrings(document.documentElement);
registerControls();

const vscode = acquireVsCodeApi();
const store = new Store(startPage(vscode.getState()));
const host: Host = new Host(
  {
    postMessage: (message) => vscode.postMessage(message),
    listen: (listener) => window.addEventListener("message", (event) => listener(event.data)),
  },
  (message) => hear(message, store, host),
  (what) => store.dispatch({ kind: "damaged", what }),
);

let kept = store.page;
let file: string | null = null;
store.subscribe((page) => {
  const shown = page.host?.kind === "file" ? page.host.file : file;
  const before = kept;
  kept = page;
  const same = (["memory", "query", "tab", "order", "selected"] as const).every((part) => page[part] === before[part]);
  if (same && shown === file) return;
  file = shown;
  vscode.setState({ ...storedPage(page), file } satisfies KeptPageState);
});

const root = document.createElement("div");
root.id = "page";
document.body.append(root);
render(h(PageView, { store, host }), root);
void host.request("ready", null);
// Most pictures need it, the first view of a small one does not: it is fetched when nothing else is to be done.
requestIdleCallback(() => void loadLayoutEngine().catch(() => undefined));
