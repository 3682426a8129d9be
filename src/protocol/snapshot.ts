import type { OperationEffect, OperationName, Scale, StepArgument, TensorPart } from "./operation.js";
import type { Nonlinearity, Signal } from "./signal.js";
import type { Training } from "./training.js";
import type { DTypeName, Histogram, TensorId } from "./tensor.js";

/**
 * A model as plain data. Whatever can produce a ModelSnapshot (running code, opening a weights file) gets every view for free.
 * Everything here survives JSON: numbers that JSON cannot hold (NaN, infinities) are counted apart, never stored.
 */

import type { AxisName, Language, LayerFamily, NamedArguments, TakenSize } from "./layer.js";

/** A place in the user's code. Lines and columns count from 1, as editors show them. */
export interface SourceLocation {
  /** Absolute path; of a text that is no file, such as a cell of a notebook, its URI. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One model: a root module with everything beneath it. */
export interface ModelSnapshot {
  readonly formatVersion: 1;
  /** What the model file is written in: how arguments are written. */
  readonly language: Language;
  /** The variable or export that holds the model, else its class and line. Unique within a file. */
  readonly name: string;
  /** Where the model was defined: its variable if it has one, else the constructor call. */
  readonly location: SourceLocation | null;
  readonly root: ModuleSnapshot;
  /** Every parameter and buffer once, by identity. A TensorId is an index into this list. */
  readonly tensors: readonly TensorSnapshot[];
  readonly totals: Totals;
  /** The forward pass whose shapes are shown; null where none ran and none could be inferred. */
  readonly trace: ForwardTrace | null;
  /** Why there is no trace, in words for the user; null when there is one. */
  readonly traceMissing: string | null;
  /** The pass that the model came with, before inputs were stated: of the code's own, or with inferred inputs; null where there is none. */
  readonly ownPass: Exclude<ForwardTrace["origin"], "stated"> | null;
  /** False where no forward is defined, and so nothing can be run: the model holds modules and parameters for other code. */
  readonly hasForward: boolean;
  /** The file makes none: Layerscope made it, by a class or function of the file. */
  readonly madeHere?: true;
  /** How many reinitializations can be undone. */
  readonly undoDepth: number;
  /** How a signal goes through the model, where that was measured since its parameters last changed; null where it was not. */
  readonly signal: Signal | null;
  /** What the code's own training did to its parameters; absent where there was none. */
  readonly training?: Training;
  /** Parameters that were one, until the code gave one of its names another. Absent where there are none. */
  readonly brokenTies?: readonly BrokenTie[];
  /** Writes to what a backward pass then needed as it was, and failed for it. Absent where there were none. */
  readonly overwritten?: readonly OverwrittenValue[];
  /** Present while the user compares it. */
  readonly comparison?: Comparison;
}

/** What became of a model since another version of it, which it is compared with. */
export interface Comparison {
  /** What the user calls the other version. */
  readonly with: string;
  /** Of the model's own modules, those that are new or others; each with what became of it. */
  readonly changes: readonly { readonly path: string; readonly kind: "added" | "changed"; readonly text: string }[];
  /** What the model does not have any more. */
  readonly removed: readonly RemovedModule[];
}

/** A module that a model had and has not any more. */
export interface RemovedModule {
  /** In the model that had it. */
  readonly path: string;
  readonly name: string;
  readonly type: string;
  /** As a reader says it: "Linear(8 → 1), 9 parameters". */
  readonly text: string;
  /** Path of the module that it was in, as it is called now. */
  readonly parent: string;
  /** Path of the module that it stood after there; null where it was the first of those that are there still. */
  readonly after: string | null;
}

/** Two parameters that were one. */
export interface BrokenTie {
  /** What was assigned. */
  readonly tensor: TensorId;
  /** What it was tied to, which has the former values still. */
  readonly from: TensorId;
  /** The assignment. */
  readonly location: SourceLocation | null;
}

/** A write in place that a backward pass failed for. */
export interface OverwrittenValue {
  readonly by: OperationName;
  /** The module whose call it was in; "" for the root, and where it was in none. */
  readonly path: string;
  readonly shape: readonly number[];
  /** What was written to was another window on the memory of what was needed. */
  readonly throughView: boolean;
  readonly location: SourceLocation | null;
  /** Where the backward pass was begun. */
  readonly neededAt: SourceLocation | null;
}

/** One place of a module in the tree. A module used in two places appears twice, with the same identity. */
export interface ModuleSnapshot {
  /** Dotted path as in PyTorch, e.g. "0.block 1.0"; "" for the root. */
  readonly path: string;
  /** Last part of the path; the model's name for the root. */
  readonly name: string;
  /** Class name, e.g. "Linear". */
  readonly type: string;
  /** What the class, or the layer that it extends, is. */
  readonly family: LayerFamily;
  /** The constructor's arguments that are not as they are by default. */
  readonly arguments: NamedArguments;
  /** The constructor's other arguments. */
  readonly defaultArguments: NamedArguments;
  /** The two arguments that say how many features the layer takes and gives; absent where there are no such two. */
  readonly maps?: readonly [from: string, to: string];
  /** The sizes of inputs that its arguments fix; absent where there are none. */
  readonly takes?: readonly TakenSize[];
  /** What the user's own `extraRepr` says, in place of the arguments; absent where the class has none of its own. */
  readonly ownText?: string;
  /** It calls its children one after the other, in their order (nn.Sequential). */
  readonly isSequence?: true;
  /** Equal for two places exactly when they hold the same object. */
  readonly identity: number;
  /** Equal for two modules exactly when type, arguments, tensor shapes and the structure beneath are equal. */
  readonly structure: number;
  readonly training: boolean;
  /** Whether anything called it since it was made, in whichever pass; not whether the shown one did. */
  readonly called: boolean;
  readonly parameters: readonly TensorUse[];
  readonly buffers: readonly TensorUse[];
  readonly children: readonly ModuleSnapshot[];
  /** The constructor call, in the user's code. */
  readonly location: SourceLocation | null;
}

/** A module's own name for a tensor, e.g. "weight". */
export interface TensorUse {
  readonly name: string;
  readonly tensor: TensorId;
  /** What each of its axes counts; absent where the layer does not say. */
  readonly axes?: readonly AxisName[];
}

/** A parameter or buffer of a model. */
export interface TensorSnapshot {
  readonly id: TensorId;
  readonly kind: "parameter" | "buffer";
  /** Every full name, e.g. ["2.weight", "4.weight"]; PyTorch's own (the first) comes first. More than one: shared. */
  readonly names: readonly string[];
  /** Null while a lazy module has not seen an input. */
  readonly shape: readonly number[] | null;
  readonly dtype: DTypeName;
  readonly device: "cpu" | "meta";
  readonly requiresGrad: boolean;
  /** Elements; 0 while the shape is unknown. */
  readonly count: number;
  /** Bytes that the elements take. */
  readonly bytes: number;
  readonly initialization: Initialization;
  /** Null where there are no values (meta device, lazy). */
  readonly statistics: TensorStatistics | null;
  /** Statistics of `.grad`; null where there is none. */
  readonly gradient: TensorStatistics | null;
  /** A forward pass of the code took this very tensor while it was trainable, a backward pass followed, and none ever gave it a gradient. Absent where that is not so. */
  readonly withoutGradient?: true;
}

/** How a tensor came by its values. */
export type Initialization =
  | (RecordedInitialization & {
      /** The calls of the code whose values this one took the place of, in their order, the last ones of many; absent where there were none. */
      readonly replaced?: readonly RecordedInitialization[];
    })
  | (KnownInitialization & {
      /** The code made the tensor with these values. */
      readonly kind: "made";
      /** The calls that made it, those left out that only move values: "randn(1, 64, 32).mul(0.02)". */
      readonly expression: string;
    })
  | { readonly kind: "unknown" };

/** A function of nn.init, or an operation that fills in place, gave the values. */
export interface RecordedInitialization extends KnownInitialization {
  readonly kind: "recorded";
  /** Name in nn.init, e.g. "kaimingUniform_". */
  readonly function: string;
  /** Arguments with their names, defaults included. */
  readonly arguments: Readonly<Record<string, number | string | boolean>>;
  /** "constructor": the layer's own default. "code": a call in the user's code. "layerscope": a reinitialization from the editor. */
  readonly by: "constructor" | "code" | "layerscope";
}

/** What is known of values however they came about. */
interface KnownInitialization {
  /** What the values follow in theory; null where no simple density exists (orthogonal, sparse, dirac, eye). */
  readonly distribution: Distribution | null;
  readonly location: SourceLocation | null;
  /** In-place operations since then, e.g. ["mul_", "add_"]; empty while the values are as initialized. */
  readonly modifiedBy: readonly string[];
}

/** A distribution of single values with a simple density. */
export type Distribution =
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  | { readonly kind: "truncatedNormal"; readonly mean: number; readonly std: number; readonly low: number; readonly high: number }
  | { readonly kind: "constant"; readonly value: number };

/** What the values of a tensor are like. */
export interface TensorStatistics {
  readonly count: number;
  /** How many elements were looked at; less than `count` for large tensors, where an even stride is sampled. */
  readonly sampled: number;
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
  readonly zeros: number;
  /** Over finite elements; null when there are none. `std` is the population standard deviation. */
  readonly finite: { readonly min: number; readonly max: number; readonly mean: number; readonly std: number } | null;
  /** Of the finite elements, over their own range or the one that was asked for; null when there are none, or that range has no width. */
  readonly histogram: Histogram | null;
}

/** Sums over a model. */
export interface Totals {
  /** Modules by identity, root included. */
  readonly modules: number;
  /** Elements of parameters, each counted once however often it is used. */
  readonly parameters: number;
  readonly trainableParameters: number;
  readonly parameterBytes: number;
  readonly bufferBytes: number;
  /**
   * Multiply-adds of the traced forward pass: what the operations that ran count, products of matrices, convolutions, attention and recurrent gates; null
   * without a trace.
   */
  readonly multiplyAdds: number | null;
}

/** A forward pass, in the order things ran. */
export interface ForwardTrace {
  /** "recorded": the user's code ran it. "inferred": inputs derived from the first layers. "stated": inputs given by the user. */
  readonly origin: "recorded" | "inferred" | "stated";
  /** What inferred inputs were taken from; null for any other origin. */
  readonly inferredFrom: InputSource | null;
  /**
   * The places of the model (paths of modules) that are not what they were when the pass ran, each without those beneath it: shapes and multiply-adds are
   * then those of an earlier model. Empty where the pass is one of the model as it is.
   */
  readonly changedSince: readonly string[];
  readonly values: readonly TraceValue[];
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Operand[];
  /** In the order they began. Step 0 is the call of the root module. */
  readonly steps: readonly TraceStep[];
  /** Set when forward threw: everything in `steps` ran before that. */
  readonly failure: TraceFailure | null;
  /** Losses that took an output after the pass and normalize it by themselves; absent where none did. */
  readonly scored?: readonly ScoredOutput[];
  /** How many steps were left out because the pass was too long to keep; 0 normally. */
  readonly truncatedSteps: number;
}

/** An output of a pass that a loss took. */
export interface ScoredOutput {
  readonly value: ValueId;
  readonly by: OperationName;
  readonly normalizes: Scale;
  readonly location: SourceLocation | null;
  /** What the code made such numbers of it by after the pass, before the loss took it; absent where it did not. */
  readonly after?: { readonly by: OperationName; readonly gives: Scale; readonly location: SourceLocation | null };
}

/** What inputs were inferred from. */
export type InputSource =
  /** The layer that says what it takes. */
  | { readonly kind: "layer"; readonly path: string; readonly type: string }
  /** What the code called the model with before it changed it. */
  | { readonly kind: "earlierPass" };

/** Index into ForwardTrace.values. */
export type ValueId = number;
/** Index into ForwardTrace.steps. */
export type StepId = number;

/** One tensor at one version: an in-place write makes a new value. */
export interface TraceValue {
  readonly shape: readonly number[];
  readonly dtype: DTypeName;
  readonly source:
    | { readonly kind: "input" }
    /** The step that computed it: an operation, or a module that hands on what it was given (Identity, Dropout while evaluating). `handsOn`: of such a module, what it was given. */
    | { readonly kind: "step"; readonly step: StepId; readonly handsOn?: ValueId }
    | { readonly kind: "tensor"; readonly tensor: TensorId }
    /**
     * Came from outside the pass: a tensor of the user's own that was there before. `name`: the field of a module that holds it, null for any other.
     * `unregistered`: it is a parameter, which no module of the model has registered.
     */
    | { readonly kind: "constant"; readonly name: string | null; readonly unregistered?: true };
  /**
   * Of an activation, over at most some thousand elements at an even stride: mean and population standard deviation of the finite ones (null where there
   * are none), shares (0 to 1) of zeros, of NaN and infinities. Absent where it was not looked at.
   */
  readonly statistics?: ActivationStatistics;
}

/** What a sample of an activation is like; see TraceValue. */
export interface ActivationStatistics {
  readonly finite: { readonly mean: number; readonly std: number } | null;
  readonly zeros: number;
  readonly nonFinite: number;
  /** Of those, infinities below zero, which masks are made of. */
  readonly negativeInfinity: number;
}

/**
 * A value in the place it is used. `label` names the parameter of `forward` where a module is called with several arguments, and the place in a structured
 * one: "mask", "state[0]", "[0].hidden". It is "" for a plain one.
 */
export interface Operand {
  readonly value: ValueId;
  readonly label: string;
}

interface StepBase {
  /** The module call it ran in; null for the root call only. */
  readonly parent: StepId | null;
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Operand[];
  /** Where the user's code called it; null for calls made by the engine's own containers. */
  readonly location: SourceLocation | null;
}

/** The call of a module. */
export interface ModuleStep extends StepBase {
  readonly kind: "module";
  /** Which place in the tree was called. */
  readonly path: string;
  /** Milliseconds. */
  readonly duration: number;
  /** Multiply-adds of this call alone, children excluded. */
  readonly multiplyAdds: number;
}

/** A call of a function or method of the engine. */
export interface OperationStep extends StepBase {
  readonly kind: "operation";
  readonly name: OperationName;
  /** Arguments other than tensors that are not as they are by default. */
  readonly arguments: readonly StepArgument[];
  readonly effect: OperationEffect;
  /** Whether its outputs are windows on the memory of its first input, so that a write to them is one to it. */
  readonly view: boolean;
  /** Of what gives out parts of its first input: which, one for every output; absent where tensors among the arguments choose. */
  readonly parts?: readonly TensorPart[];
  /** What kind of numbers its outputs are; absent where they may be any. */
  readonly gives?: Scale;
  /** Of a loss that makes its first input into such numbers by itself. */
  readonly normalizes?: Scale;
  /** Of a function that neurons end in. */
  readonly activates?: Pick<Nonlinearity, "gain" | "slope">;
  /** It takes the mean of each channel away. */
  readonly centers?: true;
  /** What it writes into. */
  readonly writes: readonly TensorWrite[];
  /** The sign that stands for it: "+" of add, "+=" of add_. */
  readonly sign?: string;
  /** What stands between its operands, where that is not the sign. */
  readonly between?: string;
  /** Multiply-adds of this call. */
  readonly multiplyAdds: number;
}

/** A tensor that an operation writes into. */
export interface TensorWrite {
  /** Its place in `inputs`. */
  readonly operand: number;
  /** What it holds afterwards. */
  readonly value: ValueId;
}

export type TraceStep = ModuleStep | OperationStep;

/** Where and why forward threw. */
export interface TraceFailure {
  /** The innermost step that failed. */
  readonly step: StepId;
  readonly message: string;
  readonly location: SourceLocation | null;
}
