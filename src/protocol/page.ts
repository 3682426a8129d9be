import type { Failure } from "./failure.js";
import type { Reinitialization } from "./initialization.js";
import type { FindingLevels } from "./finding.js";
import type { ForwardRequest, Offer, RunnerMethods } from "./runner.js";
import type { ModelSnapshot, SourceLocation } from "./snapshot.js";
import type { Capability } from "./source.js";
import type { CompareRequest, PageModelState } from "./states.js";
import type { Progress, RunningTraining } from "./training.js";

/** What the page shows. One value says everything, so that a page made anew (reload, second tab) needs nothing else. */
export type PageState =
  /** No model file yet. */
  | { readonly kind: "empty" }
  /** The workspace is not trusted: nothing runs. */
  | { readonly kind: "untrusted" }
  | {
      readonly kind: "file";
      /** Absolute path of the model file. */
      readonly file: string;
      /** What can be done with it: the page offers nothing else. */
      readonly capabilities: readonly Capability[];
      readonly activity: Activity;
      /** The last good picture; empty before the first run. */
      readonly models: readonly ModelSnapshot[];
      readonly lastRun: LastRun;
      /** What models can be built from, where the last run left none. */
      readonly offers: readonly Offer[];
      /** What the user wants them to be built from, whatever is offered; null: the file makes them itself. */
      readonly build: string | null;
      /** True when the file changed after the run that `models` come from. */
      readonly stale: boolean;
      /** What the user wants to be told about the models. */
      readonly findingLevels: FindingLevels;
      /** What the user should know of what makes the models; the host has a page that tells more. */
      readonly note?: string;
      /** Seconds that a run or a request may take; null: as long as it likes. */
      readonly timeLimit: number | null;
      /** What the run under way trains; default: nothing. */
      readonly trainings?: readonly RunningTraining[];
      /** What was reinitialized here before the last run, which shows what the file gives. */
      readonly earlierChanges: readonly EarlierChange[];
      /** An editor tab shows the same file, in sight beside this page. */
      readonly isInTab: boolean;
    };

/** A reinitialization of before the last run. */
export interface EarlierChange {
  readonly model: string;
  readonly reinitialization: Reinitialization;
  /** Whether it is applied after every run, was until the code came to initialize its parameters otherwise, or is there to be applied again. */
  readonly standing: "kept" | "ended" | "offered";
}

/** What the page can be asked to do with its view, by a command of the editor. */
export const viewActions = [
  "showGraph",
  "showParameters",
  "search",
  "toggleExpansion",
  "expandAll",
  "collapseAll",
  "fit",
  "zoomIn",
  "zoomOut",
  "trace",
  "compare",
  "signal",
  "measure",
  "training",
  "leftToRight",
  "inspector",
  "showSharedLinks",
  "showLegend",
  "showMinimap",
  "showBookkeeping",
  "viewMenu",
  "colorBy",
  "exportMenu",
  "reinitialize",
  "forward",
] as const;

export type ViewAction = (typeof viewActions)[number];

/** What the page asks for in a form, about the selection. */
export type PageForm = Extract<ViewAction, "reinitialize" | "forward">;

/** What the host does with the model file: runs it, runs its model forward, fills parameters anew, or nothing. */
export type Activity = "idle" | "running" | "forward" | "reinitialize";

/** How the last run of a model file ended, and which run the shown models come from. */
export type LastRun =
  /** There was none yet. */
  | { readonly kind: "none" }
  /** To the end of the file: the models are its own. */
  | { readonly kind: "completed" }
  /** Early. The models are those that were alive by then; where there were none, those of an earlier run stay. */
  | { readonly kind: "failed"; readonly failure: Failure; readonly shown: "thisRun" | "earlierRun" };

/** The model that is shown, and what is selected in it: shared by page, tree, editor, status bar and commands. */
export interface Selection {
  readonly model: string;
  /** Module path; "" is the root; null: nothing is selected. */
  readonly path: string | null;
}

/** What the host reads of what the page keeps through `setState`: an editor tab comes back after a reload with this file. */
export interface KeptPageState {
  readonly file: string | null;
}

