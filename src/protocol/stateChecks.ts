import { type Check, kinds, list, numeric, oneOf, optional, shape, text, whole } from "./check.js";
import { checkReinitialization, checkSignal, checkSignalInput } from "./signalChecks.js";
import { checkStatistics } from "./tensorChecks.js";
import type { ComparedState, ComparedTensor, CompareRequest, ModelState, PageModelState, RunnerState, StateComparison } from "./states.js";
import { checkSteps } from "./trainingChecks.js";

type Of<Kind extends ModelState["kind"]> = Extract<ModelState, { readonly kind: Kind }>;

const common = {
  current: shape<Of<"current">>({ kind: oneOf("current") }),
  reinitialized: shape<Of<"reinitialized">>({ kind: oneOf("reinitialized"), reinitialization: checkReinitialization }),
  trained: shape<Of<"trained">>({ kind: oneOf("trained"), steps: shape<Of<"trained">["steps"]>(checkSteps) }),
};
export const checkRunnerState: Check<RunnerState> = kinds<RunnerState>({
  ...common,
  file: shape<Extract<RunnerState, { kind: "file" }>>({ kind: oneOf("file"), path: text }),
});
export const checkPageState: Check<PageModelState> = kinds<PageModelState>({
  ...common,
  kept: shape<Extract<PageModelState, { kind: "kept" }>>({ kind: oneOf("kept"), name: text }),
});

export function checkCompareRequest<State>(state: Check<State>): Check<CompareRequest<State>> {
  const others = shape<Omit<CompareRequest<State>, "first" | "second">>({ model: text, input: optional(checkSignalInput), seed: numeric });
  return (value) => {
    const wrong = others(value);
    if (wrong !== null) return wrong;
    const { first, second } = value as CompareRequest<State>;
    const [inFirst, inSecond] = [state(first), state(second)];
    return inFirst !== null ? `.first${inFirst}` : inSecond !== null ? `.second${inSecond}` : null;
  };
}

const side: Check<ComparedState> = shape<ComparedState>({ problems: list(text), signal: optional(checkSignal) });

export const checkComparison: Check<StateComparison> = shape<StateComparison>({
  first: side,
  second: side,
  tensors: list(
    shape<ComparedTensor>({
      tensor: whole,
      first: checkStatistics,
      second: checkStatistics,
      relative: optional(numeric),
      cosine: optional(numeric),
      kolmogorovSmirnov: numeric,
    }),
  ),
});
