import { type Check, either, flag, keyOf, kinds, list, numeric, oneOf, optional, record, shape, text, whole } from "./check.js";
import type { Exit, Failure, FailureText, PlainFailure, StackFrame, Stopped } from "./failure.js";
import type { ArgumentValue, AxisName, FamilyName, LayerFamily, NamedArguments, TakenSize } from "./layer.js";
import type { OperationEffect, OperationName, StepArgument, TensorPart } from "./operation.js";
import type { CellModels, CellResult, Offer, RunnerMethod, RunnerMethods, RunResult, TensorValues } from "./runner.js";
import { checkActivation, checkSignal } from "./signalChecks.js";
import type * as snapshot from "./snapshot.js";
import { checkComparison } from "./stateChecks.js";
import { checkStatistics } from "./tensorChecks.js";
import { checkTraining } from "./trainingChecks.js";

/** What comes from the process of model code is checked against these before anything of it is believed. */

export const checkLocation: Check<snapshot.SourceLocation> = shape({ file: text, line: whole, column: whole });
export const dtype = oneOf("float32", "float64", "float16", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "bool");

export type Of<Union extends { readonly kind: string }, Kind extends Union["kind"]> = Extract<Union, { readonly kind: Kind }>;
export const kind = <const K extends string>(name: K): Check<K> => oneOf(name);

const distribution: Check<snapshot.Distribution> = kinds({
  uniform: shape<Of<snapshot.Distribution, "uniform">>({ kind: kind("uniform"), low: numeric, high: numeric }),
  normal: shape<Of<snapshot.Distribution, "normal">>({ kind: kind("normal"), mean: numeric, std: numeric }),
  truncatedNormal: shape<Of<snapshot.Distribution, "truncatedNormal">>({
    kind: kind("truncatedNormal"),
    mean: numeric,
    std: numeric,
    low: numeric,
    high: numeric,
  }),
  constant: shape<Of<snapshot.Distribution, "constant">>({ kind: kind("constant"), value: numeric }),
});
const knownInitialization = { distribution: optional(distribution), location: optional(checkLocation), modifiedBy: list(text) };
const recordedInitialization = {
  kind: kind("recorded"),
  function: text,
  arguments: record(either(numeric, either(text, flag))),
  by: oneOf("constructor", "code", "layerscope"),
  ...knownInitialization,
};
const initialization: Check<snapshot.Initialization> = kinds({
  recorded: shape<Of<snapshot.Initialization, "recorded">>(recordedInitialization, {
    replaced: list(shape<snapshot.RecordedInitialization>(recordedInitialization)),
  }),
  made: shape<Of<snapshot.Initialization, "made">>({ kind: kind("made"), expression: text, ...knownInitialization }),
  unknown: shape<Of<snapshot.Initialization, "unknown">>({ kind: kind("unknown") }),
});

const argument: Check<ArgumentValue> = (value) => {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") return null;
  return Array.isArray(value) ? list(argument)(value) : shape<{ readonly code: string }>({ code: text })(value);
};
const namedArguments: Check<NamedArguments> = record(argument);
const axis = keyOf<AxisName>({
  out: true,
  in: true,
  in1: true,
  in2: true,
  index: true,
  feature: true,
  channel: true,
  class: true,
  depth: true,
  height: true,
  width: true,
  kernel: true,
  sequence: true,
  batch: true,
});
const family = keyOf<FamilyName>({
  linear: true,
  convolution: true,
  attention: true,
  recurrent: true,
  embedding: true,
  normalization: true,
  activation: true,
  dropout: true,
  pooling: true,
  padding: true,
  resampling: true,
  reshaping: true,
  identity: true,
  distance: true,
  loss: true,
  container: true,
  module: true,
});

