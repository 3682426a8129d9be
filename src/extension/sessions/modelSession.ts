import * as vscode from "vscode";
import type {
  Activity,
  Capability,
  EarlierChange,
  Failure,
  FindingLevels,
  ForwardRequest,
  LastRun,
  ModelRequest,
  ModelSnapshot,
  ModuleSnapshot,
  Offer,
  PageState,
  Progress,
  Reinitialization,
  RunnerMethods,
  RunningTraining,
  Selection,
} from "../../protocol/index.js";
import { firstShown, isFailureOfPass } from "../../describe/failure.js";
import { isLeftOut } from "../../describe/leftOut.js";
import { indexOf } from "../../describe/modelIndex.js";
import type { Output } from "../../runner/client.js";
import { CodeIndex } from "../code/codeIndex.js";
import { RanTexts } from "../code/ranTexts.js";
import { documentUri, openText } from "../sources/documents.js";
import type { Builds } from "./builds.js";
import { Reinitializations } from "./reinitializations.js";
import type { SessionChange } from "./sessionChange.js";
import { settings } from "../settings.js";
import { requireTrust } from "../trust.js";
import { capabilitiesOf, type ModelRequests, type ModelSource, type SourceOptions, type SourceOutcome } from "../sources/modelSource.js";

/** Of what is asked: how it is ended, and who hears how far it has come. */
export type Following = Pick<SourceOptions, "signal" | "onProgress">;

/** Hears what the code of a model file prints. */
export interface SessionLog {
  runStarted(file: string): void;
  output(file: string, output: Output): void;
}

/**
 * One model file: the last good models that its source made, what it is doing, and how the last run ended. One thing is done at a time. A run ends
 * whatever is under way; a request waits for the one before it. One file, though a long one: whatever is done to a model changes the same state, in turn.
 */
export class ModelSession implements vscode.Disposable {
  readonly #changes = new vscode.EventEmitter<SessionChange>();
  readonly onDidChange = this.#changes.event;

  #activity: Activity = "idle";
  #models: readonly ModelSnapshot[] = [];
  #lastRun: LastRun = { kind: "none" };
  #offers: readonly Offer[] = [];
  /** The texts that #models come from. */
  #texts: RanTexts | null = null;
  /** Every document that went into the last run, failed or not: saving one runs again. */
  #documents: readonly string[];
  #stale = false;
  /** Why the look that the models come from ended before the file's end, where the user may wonder; null where it did not, and of a run. */
  #lookEnd: string | null = null;
  #selection: Selection | null = null;
  /** What the user wants reinitialized after every run. */
  #again: readonly EarlierChange[] = [];
  readonly #reinitializations = new Reinitializations();
  #findingLevels: FindingLevels | null = null;
  #abort: AbortController | null = null;
  /** The look under way. */
  #look: AbortController | null = null;
  /** The run under way. */
  #run: Promise<void> | null = null;
  /** Ends when the request before the next one has. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Of the last run, which a run that makes its models again repeats. */
  #lastOptions = { asked: true, onSave: false };
  /** Whether the run under way may take as long as it likes. */
  #toEnd = false;
  /** What the run under way trains. */
  #trainings: readonly RunningTraining[] = [];
  #disposed = false;
  readonly capabilities: readonly Capability[];

  constructor(
    /** The model file, as documentKey names it. */
    readonly file: string,
    readonly source: ModelSource,
    private readonly log: SessionLog,
    private readonly builds: Builds,
  ) {
    this.#documents = [file];
    this.capabilities = capabilitiesOf(source);
  }

  /** True where the file's source can do it; what it cannot do is not offered. */
  can(capability: Capability): boolean {
    return this.capabilities.includes(capability);
  }

