import * as vscode from "vscode";
import { documentKey, openText } from "../sources/documents.js";
import type { ModelSessions } from "../sessions/modelSessions.js";

/** Milliseconds for the cursor to rest before the picture follows it. */
const rest = 150;

/** Keeps the editor and the selected module together: the line that made the module is marked, and the cursor on such a line selects it. */
export class EditorSelection implements vscode.Disposable {
  #mark = createMark();
  readonly #subscriptions: vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly sessions: ModelSessions) {
    this.#subscriptions = [
      new vscode.Disposable(() => this.#mark.dispose()),
      vscode.window.onDidChangeActiveColorTheme(() => {
        this.#mark.dispose();
        this.#mark = createMark();
        this.#showMark(false);
      }),
      sessions.onDidChange(({ session, change }) => {
        if (session === sessions.current && change.kind !== "activity") this.#showMark(change.kind === "selection" && change.by !== this);
      }),
      sessions.onDidChangeCurrent(() => this.#showMark(false)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#showMark(false)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, kind }) => {
        clearTimeout(this.#timer);
        // Only the user's own movements: a command that sets the cursor (reveal, search) means something else.
        const moved = kind === vscode.TextEditorSelectionChangeKind.Mouse || kind === vscode.TextEditorSelectionChangeKind.Keyboard;
        if (moved) this.#timer = setTimeout(() => this.#follow(textEditor), rest);
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #showMark(scroll: boolean): void {
    const session = this.sessions.current;
    const location = session?.selected?.location;
    for (const editor of vscode.window.visibleTextEditors) {
      const here = location && documentKey(editor.document.uri) === location.file ? session.code?.now(openText(editor.document), location) : undefined;
      const range = here?.exact ? new vscode.Range(here.position.line, 0, here.position.line, 0) : undefined;
      editor.setDecorations(this.#mark, range ? [range] : []);
      if (range && scroll) editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
  }

  #follow({ document, selection }: vscode.TextEditor): void {
    const session = this.sessions.current;
    const found = session?.code?.at(openText(document), selection.active.line)?.modules ?? [];
    const selected = session?.selection;
    // Of several modules made on one line, the one already selected stays.
    if (found.some(({ model, module }) => model.name === selected?.model && module.path === selected.path)) return;
    const [first] = found;
    if (first) session?.select({ model: first.model.name, path: first.module.path }, this);
  }
}

/** High-contrast themes mark with borders, and the others with backgrounds. */
function createMark(): vscode.TextEditorDecorationType {
  const { HighContrast, HighContrastLight } = vscode.ColorThemeKind;
  const border = [HighContrast, HighContrastLight].includes(vscode.window.activeColorTheme.kind);
  return vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    ...(border
      ? { border: "1px dashed", borderColor: new vscode.ThemeColor("contrastActiveBorder") }
      : { backgroundColor: new vscode.ThemeColor("editor.rangeHighlightBackground") }),
    overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.rangeHighlightForeground"),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
  });
}