const use: Check<snapshot.TensorUse> = shape<snapshot.TensorUse>({ name: text, tensor: whole }, { axes: list(axis) });
export function pairOf<A, B>(first: Check<A>, second: Check<B>): Check<readonly [A, B]> {
  return (value) => (Array.isArray(value) && value.length === 2 ? (first(value[0]) ?? second(value[1])) : " is not a pair");
}
const taken = shape<TakenSize>({ argument: text, input: whole, axis: numeric, counts: oneOf("feature", "channel") });
const checkModule: Check<snapshot.ModuleSnapshot> = shape<snapshot.ModuleSnapshot>(
  {
    path: text,
    name: text,
    type: text,
    family: family as Check<unknown> as Check<LayerFamily>,
    arguments: namedArguments,
    defaultArguments: namedArguments,
    identity: whole,
    structure: whole,
    training: flag,
    called: flag,
    parameters: list(use),
    buffers: list(use),
    children: list((value) => checkModule(value)),
    location: optional(checkLocation),
  },
  { maps: pairOf(text, text), takes: list(taken), ownText: text, isSequence: oneOf(true) },
);

const tensor: Check<snapshot.TensorSnapshot> = shape<snapshot.TensorSnapshot>(
  {
    id: whole,
    kind: oneOf("parameter", "buffer"),
    names: list(text),
    shape: optional(list(whole)),
    dtype,
    device: oneOf("cpu", "meta"),
    requiresGrad: flag,
    count: whole,
    bytes: whole,
    initialization,
    statistics: optional(checkStatistics),
    gradient: optional(checkStatistics),
  },
  { withoutGradient: oneOf(true) },
);

type Source = snapshot.TraceValue["source"];
const value: Check<snapshot.TraceValue> = shape<snapshot.TraceValue>(
  {
    shape: list(whole),
    dtype,
    source: kinds<Source>({
      input: shape<Of<Source, "input">>({ kind: kind("input") }),
      step: shape<Of<Source, "step">>({ kind: kind("step"), step: whole }, { handsOn: whole }),
      tensor: shape<Of<Source, "tensor">>({ kind: kind("tensor"), tensor: whole }),
      constant: shape<Of<Source, "constant">>({ kind: kind("constant"), name: optional(text) }, { unregistered: oneOf(true) }),
    }),
  },
  {
    statistics: shape<snapshot.ActivationStatistics>({
      finite: optional(shape<{ readonly mean: number; readonly std: number }>({ mean: numeric, std: numeric })),
      zeros: numeric,
      nonFinite: numeric,
      negativeInfinity: numeric,
    }),
  },
);
const operand: Check<snapshot.Operand> = shape({ value: whole, label: text });
const effect = keyOf<OperationEffect>({ computes: true, view: true, part: true, moves: true, writes: true, makes: true });
const part: Check<TensorPart> = shape<TensorPart>({ index: text }, { piece: shape<NonNullable<TensorPart["piece"]>>({ number: whole, of: whole }) });
const scale = oneOf("distribution", "probability");
const stepBase = { parent: optional(whole), inputs: list(operand), outputs: list(operand), location: optional(checkLocation) };
const step: Check<snapshot.TraceStep> = kinds<snapshot.TraceStep>({
  module: shape<snapshot.ModuleStep>({ kind: kind("module"), path: text, duration: numeric, multiplyAdds: numeric, ...stepBase }),
  operation: shape<snapshot.OperationStep>(
    {
      kind: kind("operation"),
      name: text as Check<unknown> as Check<OperationName>,
      arguments: list(shape<StepArgument>({ name: optional(text), value: argument }, { isFirst: oneOf(true) })),
      effect,
      view: flag,
      writes: list(shape<snapshot.TensorWrite>({ operand: whole, value: whole })),
      multiplyAdds: numeric,
      ...stepBase,
    },
    { parts: list(part), gives: scale, normalizes: scale, activates: checkActivation, centers: oneOf(true), sign: text, between: text },
  ),
});
const scored = shape<snapshot.ScoredOutput>(
  {
    value: whole,
    by: text as Check<unknown> as Check<OperationName>,
    normalizes: scale,
    location: optional(checkLocation),
  },
  {
    after: shape<NonNullable<snapshot.ScoredOutput["after"]>>({
      by: text as Check<unknown> as Check<OperationName>,
      gives: scale,
      location: optional(checkLocation),
    }),
  },
);
const trace: Check<snapshot.ForwardTrace> = shape<snapshot.ForwardTrace>(
  {
    origin: oneOf("recorded", "inferred", "stated"),
    inferredFrom: optional(
      kinds<snapshot.InputSource>({
        layer: shape<Of<snapshot.InputSource, "layer">>({ kind: kind("layer"), path: text, type: text }),
        earlierPass: shape<Of<snapshot.InputSource, "earlierPass">>({ kind: kind("earlierPass") }),
      }),
    ),
    changedSince: list(text),
    values: list(value),
    inputs: list(operand),
    outputs: list(operand),
    steps: list(step),
    failure: optional(shape<snapshot.TraceFailure>({ step: whole, message: text, location: optional(checkLocation) })),
    truncatedSteps: whole,
  },
  { scored: list(scored) },
);

