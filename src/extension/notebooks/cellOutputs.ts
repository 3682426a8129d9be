import * as vscode from "vscode";
import type { Failure } from "../../protocol/index.js";
import type { Output } from "../../runner/client.js";
import { type Display, DisplayReader } from "./displays.js";

interface DisplayedModel {
  readonly text: string;
  readonly output: vscode.NotebookCellOutput;
}

/** What a cell shows while it runs and when it has ended, in the form that notebook files keep. */
export class CellOutputs {
  /** The stream that what is printed next goes on with. */
  #stream: { readonly name: Output["stream"]; readonly output: vscode.NotebookCellOutput } | null = null;
  readonly #displays = new DisplayReader();
  /** In the order in which they came. */
  readonly displayedModels: DisplayedModel[] = [];
  /** Outputs are added one after another. */
  #added: Promise<unknown> = Promise.resolve();

  constructor(private readonly execution: vscode.NotebookCellExecution) {}

  print({ stream, text }: Output): void {
    if (stream === "stderr") return this.#print(stream, text);
    for (const part of this.#displays.read(text)) {
      if (typeof part === "string") this.#print(stream, part);
      else this.#display(part);
    }
  }

  /** Nothing more is printed. */
  printed(): void {
    const rest = this.#displays.end();
    if (rest !== "") this.#print("stdout", rest);
  }

  /** Each in an output of its own. */
  #display({ text, isModel }: Display): void {
    const output = new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.text(text, "text/plain")], { outputType: "display_data" });
    if (isModel) this.displayedModels.push({ text, output });
    this.#show(output);
  }

  /** Gives a display other forms, beside its text. */
  replace({ text, output }: DisplayedModel, items: readonly vscode.NotebookCellOutputItem[]): void {
    this.#add(() => this.execution.replaceOutputItems([...items, vscode.NotebookCellOutputItem.text(text, "text/plain")], output));
  }

  #print(stream: Output["stream"], text: string): void {
    const item = vscode.NotebookCellOutputItem[stream](text);
    if (this.#stream?.name === stream) {
      const { output } = this.#stream;
      this.#add(() => this.execution.appendOutputItems(item, output));
      return;
    }
    const output = new vscode.NotebookCellOutput([item], { outputType: "stream" });
    this.#stream = { name: stream, output };
    this.#add(() => this.execution.appendOutput(output));
  }

  /** The value of the last expression. */
  value(text: string, executionCount: number): void {
    this.#show(new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.text(text, "text/plain")], { outputType: "execute_result", executionCount }));
  }

  /** The same picture in each of its forms. */
  picture(items: readonly vscode.NotebookCellOutputItem[]): void {
    this.#show(new vscode.NotebookCellOutput([...items], { outputType: "display_data" }));
  }

  failure({ message, hint, traceback }: Pick<Failure, "message" | "hint" | "traceback">): void {
    const stack = traceback ?? [message, hint].filter((line) => line !== null).join("\n");
    // A traceback ends with the class, in red, and the text.

    const [, name = "Layerscope", text = traceback === undefined ? message : ""] = /^[^]*\x1b\[31m([\w.]+)\x1b\[39m(?:: ([^]*))?$/.exec(stack) ?? [];
    this.#show(new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.error({ name, message: text, stack })], { outputType: "error" }));
  }

  /** Resolves when all is shown. */
  async done(): Promise<void> {
    await this.#added;
  }

  #show(output: vscode.NotebookCellOutput): void {
    this.#stream = null;
    this.#add(() => this.execution.appendOutput(output));
  }

  #add(add: () => Thenable<void>): void {
    this.#added = this.#added.then(add);
  }
}
