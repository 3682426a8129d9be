import * as vscode from "vscode";
import type { CellModels, CellResult, Failure, ModelSnapshot } from "../../protocol/index.js";
import { documentKey } from "../sources/documents.js";
import type { SourceOutcome } from "../sources/modelSource.js";
import { access, type Runners, unsavedTexts } from "../sources/runners.js";
import { CellOutputs } from "./cellOutputs.js";
import { notebookFile } from "./notebookFiles.js";
import type { NotebookModels } from "./notebookModels.js";

/** Milliseconds for an interrupted cell to end before a restart is offered. */
const patience = 2000;

export interface KernelOptions {
  readonly notebook: vscode.NotebookDocument;
  readonly controller: vscode.NotebookController;
  readonly runners: Runners;
  readonly models: NotebookModels;
  /** The picture of a model, for a cell whose value it is, or one that displays it, with its text; null where none is wanted, or it cannot be had. */
  readonly picture: (model: ModelSnapshot, text?: string) => Promise<readonly vscode.NotebookCellOutputItem[] | null>;
  /** Hears that models are there, for the views to follow, and of the last one that the cell made or gives; null where it did neither. */
  readonly onModels: (file: string, made: string | null) => void;
}

type Held = CellModels & { readonly models: readonly ModelSnapshot[] };

/** Runs the cells of one notebook, in the order in which they were started, in one namespace that a process holds. */
export class NotebookKernel {
  readonly file: string;
  readonly #options: KernelOptions;
  /** Runs what was started last. */
  #queue: Promise<void> = Promise.resolve();
  /** Cells that wait for a run that failed, or was interrupted, do not run. */
  #batch = 0;
  /** The cell that runs ends with this. */
  #abort: AbortController | null = null;
  /** How many cells ran since the kernel was started. */
  #count = 0;
  #isStarted = false;
  /** The texts that the namespace comes from, by cell. */
  #texts = new Map<string, string>();
  /** What the namespace held when it last changed. */
  #models: readonly ModelSnapshot[] = [];

  constructor(options: KernelOptions) {
    this.#options = options;
    this.file = notebookFile(options.notebook);
  }