const comparison = shape<snapshot.Comparison>({
  with: text,
  changes: list(shape<snapshot.Comparison["changes"][number]>({ path: text, kind: oneOf("added", "changed"), text })),
  removed: list(shape<snapshot.RemovedModule>({ path: text, name: text, type: text, text, parent: text, after: optional(text) })),
});
const brokenTie = shape<snapshot.BrokenTie>({ tensor: whole, from: whole, location: optional(checkLocation) });
const overwritten = shape<snapshot.OverwrittenValue>({
  by: text as Check<unknown> as Check<OperationName>,
  path: text,
  shape: list(whole),
  throughView: flag,
  location: optional(checkLocation),
  neededAt: optional(checkLocation),
});

const model: Check<snapshot.ModelSnapshot> = shape<snapshot.ModelSnapshot>(
  {
    formatVersion: oneOf(1),
    language: oneOf("typescript", "python"),
    name: text,
    location: optional(checkLocation),
    root: checkModule,
    tensors: list(tensor),
    totals: shape<snapshot.Totals>({
      modules: whole,
      parameters: whole,
      trainableParameters: whole,
      parameterBytes: whole,
      bufferBytes: whole,
      multiplyAdds: optional(numeric),
    }),
    trace: optional(trace),
    traceMissing: optional(text),
    ownPass: optional(oneOf("recorded", "inferred")),
    hasForward: flag,
    undoDepth: whole,
    signal: optional(checkSignal),
  },
  { madeHere: oneOf(true), training: checkTraining, brokenTies: list(brokenTie), overwritten: list(overwritten), comparison },
);

/** Whether what refers to a tensor, a value or a step finds it: what follows such a number need not look. */
function dangling({ root, tensors, trace, signal, training, brokenTies = [] }: snapshot.ModelSnapshot): string | null {
  const lost = (place: string): string => `${place} refers to nothing`;
  const misplaced = tensors.findIndex(({ id }, at) => id !== at);
  if (misplaced >= 0) return lost(`.tensors[${misplaced}].id`);
  const waiting = [root];
  for (let module = waiting.pop(); module; module = waiting.pop()) {
    for (const uses of [module.parameters, module.buffers]) for (const { tensor } of uses) if (tensor >= tensors.length) return lost(`${module.path} .tensor`);
    waiting.push(...module.children);
  }
  if (signal?.layers.some(({ parameters }) => parameters.some(({ tensor }) => tensor >= tensors.length))) return lost(".signal");
  if (training?.parameters.some(({ tensor }) => tensor >= tensors.length)) return lost(".training");
  if (brokenTies.some(({ tensor, from }) => tensor >= tensors.length || from >= tensors.length)) return lost(".brokenTies");
  if (!trace) return null;
  const { values, steps } = trace;
  const unknown = (operands: readonly snapshot.Operand[]): boolean => operands.some(({ value }) => value >= values.length);
  for (const [at, { source }] of values.entries()) {
    if (source.kind === "step" && source.step >= steps.length) return lost(`.trace.values[${at}].source.step`);
    if (source.kind === "tensor" && source.tensor >= tensors.length) return lost(`.trace.values[${at}].source.tensor`);
  }
  for (const [at, step] of steps.entries()) {
    const isRoot = at === 0;
    if (isRoot ? step.kind !== "module" || step.parent !== null : step.parent === null || step.parent >= at) return lost(`.trace.steps[${at}].parent`);
    const writes = step.kind === "operation" ? step.writes : [];
    const unwritten = writes.some(({ operand, value }) => operand >= step.inputs.length || value >= values.length);
    if (unwritten || unknown(step.inputs) || unknown(step.outputs)) return lost(`.trace.steps[${at}]`);
  }
  if (unknown(trace.inputs) || unknown(trace.outputs)) return lost(".trace");
  if (trace.scored?.some(({ value }) => value >= values.length)) return lost(".trace.scored");
  return trace.failure && trace.failure.step >= steps.length ? lost(".trace.failure.step") : null;
}

