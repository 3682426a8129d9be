import * as l10n from "@vscode/l10n";
import type { DTypeName } from "../protocol/index.js";
import { callModule, type Engine, type Module } from "./engine.js";
import { PreservedModel } from "./preserve.js";
import type { Recorder } from "./recorder.js";
import type { Recording } from "./recording.js";

/** A pass that failed on shapes alone may be tried with values where copies of them take no more than this. */
const valueBytesLimit = 256e6;
const attemptLimit = 60;
const layersLookedAt = 4;

const whatToDo = (): string => l10n.t("Call the model in the code, or state an input.");

export interface InputCandidate {
  readonly shape: readonly number[];
  readonly dtype: DTypeName;
}

export type Inference =
  | { readonly kind: "found"; readonly inputs: readonly InputCandidate[]; readonly recording: Recording }
  /** The reason in words for the user, with what to do. */
  | { readonly kind: "unknown"; readonly reason: string };

export function definesForward(engine: Engine, module: Module): boolean {
  return module.forward !== engine.nn.Module.prototype.forward;
}

/**
 * Finds inputs that a model takes, from what its first layers declare of theirs, by running it on shapes alone (the meta device); where its code
 * looks at values, on zeros. The model, the generator, gradients and modes are afterwards as before, and no hook of the user's runs.
 */
export function inferForward(engine: Engine, recorder: Recorder, root: Module): Inference {
  const candidates = inputCandidates(engine, root);
  if (candidates.length === 0) return { kind: "unknown", reason: `${l10n.t("No layer says which input the model takes.")} ${whatToDo()}` };
  const count = Math.max(1, root.forward.length);
  let firstFailure: string | null = null;
  for (const candidate of candidates.slice(0, attemptLimit)) {
    const inputs = new Array<InputCandidate>(count).fill(candidate);
    for (const device of ["meta", "cpu"] as const) {
      const attempt = tryForward(engine, recorder, root, inputs, device);
      if (attempt === null) break;
      if (attempt.error === undefined) return { kind: "found", inputs, recording: attempt.recording };
      const message = attempt.error instanceof Error ? attempt.error.message : String(attempt.error);
      firstFailure ??= `${inputs.map(({ shape }) => `[${shape.join(", ")}]`).join(", ")}: ${message}`;
      // Only code that asks for values, or mixes in tensors of its own, can fare better with values.
      if (!/meta/.test(message)) break;
    }
  }
  return { kind: "unknown", reason: `${l10n.t("None of the inputs tried fits. The first was {0}", firstFailure?.replace(/\.?$/, ".") ?? "")} ${whatToDo()}` };
}

/** Null where it would take too much to keep the values safe. */
function tryForward(engine: Engine, recorder: Recorder, root: Module, inputs: readonly InputCandidate[], device: "meta" | "cpu") {
  const preserved = new PreservedModel(engine, root);
  if (device === "cpu") {
    if (preserved.bytes > valueBytesLimit) return null;
    preserved.keepValues();
  } else preserved.moveToMeta();
  preserved.dropGradients();
  try {
    const args = inputs.map(({ shape, dtype }) => engine.zeros(shape, { dtype: engine[dtype], device }));
    return recorder.record(root, () => engine.nn.withoutHooks(() => engine.withDevice(device, () => engine.noGrad(() => callModule(root, args)))));
  } finally {
    preserved.restore();
  }
}

/** Inputs worth trying, the likeliest first. */
function inputCandidates(engine: Engine, root: Module): InputCandidate[] {
  const candidates: InputCandidate[] = [];
  const seen = new Set<string>();
  let flattens = false;
  let looked = 0;
  for (const module of root.modules()) {
    flattens ||= engine.nn.mergesDimensions(module);
    const examples = engine.nn.exampleInputs(module, flattens);
    if (examples === null) continue;
    for (const candidate of examples) {
      const key = `${candidate.dtype}${candidate.shape.join()}`;
      if (seen.has(key)) continue;
      seen.add(key);
      candidates.push(candidate);
    }
    if (++looked === layersLookedAt) break;
  }
  return candidates;
}
