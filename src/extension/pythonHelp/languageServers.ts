import * as vscode from "vscode";
import type { PythonText } from "./places.js";

/** Milliseconds that an answer counts: a language server that is only starting will know torch soon. */
const kept = 4_000;

/** Whoever takes longer to say what an import means is taken to know it, until he has said it: silence is the better mistake. */
const longest = 1500;

interface Answer {
  /** The line that was asked about. */
  readonly import: string;
  readonly resolves: Promise<boolean>;
  /** Until when it counts: without an end while it is waited for. */
  until: number;
}

/**
 * Whether another extension's language server resolves torch: then it has all that there is to say, and we say nothing. It is asked the way a user would ask it, by
 * _Go to Definition_ on the word `torch` of the document's own import. Which extensions are there tells little: Pylance without a Python that has PyTorch knows nothing of
 * it, and Jedi, Pyrefly, ty and others that have one know it all. We give no definitions ourselves, so whatever is found is another's. Type stubs count: who has
 * them gets his help from there.
 */
export class LanguageServers implements vscode.Disposable {
  readonly #answers = new Map<string, Answer>();
  readonly #subscription = vscode.Disposable.from(
    vscode.extensions.onDidChange(() => this.#answers.clear()),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => void this.#answers.delete(uri.toString())),
  );

  /** `documents`: those whose imports count, as the cells of a notebook, each with its text. */
  async resolveTorch(documents: readonly (readonly [vscode.TextDocument, PythonText])[]): Promise<boolean> {
    for (const [document, text] of documents) {
      const offset = offsetOfImport(text);
      if (offset !== null) return this.#ask(document, offset);
    }
    return false;
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #ask(document: vscode.TextDocument, offset: number): Promise<boolean> {
    const position = document.positionAt(offset);
    const key = document.uri.toString();
    const line = document.lineAt(position.line).text;
    let answer = this.#answers.get(key);
    if (!answer || answer.import !== line || Date.now() > answer.until) {
      const asked: Answer = {
        import: line,
        until: Infinity,
        resolves: this.#definitionAt(document.uri, position).then((resolves) => {
          asked.until = Date.now() + kept;
          return resolves;
        }),
      };
      this.#answers.set(key, (answer = asked));
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<true>((resolve) => (timer = setTimeout(() => resolve(true), longest)));
    const resolves = await Promise.race([answer.resolves, late]);
    clearTimeout(timer);
    return resolves;
  }

  async #definitionAt(uri: vscode.Uri, position: vscode.Position): Promise<boolean> {
    const found = await vscode.commands.executeCommand<readonly unknown[] | undefined>("vscode.executeDefinitionProvider", uri, position);
    return (found?.length ?? 0) > 0;
  }
}

/** Where `torch` stands in the first import of it. */
function offsetOfImport(text: PythonText): number | null {
  const found = text.tokens.find(({ text: word, start }, i) => {
    return word === "torch" && /^(?:import|from|,)$/.test(text.tokens[i - 1]?.text ?? "") && text.isImport(start);
  });
  return found ? found.start + 1 : null;
}