export const checkModel: Check<snapshot.ModelSnapshot> = (value) => model(value) ?? dangling(value as snapshot.ModelSnapshot);

export const checkModels: Check<readonly snapshot.ModelSnapshot[]> = list(checkModel);

const failureText = {
  message: text,
  hint: optional(text),
  location: optional(checkLocation),
  stack: list(shape<StackFrame>({ function: text, location: checkLocation })),
};
const told = { traceback: text };
const plainFailure: Check<PlainFailure> = shape<PlainFailure>(
  {
    kind: keyOf<PlainFailure["kind"]>({
      syntax: true,
      import: true,
      thrown: true,
      refused: true,
      lacking: true,
      leftOut: true,
      unsettled: true,
      crash: true,
      partial: true,
      internal: true,
    }),
    ...failureText,
  },
  told,
);
const stopped: Check<FailureText & Stopped> = shape<FailureText & Stopped>(
  {
    kind: keyOf({ timeout: true, memory: true, cancelled: true }),
    doing: keyOf({ bundling: true, running: true, blocked: true, thread: true, waiting: true, inspecting: true, unknown: true }),
    ...failureText,
  },
  told,
);
const exit: Check<FailureText & Exit> = shape<FailureText & Exit>({ kind: kind("exit"), exitCode: numeric, ...failureText }, told);
export const checkFailure: Check<Failure> = either(plainFailure, either(stopped, exit));

const tensorValues: Check<TensorValues> = shape({
  shape: list(whole),
  rows: whole,
  columns: whole,
  values: list(optional(either(numeric, oneOf("Infinity", "-Infinity")))),
  truncated: flag,
});

export const checkOffer = shape<Offer>({ expression: text, complete: flag, location: optional(checkLocation) });

const nothing: Check<null> = (value) => (value === null ? null : " is not null");

/** What each method of a runner answers with. */
export const checkResult: { readonly [M in RunnerMethod]: Check<RunnerMethods[M]["result"]> } = {
  run: shape<RunResult>({ models: list(checkModel), failure: optional(checkFailure), offers: list(checkOffer) }, { files: list(text) }),
  runCell: shape<CellResult>({ failure: optional(checkFailure), text: optional(text), isModel: flag }),
  cellModels: shape<CellModels>({
    models: optional(list(checkModel)),
    failure: optional(checkFailure),
    model: optional(text),
    displayed: list(optional(text)),
    files: list(text),
  }),
  forward: checkModel,
  showOwnPass: checkModel,
  reinitialize: checkModel,
  undoReinitialize: checkModel,
  previewReinitialize: list(optional(checkStatistics)),
  setSeed: nothing,
  compareStates: checkComparison,
  saveState: nothing,
  preparePython: nothing,
  signal: checkSignal,
  train: checkTraining,
  showSignal: checkModel,
  tensorValues,
  valueStatistics: checkStatistics,
  statistics: checkStatistics,
};