/** Host to page, without an answer. */
export type PageMessage =
  /** `selection`: what to select in a page made anew; null leaves the page's own, which follows every "select". */
  | { readonly kind: "state"; readonly state: PageState; readonly selection: Selection | null }
  /** One model changed (forward, reinitialize); the rest stays. */
  | { readonly kind: "model"; readonly model: ModelSnapshot }
  | { readonly kind: "activity"; readonly activity: Activity }
  /** What the run under way trains has gone on. */
  | { readonly kind: "training"; readonly training: RunningTraining }
  /** An editor tab with the same file came into sight, or left it. */
  | { readonly kind: "inTab"; readonly isInTab: boolean }
  | { readonly kind: "perform"; readonly action: ViewAction }
  /** Show this model and select this module in it. */
  | { readonly kind: "select"; readonly selection: Selection }
  /** How far what the page asked for has come. */
  | { readonly kind: "progress"; readonly id: number; readonly progress: Progress }
  | { readonly kind: "reply"; readonly id: number; readonly result: unknown }
  | { readonly kind: "error"; readonly id: number; readonly message: string };

/** What the page may ask of the host, by method. */
export interface PageMethods {
  /** The page is ready for its first state. */
  ready: { params: null; result: null };
  run: { params: null; result: null };
  /** Without a time limit. */
  runToEnd: { params: null; result: null };
  stop: { params: null; result: null };
  /** Builds the models from an expression, which is kept for the file; asks for it first where it is not `complete`. Null asks for any. */
  build: { params: Pick<Offer, "expression" | "complete"> | null; result: null };
  reinitialize: { params: { readonly model: string } & Reinitialization; result: null };
  previewReinitialize: RunnerMethods["previewReinitialize"];
  forward: { params: ForwardRequest; result: null };
  showOwnPass: { params: { readonly model: string }; result: null };
  undoReinitialize: { params: { readonly model: string }; result: null };
  showSignal: { params: RunnerMethods["showSignal"]["params"]; result: null };
  /** What was reinitialized before the last run: once more, after every run from now on, or no longer. */
  earlierChanges: { params: { readonly answer: "apply" | "keep" | "forget" }; result: null };
  /** The same as code: on the clipboard, or in the file, at the place where the model is made and not yet used. */
  copyAsCode: { params: { readonly model: string } & Reinitialization; result: null };
  insertAsCode: { params: { readonly model: string } & Reinitialization; result: null };
  /** As of the runner. */
  signal: RunnerMethods["signal"];
  train: RunnerMethods["train"];
  compareStates: { params: CompareRequest<PageModelState>; result: RunnerMethods["compareStates"]["result"] };
  /** The names of the states of a model that are kept with the workspace. */
  keptStates: { params: { readonly model: string }; result: readonly string[] };
  /** Keeps a state under a name, one from a file that the user chooses, writes one where the user says, or forgets one; with the names after that. */
  keepState: { params: { readonly model: string; readonly state: PageModelState; readonly name: string }; result: readonly string[] };
  importState: { params: { readonly model: string }; result: { readonly names: readonly string[]; readonly imported: string | null } };
  exportState: { params: { readonly model: string; readonly state: PageModelState; readonly name: string }; result: null };
  forgetState: { params: { readonly model: string; readonly name: string }; result: readonly string[] };
  /** Ends what was asked under this number, which then fails; nothing where it is answered already. */
  cancel: { params: { readonly id: number }; result: null };
  tensorValues: RunnerMethods["tensorValues"];
  statistics: RunnerMethods["statistics"];
  /**
   * The page shows this model, with this module selected, or something that runs in it. `asked`: the user chose it there; else the page came to it by
   * itself, as when it is made anew, and is told where the others already show another one.
   */
  selected: { params: Selection & { readonly asked: boolean }; result: null };
  reveal: { params: { readonly location: SourceLocation }; result: null };
  copySummary: { params: { readonly model: string }; result: null };
  copyText: { params: { readonly text: string }; result: null };
  /** Offers to save what the page produced (SVG, PNG as base64, JSON, CSV). */
  save: { params: { readonly suggestedName: string; readonly content: string; readonly encoding: "utf8" | "base64" }; result: null };
  openInEditor: { params: null; result: null };
  showOutput: { params: null; result: null };
  /** Opens the editor's settings at one of ours. */
  openSetting: { params: { readonly name: "timeLimit" | "memoryLimit" | "permissions" }; result: null };
  /** Opens the page that tells more than the file's note. */
  openNote: { params: null; result: null };
  /** Shows the keys of the page and the editor's own. */
  showKeys: { params: null; result: null };
  createExample: { params: null; result: null };
  openFile: { params: null; result: null };
  manageTrust: { params: null; result: null };
}

export type PageMethod = keyof PageMethods;

/** Page to host. */
export type PageRequest = {
  [M in PageMethod]: { readonly id: number; readonly method: M; readonly params: PageMethods[M]["params"] };
}[PageMethod];
