import { type Check, either, flag, kinds, list, numeric, oneOf, optional, record, shape, text, whole } from "./check.js";
import type { InitializationChoice, InitializationTarget, Reinitialization } from "./initialization.js";
import type { OperationName } from "./operation.js";
import type { StatedInput } from "./statedInput.js";
import type { Flow, LayerSignal, Nonlinearity, ParameterSignal, Signal, SignalInput } from "./signal.js";
import { checkHistogram } from "./tensorChecks.js";

type Of<Union extends { readonly kind: string }, Kind extends Union["kind"]> = Extract<Union, { readonly kind: Kind }>;
const kind = <const K extends string>(name: K): Check<K> => oneOf(name);

export const checkStatedInput: Check<StatedInput> = shape<StatedInput>(
  {
    shape: list(whole),
    dtype: oneOf("float32", "float64", "float16", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "bool"),
    fill: oneOf("rand", "randn", "zeros", "ones", "arange", "randint", "recorded"),
  },
  { high: numeric },
);

export const checkSignalInput: Check<SignalInput> = kinds<SignalInput>({
  recorded: shape<Of<SignalInput, "recorded">>({ kind: kind("recorded") }),
  stated: shape<Of<SignalInput, "stated">>({ kind: kind("stated"), inputs: list(checkStatedInput) }),
  random: shape<Of<SignalInput, "random">>({ kind: kind("random"), batches: whole }),
});

export const checkReinitialization: Check<Reinitialization> = shape<Reinitialization>({
  target: kinds<InitializationTarget>({
    model: shape<Of<InitializationTarget, "model">>({ kind: kind("model") }),
    module: shape<Of<InitializationTarget, "module">>({ kind: kind("module"), path: text }),
    type: shape<Of<InitializationTarget, "type">>({ kind: kind("type"), type: text }),
    search: shape<Of<InitializationTarget, "search">>({ kind: kind("search"), query: text, paths: list(text) }),
  }),
  choice: kinds<InitializationChoice>({
    asConstructed: shape<Of<InitializationChoice, "asConstructed">>({ kind: kind("asConstructed") }),
    scheme: shape<Of<InitializationChoice, "scheme">>(
      { kind: kind("scheme"), function: text, arguments: record(either(numeric, text)) },
      { biases: oneOf("zeros", "kept") },
    ),
  }),
  seed: optional(numeric),
});

const flow: Check<Flow> = shape<Flow>({
  count: whole,
  finite: optional(shape<NonNullable<Flow["finite"]>>({ min: numeric, max: numeric, mean: numeric, std: numeric })),
  zeros: numeric,
  nonFinite: numeric,
  saturated: optional(numeric),
  variation: optional(numeric),
  histogram: optional(checkHistogram),
});

const activation = { gain: optional(oneOf("linear", "relu", "leaky_relu", "tanh", "sigmoid", "selu")), slope: optional(numeric) };
export const checkActivation: Check<Pick<Nonlinearity, "gain" | "slope">> = shape<Pick<Nonlinearity, "gain" | "slope">>(activation);

const layer: Check<LayerSignal> = shape<LayerSignal>({
  path: text,
  operation: optional(text as Check<unknown> as Check<OperationName>),
  call: whole,
  isContainer: flag,
  activation: optional(flow),
  gradient: optional(flow),
  nonlinearity: optional(shape<Nonlinearity>({ ...activation, rectifies: flag })),
  parameters: list(
    shape<ParameterSignal>({ name: text, tensor: whole, norm: numeric, gradientNorm: optional(numeric), equalUnits: flag, equalGradients: flag }),
  ),
});

/** What comes from the process of model code is checked against this before anything of it is believed. */
export const checkSignal: Check<Signal> = shape<Signal>({
  input: checkSignalInput,
  seed: numeric,
  trial: optional(checkReinitialization),
  given: optional(flow),
  layers: list(layer),
  gradientMissing: optional(text),
  failure: optional(text),
});
