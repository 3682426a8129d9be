import type { Failure } from "./failure.js";
import type { Reinitialization } from "./initialization.js";
import type { Access } from "./permissions.js";
import type { Signal, SignalRequest } from "./signal.js";
import type { ModelSnapshot, SourceLocation, TensorStatistics, ValueId } from "./snapshot.js";
import type { StatedInput } from "./statedInput.js";
import type { CompareRequest, RunnerState, StateComparison } from "./states.js";
import type { TensorId } from "./tensor.js";
import type { Training, TrainingRequest } from "./training.js";

/** A model file made ready to evaluate. */
export interface Bundle {
  /** Absolute path of the model file. */
  readonly entry: string;
  /** ES module text, with `layerscope` imported from `engineUrl`. */
  readonly code: string;
  /** Source map of `code`, as JSON text. */
  readonly sourceMap: string;
  /** file: URL of the engine that the code and the runner share. */
  readonly engineUrl: string;
  /** Absolute paths of every workspace file that went in; a change of one makes the bundle stale. */
  readonly files: readonly string[];
  /** Absolute paths of the folders of packages that went in and lie in no `node_modules`, as those of a workspace of packages do. */
  readonly packages: readonly string[];
  /** The files that have lines which JavaScript ends and an editor does not, by absolute path: where each line begins, for the editor. */
  readonly lineStarts: Readonly<Record<string, readonly (readonly [line: number, column: number])[]>>;
  /** What the top level of the model file declares and imports; the bundle hands their values to the runner under these names. */
  readonly bindings: readonly Binding[];
  /** What the user should know of how it was bundled; null normally. */
  readonly note: string | null;
}

/** A Python file or notebook, to be run by the interpreter that comes with us. */
export interface PythonProgram {
  /** Absolute path of the file. */
  readonly entry: string;
  readonly source: PythonSource;
  /** False for a run that the user did not ask for: `__name__` is then the module's own. */
  readonly isMain: boolean;
  /** Text of other files that differs from what is on disk, by absolute path. */
  readonly overrides: readonly (readonly [path: string, text: string])[];
  readonly engineUrl: string;
}

/** `text`: null where the file is not in UTF-8: Python reads it, in the encoding that it declares. `cells`: the code cells of a notebook, in order. */
export type PythonSource = { readonly kind: "file"; readonly text: string | null } | { readonly kind: "notebook"; readonly cells: readonly PythonCell[] };

/** A cell of a notebook. */
export interface PythonCell {
  /** The name that places in it have. */
  readonly file: string;
  readonly text: string;
}

/** What a cell of a notebook came to. */
export interface CellResult {
  readonly failure: Failure | null;
  /** The value of its last expression as IPython shows it; null where it shows none. */
  readonly text: string | null;
  /** Whether this value is a module, whose picture belongs to what the cell shows. */
  readonly isModel: boolean;
}

/** What the namespace of a notebook holds after a cell. */
export interface CellModels {
  /** Null: those that were told last, without any change. */
  readonly models: readonly ModelSnapshot[] | null;
  /** Where one of them cannot be looked at. */
  readonly failure: Failure | null;
  /** The name of the model that the value of the last cell is; null where it is none. */
  readonly model: string | null;
  /** The same of each module that it displayed, in order. */
  readonly displayed: readonly (string | null)[];
  /** Absolute paths of the workspace's modules that were imported by now. */
  readonly files: readonly string[];
}

/** A name at the top level of the model file. */
export interface Binding {
  readonly name: string;
  /** Where it is declared; null where that is not known. */
  readonly location: SourceLocation | null;
}

/** What a run of a model file comes to. */
export interface RunResult {
  readonly models: readonly ModelSnapshot[];
  /** Set when the file did not run to its end; `models` then holds what was alive by that time. */
  readonly failure: Failure | null;
  /** Where there is no model: what may make one and was not called by itself. */
  readonly offers: readonly Offer[];
  /** Absolute paths of the files that turned out to go in while it ran, where they were not known before. */
  readonly files?: readonly string[];
}

/** A function or a class of the model file that a model can be built from, when the user says so. */
export interface Offer {
  /** The call, with parameters by their names in the code: "createModel()", "new Net(width, depth)". */
  readonly expression: string;
  /** False where values have to be put in place of the parameters. */
  readonly complete: boolean;
  readonly location: SourceLocation | null;
}

/** What forward is given. */
export type ForwardInput =
  /** Those of the pass that is shown. */
  | { readonly kind: "recorded" }
  /** As many as the shown pass has tensors in its arguments: they take the places of those, in lists and objects too. Otherwise each is an argument. */
  | { readonly kind: "stated"; readonly inputs: readonly StatedInput[] };

