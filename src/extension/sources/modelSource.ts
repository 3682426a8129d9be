import type * as vscode from "vscode";
import type { Capability, Failure, ModelRequest, ModelSnapshot, Offer, Progress, RunnerMethods } from "../../protocol/index.js";
import type { Output } from "../../runner/client.js";

/**
 * Where the models of one kind of file come from: code that runs in a process, cells of a notebook, a file of weights. Sessions and views know nothing
 * else of it, and offer what it has: a request that it cannot answer is not among `requests`. Files and documents are named as documentKey does.
 */
export interface ModelSource {
  /** The documents whose code can make a model, for the features of the editor. */
  readonly selector: vscode.DocumentSelector;
  /** The model file of a document that can be opened: itself, the notebook of a cell. Null for a document of no concern. */
  fileOf(document: vscode.TextDocument): string | null;
  /** The same by the name alone, for a file that is not open. */
  isModelFile(file: string): boolean;
  /** True for a document with a model in it as far as one can see: it is opened without being asked for. */
  opensByItself(document: vscode.TextDocument): boolean;

  /**
   * Makes the models of `file` anew, from its documents as the editors show them, saved or not. Never rejects because of what is in them: that is the
   * outcome's failure. Absent where models are made elsewhere (see `onDidStart`).
   */
  readonly run?: (file: string, options: RunSourceOptions) => Promise<SourceOutcome>;
  /** Whether the code of a document runs with what the extension brings, as the user has chosen: help for it is given there. Absent where the language has its own. */
  runsCodeOf?(document: vscode.TextDocument): boolean;
  /** Whether `file` may be run without being asked for, because it is shown or saved; default: it may. */
  runsByItself?(file: string): boolean;
  /**
   * The same for a text that is being typed, in what little time it takes to look at it: nothing is written, nothing printed is heard of, no training is run.
   * What it came to is shown, and asked, only where `isToBeShown` says so. Absent where there is no such way.
   */
  readonly look?: (file: string, options: LookOptions) => Promise<SourceOutcome>;
  /** Makes ready, without evaluating it, the text that the editors show, since it is likely to be looked at next. */
  prepareLook?(file: string): void;
  /** Whether models are made anew when one of their documents is saved. Some have no such event: a cell is run, not saved. */
  readonly runsOnSave: boolean;
  /** Whether what is under way heeds its signal. */
  readonly stops: boolean;
  /** What the user should know of what makes the models; default: nothing. */
  readonly note?: SourceNote;
  /** What can be asked of models that are there. They reject with the reason in words for the user, a RunnerError where it has a place in the code. */
  readonly requests: ModelRequests;
  /** True while the models of `file` can be asked; the process that holds them may end at a limit. */
  isAlive(file: string): boolean;
  /** Models made without `run`: the user ran a cell. */
  readonly onDidStart?: vscode.Event<StartedRun>;

  /** Makes ready for the next run what takes time. */
  warmUp?(): void;
  /** Lets go of the models of `file`. */
  close(file: string): void;
  /** Ends every process; resolves when none is left. */
  dispose(): Promise<void>;
}

/** A sentence, and a page of the extension's that tells more (a path in its folder). */
export interface SourceNote {
  readonly text: string;
  readonly page: string;
}

export type ModelRequests = {
  readonly [M in ModelRequest]?: (file: string, params: RunnerMethods[M]["params"], options: SourceOptions) => Promise<RunnerMethods[M]["result"]>;
};

/** Options of a run. */
export interface RunSourceOptions extends SourceOptions {
  /** Whether the user asked for it: by a command, or by saving. One that begins by itself does only what showing a model needs. */
  readonly asked: boolean;
  /** Whether saving a document of it began the run. */
  readonly onSave: boolean;
  /** An expression that the models are to be built from, where a source offers some (SourceOutcome); null: those that the file makes itself. */
  readonly build: string | null;
  /** Whether it may take as long as it likes. */
  readonly toEnd: boolean;
}

export interface LookOptions {
  readonly signal: AbortSignal;
  /** Texts of files that are taken in the place of what is on disk; default: what the editors show. */
  readonly texts?: ReadonlyMap<string, string>;
  readonly build: string | null;
  readonly isToBeShown: (outcome: Pick<SourceOutcome, "models" | "failure">) => boolean;
}

export interface SourceOptions {
  readonly signal?: AbortSignal;
  /** What code prints meanwhile. */
  readonly onOutput: (output: Output) => void;
  /** How far it has come, of requests that say so. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What making the models came to. */
export interface SourceOutcome {
  readonly models: readonly ModelSnapshot[];
  /** Set when it ended early; `models` then holds what was there by that time. */
  readonly failure: Failure | null;
  /** Where there is no model: what one could be built from (RunSourceOptions); default: nothing. */
  readonly offers?: readonly Offer[];
  /** Every document that went in, read or not: a change of one makes the models stale. */
  readonly documents: readonly string[];
  /** The text that the models come from, by document; none for what is not text. */
  readonly texts: ReadonlyMap<string, string>;
}

/** A run that the source began by itself. */
export interface StartedRun {
  readonly file: string;
  readonly outcome: Promise<SourceOutcome>;
  /** Aborted when the user stops it, or another begins. */
  readonly abort: AbortController;
}

/** What views may offer. */
export function capabilitiesOf({ run, stops, requests }: ModelSource): readonly Capability[] {
  return [...(run ? ["run" as const] : []), ...(stops ? ["stop" as const] : []), ...(Object.keys(requests) as ModelRequest[])];
}
