import { type Check, either, flag, keyOf, kinds, list, numeric, oneOf, optional, record, shape, text, whole } from "./check.js";
import type { Exit, Failure, FailureText, PlainFailure, StackFrame, Stopped } from "./failure.js";
import type { ArgumentValue, AxisName, LayerFamily, NamedArguments, TakenSize } from "./layer.js";
import type { OperationEffect, OperationName, StepArgument, TensorPart } from "./operation.js";
import type { CellResult, Offer, RunnerMethod, RunnerMethods, RunResult, TensorValues } from "./runner.js";
import { checkSignal } from "./signalChecks.js";
import type * as snapshot from "./snapshot.js";
import type { Histogram } from "./tensor.js";

/** What comes from the process of model code is checked against these before anything of it is believed. */

const location: Check<snapshot.SourceLocation> = shape({ file: text, line: whole, column: whole });
const dtype = oneOf("float32", "float64", "float16", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "bool");

const finite = shape<NonNullable<snapshot.TensorStatistics["finite"]>>({ min: numeric, max: numeric, mean: numeric, std: numeric });
const statistics: Check<snapshot.TensorStatistics> = shape({
  count: whole,
  sampled: whole,
  nan: whole,
  positiveInfinity: whole,
  negativeInfinity: whole,
  zeros: whole,
  finite: optional(finite),
  histogram: optional(shape<Histogram>({ low: numeric, high: numeric, bins: list(whole) })),
});

type Of<Union extends { readonly kind: string }, Kind extends Union["kind"]> = Extract<Union, { readonly kind: Kind }>;
const kind = <const K extends string>(name: K): Check<K> => oneOf(name);

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
const knownInitialization = { distribution: optional(distribution), location: optional(location), modifiedBy: list(text) };
const initialization: Check<snapshot.Initialization> = kinds({
  recorded: shape<Of<snapshot.Initialization, "recorded">>({
    kind: kind("recorded"),
    function: text,
    arguments: record(either(numeric, either(text, flag))),
    by: oneOf("constructor", "code", "layerscope"),
    ...knownInitialization,
  }),
  made: shape<Of<snapshot.Initialization, "made">>({ kind: kind("made"), expression: text, ...knownInitialization }),
  unknown: shape<Of<snapshot.Initialization, "unknown">>({ kind: kind("unknown") }),
});

const argument: Check<ArgumentValue> = (value) => {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") return null;
  return Array.isArray(value) ? list(argument)(value) : shape<{ readonly code: string }>({ code: text })(value);
};
const namedArguments: Check<NamedArguments> = record(argument);
const axis = text as Check<AxisName>;

const use: Check<snapshot.TensorUse> = shape<snapshot.TensorUse>({ name: text, tensor: whole }, { axes: list(axis) });
const pair: Check<readonly [string, string]> = (value) => list(text)(value) ?? ((value as unknown[]).length === 2 ? null : " is not a pair");
const taken = shape<TakenSize>({ argument: text, input: whole, axis: numeric, counts: oneOf("feature", "channel") });
const checkModule: Check<snapshot.ModuleSnapshot> = shape<snapshot.ModuleSnapshot>(
  {
    path: text,
    name: text,
    type: text,
    family: text as Check<unknown> as Check<LayerFamily>,
    arguments: namedArguments,
    defaultArguments: namedArguments,
    identity: whole,
    structure: whole,
    training: flag,
    called: flag,
    parameters: list(use),
    buffers: list(use),
    children: list((value) => checkModule(value)),
    location: optional(location),
  },
  { maps: pair, takes: list(taken), ownText: text, isSequence: oneOf(true) },
);

const tensor: Check<snapshot.TensorSnapshot> = shape({
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
  statistics: optional(statistics),
  gradient: optional(statistics),
});

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
const stepBase = { parent: optional(whole), inputs: list(operand), outputs: list(operand), location: optional(location) };
const step: Check<snapshot.TraceStep> = kinds<snapshot.TraceStep>({
  module: shape<snapshot.ModuleStep>({ kind: kind("module"), path: text, duration: numeric, multiplyAdds: numeric, ...stepBase }),
  operation: shape<snapshot.OperationStep>(
    {
      kind: kind("operation"),
      name: text as Check<unknown> as Check<OperationName>,
      arguments: list(shape<StepArgument>({ name: optional(text), value: argument })),
      effect,
      view: flag,
      writes: list(shape<snapshot.TensorWrite>({ operand: whole, value: whole })),
      multiplyAdds: numeric,
      ...stepBase,
    },
    { parts: list(part), gives: scale, normalizes: scale, sign: text, between: text },
  ),
});
const scored = shape<snapshot.ScoredOutput>({
  value: whole,
  by: text as Check<unknown> as Check<OperationName>,
  normalizes: scale,
  location: optional(location),
});
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
    failure: optional(shape<snapshot.TraceFailure>({ step: whole, message: text, location: optional(location) })),
    truncatedSteps: whole,
  },
  { scored: list(scored) },
);

const model: Check<snapshot.ModelSnapshot> = shape({
  formatVersion: oneOf(1),
  language: oneOf("typescript", "python"),
  name: text,
  location: optional(location),
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
});

const failureText = {
  message: text,
  hint: optional(text),
  location: optional(location),
  stack: list(shape<StackFrame>({ function: text, location })),
};
const told = { traceback: text };
const plainFailure: Check<PlainFailure> = shape<PlainFailure>(
  {
    kind: keyOf({ syntax: true, import: true, thrown: true, refused: true, lacking: true, unsettled: true, crash: true, internal: true }),
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

const offer = shape<Offer>({ expression: text, complete: flag, location: optional(location) });

const nothing: Check<null> = (value) => (value === null ? null : " is not null");

/** What each method of a runner answers with. */
export const checkResult: { readonly [M in RunnerMethod]: Check<RunnerMethods[M]["result"]> } = {
  run: shape<RunResult>({ models: list(model), failure: optional(checkFailure), offers: list(offer) }, { files: list(text) }),
  runCell: shape<CellResult>({ models: list(model), failure: optional(checkFailure), text: optional(text), model: optional(text), files: list(text) }),
  forward: model,
  showOwnPass: model,
  reinitialize: model,
  undoReinitialize: model,
  setSeed: nothing,
  preparePython: nothing,
  signal: checkSignal,
  showSignal: model,
  tensorValues,
  statistics,
};