  /** Runs cells one after another; what follows one that fails is left. */
  run(cells: readonly vscode.NotebookCell[]): Promise<void> {
    const { controller } = this.#options;
    const executions = cells.map((cell) => controller.createNotebookCellExecution(cell));
    const batch = this.#batch;
    this.#queue = this.#queue.then(async () => {
      let goesOn = true;
      for (const execution of executions) {
        if (goesOn && batch === this.#batch) goesOn = await this.#runCell(execution).catch(() => false);
        else execution.end(undefined);
      }
    });
    return this.#queue;
  }

  /** Python hears of it as of a key, and what the cells have made stays. */
  async interrupt(): Promise<void> {
    const abort = this.#abort;
    this.#batch++;
    if (!abort) return;
    (await this.#options.runners.start()).interrupt(this.file);
    await new Promise((resolve) => setTimeout(resolve, patience));
    if (this.#abort !== abort) return;
    const restart = vscode.l10n.t("Restart");
    const picked = await vscode.window.showWarningMessage(
      vscode.l10n.t("The cell does not end. A restart ends it, and what the cells have made is lost."),
      restart,
    );
    if (picked === restart && this.#abort === abort) await this.restart();
  }

  /** Ends what runs, and forgets what the cells have made. */
  async restart(): Promise<void> {
    this.#batch++;
    this.#forget();
    (await this.#options.runners.start()).close(this.file);
    await this.#queue;
    this.#forget();
  }

  /** The process is gone. */
  closed(): void {
    this.#batch++;
    this.#forget();
  }

  #forget(): void {
    this.#isStarted = false;
    this.#count = 0;
    this.#texts = new Map();
    this.#models = [];
  }

  /** False where what follows is not to run. */
  async #runCell(execution: vscode.NotebookCellExecution): Promise<boolean> {
    const { models, onModels } = this.#options;
    const { document } = execution.cell;
    const outputs = new CellOutputs(execution);
    const abort = new AbortController();
    this.#abort = abort;
    abort.signal.addEventListener("abort", () => {
      if (this.#abort === abort) void this.interrupt();
    });
    execution.start(Date.now());
    await execution.clearOutput();
    const text = document.getText();
    const ran = this.#request(execution, text, outputs);
    // The cell ends without waiting for them, unless one of them is its value.
    const looked = ran.then(({ failure }) => this.#look(failure));
    const outcome = looked.then((held) => this.#outcome(held));
    models.began({ file: this.file, outcome, abort });
    const { result, failure } = await ran;
    outputs.printed();
    if (outputs.displayedModels.length > 0) await this.#pictureDisplays(outputs, await looked);
    if (result?.text != null) outputs.value(result.text, this.#count);
    if (result?.isModel) {
      const { models: known, model: name } = await looked;
      const model = known.find((each) => each.name === name);
      const picture = model && (await this.#options.picture(model));
      if (picture) outputs.picture(picture);
    }
    if (failure) outputs.failure(failure);
    await outputs.done();
    execution.end(failure === null, Date.now());
    const held = await looked;
    if (this.#abort === abort) this.#abort = null;
    // Whoever follows the run has taken its models before the next begins.
    await new Promise((resolve) => setImmediate(resolve));
    const cell = documentKey(document.uri);
    onModels(this.file, held.model ?? held.models.findLast(({ location }) => location?.file === cell)?.name ?? null);
    return failure === null;
  }

  /** Models that are displayed have their pictures where they were displayed. */
  async #pictureDisplays(outputs: CellOutputs, { models, displayed }: Held): Promise<void> {
    for (const [at, display] of outputs.displayedModels.entries()) {
      const model = models.find(({ name }) => name === displayed[at]);
      const picture = model && (await this.#options.picture(model, display.text));
      if (picture) outputs.replace(display, picture);
    }
  }

  async #request(
    execution: vscode.NotebookCellExecution,
    text: string,
    outputs: CellOutputs,
  ): Promise<{ readonly result: CellResult | null; readonly failure: Failure | null }> {
    try {
      const runner = await this.#options.runners.start();
      if (!this.#isStarted || !runner.isAlive(this.file)) {
        this.#forget();
        const { failure } = await runner.startNotebook(this.file, { overrides: unsavedTexts(), ...access(this.file) });
        if (failure) return { result: null, failure };
        this.#isStarted = true;
      }
      execution.executionOrder = ++this.#count;
      const cell = documentKey(execution.cell.document.uri);
      this.#texts.set(cell, text);
      const options = { onOutput: (output: Parameters<CellOutputs["print"]>[0]) => outputs.print(output), timeLimit: Infinity };
      const result = await runner.request(this.file, "runCell", { cell: { file: cell, text }, number: this.#count }, options);
      return { result, failure: result.failure };
    } catch (error) {
      return { result: null, failure: failureOf(error) };
    }
  }

  /** What the namespace holds after a cell, which failed or did not. */
  async #look(failure: Failure | null): Promise<Held> {
    try {
      const runner = await this.#options.runners.start();
      const { models, failure: trouble, ...held } = await runner.request(this.file, "cellModels", {}, { timeLimit: Infinity });
      this.#models = models ?? this.#models;
      return { ...held, models: this.#models, failure: failure ?? trouble };
    } catch (error) {
      return { models: [], model: null, displayed: [], files: [], failure: failure ?? failureOf(error) };
    }
  }

  #outcome({ models, failure, files }: Held): SourceOutcome {
    return { models, failure, documents: [...this.#texts.keys(), ...files], texts: new Map(this.#texts) };
  }
}

/** What a runner rejects with knows more than its message. */
function failureOf(error: unknown): Failure {
  if (error instanceof Error && "failure" in error) return error.failure as Failure;
  return { kind: "crash", message: error instanceof Error ? error.message : String(error), hint: null, location: null, stack: [] };
}
