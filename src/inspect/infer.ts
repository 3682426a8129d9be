import { isDeepStrictEqual } from "node:util";
import * as l10n from "@vscode/l10n";
import type { DTypeName, InputSource } from "../protocol/index.js";
import { callModule, classNameOf, type Engine, type Module } from "./engine.js";
import { PreservedModel } from "./preserve.js";
import type { Recorder } from "./recorder.js";
import type { Recording, Refusal } from "./recording.js";
import { withTensors } from "./structured.js";
import { thrownText } from "./thrown.js";

/** A pass that failed on shapes alone may be tried with values where copies of them take no more than this. */
const valueBytesLimit = 256e6;
const attemptLimit = 60;
const layersLookedAt = 4;

const whatToDo = (): string => l10n.t("Call the model in the code, or state an input.");

export interface InputCandidate {
  readonly shape: readonly number[];
  readonly dtype: DTypeName;
  /** Integers are below it; default: all are 0. */
  readonly high?: number;
}

interface Tried {
  readonly inputs: readonly InputCandidate[];
  readonly from: InputSource;
  readonly recording: Recording;
}

export type Inference =
  | (Tried & { readonly kind: "found" })
  /** It takes no input: whatever its first layer is given, a later one refuses what comes of it, always for the same reason. `recording` is of one of these. */
  | (Tried & { readonly kind: "refused"; readonly reason: string })
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
  const refused: (Tried & { readonly refusal: Refusal | null })[] = [];
  for (const { candidate, from } of candidates.slice(0, attemptLimit)) {
    // What one layer takes may be too much for what takes another input.
    const inputs = new Array<InputCandidate>(count).fill(count === 1 ? candidate : { shape: candidate.shape, dtype: candidate.dtype });
    const attempt = tryForward(engine, recorder, root, (device) => inputs.map(({ shape, dtype }) => engine.zeros(shape, { dtype: engine[dtype], device })));
    if (!attempt.failed) return { kind: "found", inputs, from, recording: attempt.recording };
    // What the layer that it is for never took says nothing of those after it.
    const { recording } = attempt;
    if (count === 1 && recording?.completed(from)) refused.push({ inputs, from, recording, refusal: recording.refusal });
    firstFailure ??= `${inputs.map(({ shape }) => `[${shape.join(", ")}]`).join(", ")}: ${attempt.message}`;
  }
  const reason = `${l10n.t("None of the inputs tried fits. The first was {0}", firstFailure?.replace(/\.?$/, ".") ?? "")} ${whatToDo()}`;
  const [first, ...others] = refused;
  if (first?.refusal && others.length > 0 && others.every(({ refusal }) => isDeepStrictEqual(refusal, first.refusal))) {
    first.recording.modelIs(root);
    return { kind: "refused", reason, ...first };
  }
  return { kind: "unknown", reason };
}

/** Runs a model, as inferForward does, on inputs of the shapes that it was called with before. Null where it does not take them any more. */
export function forwardAgain(engine: Engine, recorder: Recorder, root: Module, args: readonly unknown[]): Recording | null {
  const inputs = (device: "meta" | "cpu") => withTensors(engine, args, ({ sizes, dtype }) => engine.zeros(sizes, { dtype, device }));
  const attempt = tryForward(engine, recorder, root, inputs);
  return attempt.failed ? null : attempt.recording;
}

type Attempt =
  | { readonly failed: false; readonly recording: Recording }
  /** `recording`: as far as it went; null where nothing ran. */
  | { readonly failed: true; readonly recording: Recording | null; readonly message: string };

function tryForward(engine: Engine, recorder: Recorder, root: Module, inputs: (device: "meta" | "cpu") => readonly unknown[]): Attempt {
  let first: { readonly message: string; readonly recording: Recording } | null = null;
  for (const device of ["meta", "cpu"] as const) {
    const attempt = tryOn(device, engine, recorder, root, inputs(device));
    if (attempt === null) break;
    if (attempt.error === undefined) {
      attempt.recording.modelIs(root);
      return { failed: false, recording: attempt.recording };
    }
    const thrown: unknown = attempt.error;
    const message = thrownText(thrown);
    first ??= { message, recording: attempt.recording };
    // Only code that asks for values, or mixes in tensors of its own, can fare better with values.
    if (!/meta/.test(message)) break;
  }
  return { failed: true, recording: first?.recording ?? null, message: first?.message ?? "" };
}

/** Null where it would take too much to keep the values safe. */
function tryOn(device: "meta" | "cpu", engine: Engine, recorder: Recorder, root: Module, args: readonly unknown[]) {
  const preserved = new PreservedModel(engine, root);
  if (device === "cpu") {
    if (preserved.bytes > valueBytesLimit) return null;
    preserved.keepValues();
  } else preserved.moveToMeta();
  preserved.dropGradients();
  try {
    return recorder.record(root, () => engine.nn.withoutHooks(() => engine.withDevice(device, () => engine.noGrad(() => callModule(root, args)))));
  } finally {
    preserved.restore();
  }
}

/** The floating-point dtype that a model computes in: that of its parameters. */
function floatsOf(engine: Engine, root: Module): DTypeName {
  for (const [, { dtype }] of engine.nn.namedParametersOf(root)) if (dtype.isFloatingPoint) return dtype.name;
  return "float32";
}

/** Inputs worth trying, the likeliest first. */
function inputCandidates(engine: Engine, root: Module): { readonly candidate: InputCandidate; readonly from: InputSource }[] {
  const candidates: { readonly candidate: InputCandidate; readonly from: InputSource }[] = [];
  const seen = new Set<string>();
  let flattens = false;
  let looked = 0;
  for (const [path, module] of engine.nn.namedModulesOf(root)) {
    flattens ||= engine.nn.mergesDimensions(module);
    const examples = engine.nn.exampleInputs(module, flattens);
    if (examples === null) continue;
    for (const example of examples) {
      const candidate = example.dtype === "float32" ? { ...example, dtype: floatsOf(engine, root) } : example;
      const key = `${candidate.dtype}${candidate.shape.join()}`;
      if (seen.has(key)) continue;
      seen.add(key);
      candidates.push({ candidate, from: { kind: "layer", path, type: classNameOf(module) } });
    }
    if (++looked === layersLookedAt) break;
  }
  return candidates;
}