  /** Throws, in words for the user, where the source cannot do it: to be called before anything is asked for it. */
  require(capability: Capability): void {
    if (!this.can(capability)) throw new Error(this.#refusal());
  }

  get activity(): Activity {
    return this.#activity;
  }

  get models(): readonly ModelSnapshot[] {
    return this.#models;
  }

  get lastRun(): LastRun {
    return this.#lastRun;
  }

  get failure(): Failure | null {
    return this.#lastRun.kind === "failed" ? this.#lastRun.failure : null;
  }

  /** What the code of the last good models means; null before there are any. */
  get code(): CodeIndex | null {
    return this.#texts && new CodeIndex(this.#texts, this.#models);
  }

  /** What was reinitialized here before the last run, and what has become of it. */
  get earlierChanges(): readonly EarlierChange[] {
    return this.#reinitializations.earlier;
  }

  get hasRun(): boolean {
    return this.#lastRun.kind !== "none";
  }

  /** The models may not be what the code says now: it changed since, or its last run failed before it had any. */
  get stale(): boolean {
    return this.#stale;
  }

  get lookEnd(): string | null {
    return this.#lookEnd;
  }

  /** What the user wants to be told about the models. */
  get findingLevels(): FindingLevels {
    return (this.#findingLevels ??= settings.findings(documentUri(this.file)));
  }

  /** To be called when the user's settings about findings changed. */
  findingLevelsChanged(): void {
    this.#findingLevels = null;
    this.#changes.fire({ kind: "findings" });
  }

  /** What somebody chose to be shown and selected; null where nobody did, or its model is gone. */
  get selection(): Selection | null {
    return this.#selection;
  }

  /** What models can be built from, where the last run left none. */
  get offers(): readonly Offer[] {
    return this.#offers;
  }

  /** What the user wants the models to be built from; null: the file makes them itself. */
  get build(): string | null {
    return this.builds.of(this.file);
  }

  /** Counts from the next run on. */
  setBuild(expression: string | null): Promise<void> {
    return this.builds.set(this.file, expression);
  }

  /** What every page says of it alike. */
  get pageState(): Omit<Extract<PageState, { readonly kind: "file" }>, "isInTab"> {
    const { file, capabilities, activity, models, lastRun, offers, build, stale, findingLevels } = this;
    const note = this.source.note?.text;
    const timeLimit = this.#toEnd ? null : settings.limits().timeLimit / 1000;
    const { earlierChanges } = this;
    return {
      kind: "file",
      file,
      capabilities,
      activity,
      models,
      lastRun,
      offers,
      build,
      stale,
      findingLevels,
      timeLimit,
      earlierChanges,
      trainings: this.#trainings,
      ...(note !== undefined && { note }),
    };
  }

  /** The model that is shown, and that commands mean: null only where there is none. */
  get shown(): ModelSnapshot | null {
    return (this.#selection && this.model(this.#selection.model)) ?? firstShown(this.#models, this.#lastRun);
  }

  /** The selected module of the shown model; null where nothing is selected. */
  get selected(): ModuleSnapshot | null {
    const { shown } = this;
    const path = this.#selection?.path ?? null;
    return shown && path !== null ? (indexOf(shown).module(path) ?? null) : null;
  }

  model(name: string): ModelSnapshot | undefined {
    return this.#models.find((model) => model.name === name);
  }

  /**
   * The models that other texts of its files make, of another file, or of the files as they are on disk: looked at, and not shown. Rejects with the reason where there are none.
   */
  async modelsOf(texts: ReadonlyMap<string, string>, file = this.file): Promise<readonly ModelSnapshot[]> {
    requireTrust();
    if (!this.source.look) throw new Error(this.#refusal());
    const { models, failure } = await this.source.look(file, { signal: new AbortController().signal, build: this.build, isToBeShown: () => false, texts });
    if (models.length === 0) throw new Error(failure?.message ?? vscode.l10n.t("The file has no model."));
    return models;
  }

  /** Shows a model as it is compared, until it is made anew. */
  showCompared(model: ModelSnapshot): void {
    this.#models = this.#models.map((known) => (known.name === model.name ? model : known));
    this.#changes.fire({ kind: "model", model });
  }

  /** Every document that went into the last run. */
  get documents(): readonly string[] {
    return this.#documents;
  }

  /** True when a change of `document` can change the models. */
  dependsOn(document: string): boolean {
    return this.#documents.includes(document);
  }

  /**
   * Runs the file as the editors show it, saved or not. What is wrong with the code ends up in `failure`. `asked`: by the user, who may allow it more than
   * a run that begins by itself; `onSave`: by saving; `toEnd`: for as long as it takes. Resolves when it has ended, or the run that took its place.
   */
  async run({ asked, onSave = false, toEnd = false }: { readonly asked: boolean; readonly onSave?: boolean; readonly toEnd?: boolean }): Promise<void> {
    requireTrust();
    const { source } = this;
    if (!source.run) throw new Error(this.#refusal());
    this.log.runStarted(this.file);
    this.#lastOptions = { asked, onSave };
    const abort = new AbortController();
    const onProgress = (progress: Progress): void => {
      if (this.#abort === abort) this.#trained(progress);
    };
    const following = this.follow(source.run(this.file, { ...this.#options(abort.signal), onProgress, asked, onSave, toEnd, build: this.build }), abort);
    this.#toEnd = toEnd;
    if (toEnd) this.#changes.fire({ kind: "state", ran: false });
    await following;
    while (this.#run) await this.#run;
  }

  /** A run is under way that the user lets take as long as it likes. */
  get runsToEnd(): boolean {
    return this.#toEnd;
  }

  /** The text differs, in more than white space, from the one that ran or was looked at last. */
  get rewritten(): boolean {
    return this.#texts?.isRewritten(vscode.workspace.textDocuments.map(openText)) === true;
  }

  /**
   * Shows what the file comes to as the editors show it now, without a run of its own: nobody is told that anything goes on, and what cannot be shown, as of a text
   * that is half written, changes nothing. A run, a request that changes a model, and the next look end it.
   */
  async look(): Promise<void> {
    const { source, file, build } = this;
    if (!source.look || this.#activity !== "idle") return;
    this.#look?.abort();
    const abort = (this.#look = new AbortController());
    const outcome = await source.look(file, { signal: abort.signal, build, isToBeShown }).catch(() => null);
    if (this.#look !== abort) return;
    this.#look = null;
    if (!outcome || !isToBeShown(outcome)) return;
    const { failure } = outcome;
    this.#take({ ...outcome, failure: failure && endsLook(failure) ? null : failure }, false);
    this.#lookEnd = failure?.kind === "leftOut" ? failure.message : null;
    this.#stale = this.#isStale();
    this.#changes.fire({ kind: "state", ran: true });
    for (const { model, reinitialization } of this.#reinitializations.looked(outcome.models)) {
      await this.#change("reinitialize", "reinitialize", { model, ...reinitialization }).catch(() => undefined);
    }
  }

  /** Takes over what a run comes to, whoever began it. */
  follow(outcome: Promise<SourceOutcome>, abort: AbortController): Promise<void> {
    this.#begin("running", abort);
    this.#run = this.#accept(outcome, abort).finally(() => {
      if (this.#abort !== abort) return;
      this.#abort = null;
      this.#run = null;
      this.#activity = "idle";
      this.#toEnd = false;
      this.#trainings = [];
      this.#stale = this.#isStale();
      this.#changes.fire({ kind: "state", ran: true });
      const again = this.#again;
      this.#again = [];
      // What goes wrong with it shows in the models: it is offered no more.
      for (const { model, reinitialization } of again) void this.reinitialize(model, reinitialization).catch(() => undefined);
    });
    return this.#run;
  }

  async #accept(outcome: Promise<SourceOutcome>, abort: AbortController): Promise<void> {
    const found = await outcome.catch(unexpected);
    // A newer run has taken over, or the session is gone.
    if (this.#abort !== abort) return;
    // The last good picture stays until there is another one.
    const keeps = found.failure !== null && found.models.length === 0 && this.#models.length > 0;
    this.#take(found, keeps);
    if (!keeps) this.#again = this.#reinitializations.ran(found.models);
  }

  #trained({ model, training }: Progress): void {
    if (model === undefined || !training) return;
    const running: RunningTraining = { model, training };
    this.#trainings = [...this.#trainings.filter((other) => other.model !== model), running];
    this.#changes.fire({ kind: "training", training: running });
  }

  /** `keeps`: the models that are there are shown still. */
  #take({ models, failure, offers = [], documents, texts }: SourceOutcome, keeps: boolean): void {
    this.#lastRun = failure === null ? { kind: "completed" } : { kind: "failed", failure, shown: keeps ? "earlierRun" : "thisRun" };
    this.#documents = [...new Set([this.file, ...documents])];
    if (keeps) return;
    this.#lookEnd = null;
    this.#offers = offers;
    this.#models = models;
    this.#texts = new RanTexts(texts);
    const chosen = this.#selection && this.model(this.#selection.model);
    if (!chosen) this.#selection = null;
    else if (this.#selection?.path) this.#selection = { model: chosen.name, path: indexOf(chosen).nearest(this.#selection.path).path };
  }

  /** Ends what is under way, where that can be. The models and the picture stay. */
  stop(): void {
    if (this.source.stops) this.#abort?.abort();
  }

  forward(request: ForwardRequest): Promise<void> {
    return this.#change("forward", "forward", request);
  }

  showOwnPass(model: string): Promise<void> {
    return this.#change("forward", "showOwnPass", { model });
  }

  async reinitialize(model: string, reinitialization: Reinitialization): Promise<void> {
    let before: ModelSnapshot | undefined;
    await this.#change("reinitialize", "reinitialize", { model, ...reinitialization }, () => (before = this.model(model)));
    if (!before || this.model(model) === before) return;
    const offered = this.#reinitializations.earlier.length;
    this.#reinitializations.applied(before, reinitialization);
    if (offered > 0) this.#changes.fire({ kind: "state", ran: false });
  }

  async undoReinitialize(model: string): Promise<void> {
    await this.#change("reinitialize", "undoReinitialize", { model });
    this.#reinitializations.undone(model);
  }

  /** What was reinitialized before the last run: once more, after every run from now on, or no longer. */
  async answerEarlierChanges(answer: "apply" | "keep" | "forget"): Promise<void> {
    const wanted = this.#reinitializations.answer(answer);
    this.#changes.fire({ kind: "state", ran: false });
    for (const { model, reinitialization } of wanted) await this.reinitialize(model, reinitialization);
  }

  /** Measures how a signal goes through a model, which then shows until its parameters change. */
  showSignal(request: RunnerMethods["showSignal"]["params"], asked: Following = {}): Promise<void> {
    return this.#change("forward", "showSignal", request, () => undefined, asked);
  }

  async setSeed(seed: number): Promise<void> {
    await this.#enqueue(async () => {
      this.#request("setSeed");
      await this.#ensureAlive();
      await this.ask("setSeed", { seed });
    });
  }

  /** Asks the live models something that does not change them. Rejects with the failure's message. */
  async ask<M extends ModelRequest>(
    method: M,
    params: RunnerMethods[M]["params"],
    { signal, onProgress }: Following = {},
  ): Promise<RunnerMethods[M]["result"]> {
    return this.#request(method)(this.file, params, { ...this.#options(signal), onProgress });
  }

  /** Shows a model and selects a module in it, or nothing, for everyone who shows it. */
  select({ model, path }: Selection, by: unknown): void {
    if (this.#selection?.model === model && this.#selection.path === path) return;
    this.#selection = { model, path };
    this.#changes.fire({ kind: "selection", selection: this.#selection, by });
  }

  /** To be called when a document changed: the models may have become stale, or fresh again through an undo. */
  documentChanged(): void {
    const stale = this.#isStale();
    if (stale === this.#stale) return;
    this.#stale = stale;
    this.#changes.fire({ kind: "state", ran: false });
  }

  /** The models are their source's to let go of. */
  dispose(): void {
    this.#disposed = true;
    this.#endLook();
    this.#abort?.abort();
    this.#abort = null;
    this.#run = null;
    this.#activity = "idle";
    this.#changes.fire({ kind: "activity", activity: "idle" });
    this.#changes.dispose();
  }

  #isStale(): boolean {
    const earlier = this.#lastRun.kind === "failed" && this.#lastRun.shown === "earlierRun";
    return this.#models.length > 0 && (earlier || this.#texts?.isStale(vscode.workspace.textDocuments.map(openText)) === true);
  }

  /** Ends whatever is under way and marks the session busy. */
  #begin(activity: Activity, abort = new AbortController()): AbortController {
    this.#endLook();
    this.#abort?.abort();
    this.#run = null;
    this.#abort = abort;
    this.#activity = activity;
    this.#toEnd = false;
    this.#trainings = [];
    this.#changes.fire({ kind: "activity", activity });
    return abort;
  }

  #endLook(): void {
    this.#look?.abort();
    this.#look = null;
  }

  /** Has the live models do something that changes one of them. */
  #change<M extends "forward" | "showOwnPass" | "reinitialize" | "undoReinitialize" | "showSignal">(
    activity: Activity,
    method: M,
    params: RunnerMethods[M]["params"],
    onBegin: () => void = () => undefined,
    { signal, onProgress }: Following = {},
  ): Promise<void> {
    return this.#enqueue(async () => {
      this.#request(method);
      await this.#ensureAlive();
      onBegin();
      const abort = this.#begin(activity);
      signal?.addEventListener("abort", () => abort.abort());
      try {
        if (signal?.aborted) abort.abort();
        const model: ModelSnapshot = await this.ask(method, params, { signal: abort.signal, onProgress });
        if (this.#abort !== abort) return;
        this.#models = this.#models.map((known) => (known.name === model.name ? model : known));
        this.#changes.fire({ kind: "model", model });
      } finally {
        if (this.#abort === abort) {
          this.#abort = null;
          this.#activity = "idle";
          this.#changes.fire({ kind: "activity", activity: "idle" });
        }
      }
    });
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => {
      if (this.#disposed) throw new Error(vscode.l10n.t("The model file was closed."));
      return task();
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** How the source answers a request; an error in words for the user where it does not. */
  #request<M extends ModelRequest>(method: M): NonNullable<ModelRequests[M]> {
    requireTrust();
    const request = this.source.requests[method];
    if (!request) throw new Error(this.#refusal());
    return request;
  }

  #refusal(): string {
    return vscode.l10n.t("This cannot be done with the models of {0}.", vscode.workspace.asRelativePath(documentUri(this.file)));
  }

  #options(signal?: AbortSignal): SourceOptions {
    return { ...(signal && { signal }), onOutput: (output) => this.log.output(this.file, output) };
  }

  /** The process may have been ended by a limit or a crash; the models then have to be made anew. */
  async #ensureAlive(): Promise<void> {
    if (this.#run) await this.#run;
    // A look may have left out values that are wanted now.
    else if (!this.source.isAlive(this.file) || this.#models.some(({ tensors }) => tensors.some(isLeftOut)))
      await this.run({ ...this.#lastOptions, asked: true });
    if (!this.source.isAlive(this.file)) throw new Error(this.failure?.message ?? vscode.l10n.t("The file has no model."));
  }
}

/** Where a look ends and a run may go on, which is no fault of the code. */
function endsLook({ kind }: Failure): boolean {
  return kind === "timeout" || kind === "refused" || kind === "exit" || kind === "leftOut";
}

/** Whether a look came to something: to models, and no further than it goes, than a shape that does not fit, or than a gradient that is gone. All else is a text that is half written. */
function isToBeShown({ models, failure }: Pick<SourceOutcome, "models" | "failure">): boolean {
  return (
    models.length > 0 && (failure === null || endsLook(failure) || models.some((model) => isFailureOfPass(failure, model) || model.overwritten !== undefined))
  );
}

/** A source that rejects where it should say how the run ended has a fault; the user is told of it as of any other end. */
function unexpected(error: unknown): SourceOutcome {
  const known = error instanceof Error && "failure" in error ? (error.failure as Failure) : null;
  const failure: Failure = known ?? {
    kind: "crash",
    message: error instanceof Error ? error.message : String(error),
    hint: vscode.l10n.t("Run the file again."),
    location: null,
    stack: [],
  };
  return { models: [], failure, documents: [], texts: new Map() };
}
