import * as vscode from "vscode";
import { indexOf } from "../../describe/modelIndex.js";
import { documentKey } from "../sources/documents.js";
import type { ModelSession } from "../sessions/modelSession.js";
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
    const model = session?.selection && session.model(session.selection.model);
    const location = model && indexOf(model).module(session.selection.path)?.location;
    for (const editor of vscode.window.visibleTextEditors) {
      const here = location && documentKey(editor.document.uri) === location.file ? session.sources?.now(editor.document, location) : undefined;
      const range = here?.exact ? new vscode.Range(here.position, here.position) : undefined;
      editor.setDecorations(this.#mark, range ? [range] : []);
      if (range && scroll) editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
  }

  #follow({ document, selection }: vscode.TextEditor): void {
    const session = this.sessions.current;
    const line = session?.sources?.lineThen(document, selection.active.line);
    if (!session || line === null || line === undefined) return;
    const found = madeOnLine(session, documentKey(document.uri), line + 1);
    const [first] = found;
    // Of several modules made on one line, the one already selected stays.
    if (first && !found.some(({ model, path }) => model === session.selection?.model && path === session.selection.path)) session.select(first, this);
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

function madeOnLine(session: ModelSession, file: string, line: number): readonly { readonly model: string; readonly path: string }[] {
  return session.models.flatMap((model) =>
    indexOf(model)
      .madeAt(file, line)
      .map(({ path }) => ({ model: model.name, path })),
  );
}
