import type * as vscode from "vscode";

const key = "layerscope.builds";
/** Files whose expression is kept; of more, those that were set first are forgotten. */
const keptFiles = 100;

/** From what the user wants the models of a file to be built, where the file makes none by itself: an expression such as `createModel(12)`, kept for the workspace. */
export class Builds {
  constructor(private readonly memory: vscode.Memento) {}

  of(file: string): string | null {
    return new Map(this.#all).get(file) ?? null;
  }

  /** Null forgets it. */
  async set(file: string, expression: string | null): Promise<void> {
    const others = this.#all.filter(([known]) => known !== file);
    await this.memory.update(key, expression === null ? others : [...others, [file, expression]].slice(-keptFiles));
  }

  get #all(): readonly (readonly [file: string, expression: string])[] {
    return this.memory.get(key, []);
  }
}