/** A forward pass of a model, which is shown from then on. */
export interface ForwardRequest {
  readonly model: string;
  readonly input: ForwardInput;
  /** Seeds the generator for inputs and random layers; null draws on. */
  readonly seed: number | null;
}

/** A tensor's values for a heat map: the leading rows and columns of its last two dimensions. */
export interface TensorValues {
  readonly shape: readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** rows * columns numbers in row-major order; null marks NaN, and the infinities are "Infinity" and "-Infinity". */
  readonly values: readonly (number | null | "Infinity" | "-Infinity")[];
  /** True where the tensor has more than is given. */
  readonly truncated: boolean;
}

/** What a runner answers, by method. Models are named as in their snapshots. */
export interface RunnerMethods {
  /** `build`: an expression in JavaScript that makes the model when the file has run, of names that the file's top level and its exports know; null: none. */
  run: {
    params: {
      readonly bundle: Bundle | PythonProgram;
      readonly workingDirectory: string;
      readonly build: string | null;
      readonly access: Access;
      /** It only looks: JavaScript goes no further than a second backward pass. Default false. */
      readonly isLook?: boolean;
    };
    result: RunResult;
  };
  /** Starts Python's interpreter, ahead of the run of a Python file. `snapshot`: a file of its memory to start from; null: there is none. */
  preparePython: { params: { readonly snapshot: string | null }; result: null };
  /** Runs a cell in the namespace that the run of a notebook left, with the number that `Out` knows its value by. */
  runCell: { params: { readonly cell: PythonCell; readonly number: number }; result: CellResult };
  /** The models that the namespace holds since the last cell ran: asked for when its result is shown, which does not wait for them. */
  cellModels: { params: Readonly<Record<string, never>>; result: CellModels };
  forward: { params: ForwardRequest; result: ModelSnapshot };
  /** Shows again the pass that the model came with (ModelSnapshot.ownPass), without running it. */
  showOwnPass: { params: { readonly model: string }; result: ModelSnapshot };
  reinitialize: { params: { readonly model: string } & Reinitialization; result: ModelSnapshot };
  undoReinitialize: { params: { readonly model: string }; result: ModelSnapshot };
  /** What a reinitialization would make of some of the model's tensors, which then are as before; null for what has no values. */
  previewReinitialize: {
    params: { readonly model: string; readonly tensors: readonly TensorId[] } & Reinitialization;
    result: readonly (TensorStatistics | null)[];
  };
  setSeed: { params: { readonly seed: number }; result: null };
  /** Measures how a signal goes through a model, with its parameters or others; leaves no trace behind. */
  signal: { params: SignalRequest; result: Signal };
  /** Measures it with the model's own parameters, and has it in the model's snapshots until these change. */
  showSignal: { params: Omit<SignalRequest, "trial">; result: ModelSnapshot };
  /** Takes steps with a model; leaves no trace behind. */
  train: { params: TrainingRequest; result: Training };
  /** Two states of a model beside one another, with the signals of both; leaves no trace behind. */
  compareStates: { params: CompareRequest<RunnerState>; result: StateComparison };
  /** Writes a state to a file, which is safetensors by its name. */
  saveState: { params: { readonly model: string; readonly state: RunnerState; readonly path: string }; result: null };
  /** `index`: the place along each dimension before the last two; default: the first. */
  tensorValues: {
    params: { readonly model: string; readonly tensor: TensorId; readonly maxRows: number; readonly maxColumns: number; readonly index?: readonly number[] };
    result: TensorValues;
  };
  /**
   * Exact statistics of a value of the shown pass, which is run once more for it, with the random numbers that it drew; leaves no trace behind. The parameters
   * are those of now.
   */
  valueStatistics: { params: { readonly model: string; readonly value: ValueId; readonly bins: number }; result: TensorStatistics };
  /** Exact statistics of one tensor, never sampled, with `bins` bins, 256 at most, over its own range or over `range`; what lies outside of that is in no bin. */
  statistics: {
    params: { readonly model: string; readonly tensor: TensorId; readonly bins: number; readonly range?: readonly [low: number, high: number] };
    result: TensorStatistics;
  };
}

export type RunnerMethod = keyof RunnerMethods;

/** What is asked of a runner. */
export type RunnerRequest = {
  [M in RunnerMethod]: { readonly method: M; readonly params: RunnerMethods[M]["params"] };
}[RunnerMethod];
