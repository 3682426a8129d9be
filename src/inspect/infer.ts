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
 * Finds inputs that a model takes, from what its first layers say of theirs, by running it on shapes alone (the meta device); where its code
 * looks at values, on zeros. The model, the generator, gradients and modes are afterwards as before, and no hook of the user's runs.
 */
export function inferForward(engine: Engine, recorder: Recorder, root: Module): Inference {
  const candidates = inputCandidates(root);
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
function inputCandidates(root: Module): InputCandidate[] {
  const candidates: InputCandidate[] = [];
  const seen = new Set<string>();
  let flattened = false;
  let looked = 0;
  for (const module of root.modules()) {
    if (module.constructor.name === "Flatten") flattened = true;
    // Attention is the one layer with layers inside that says itself what it takes.
    if (!module.children().next().done && !("embedDim" in module)) continue;
    const shapes = layerInputs(module, flattened);
    if (shapes.length === 0) continue;
    for (const candidate of shapes) {
      const key = `${candidate.dtype}${candidate.shape.join()}`;
      if (seen.has(key)) continue;
      seen.add(key);
      candidates.push(candidate);
    }
    if (++looked === layersLookedAt) break;
  }
  return candidates;
}

const imageSizes = [224, 32, 28, 64, 96, 128, 256, 299, 227, 48, 84, 20, 16, 14, 12, 10, 8];
const grayImageSizes = [28, 32, ...imageSizes];
const sequenceLength = 16;

/** Inputs that one layer takes, by the fields that PyTorch gives layers of its kind. */
function layerInputs(layer: Module, flattened: boolean): InputCandidate[] {
  const fields = layer as unknown as Readonly<Record<string, unknown>>;
  const number = (name: string): number | null => (typeof fields[name] === "number" ? fields[name] : null);
  const type = layer.constructor.name;
  const float = (...shapes: number[][]): InputCandidate[] => shapes.map((shape) => ({ shape, dtype: "float32" }));

  const embeddings = number("numEmbeddings");
  if (embeddings !== null) return [[1, sequenceLength], [sequenceLength], [1]].map((shape) => ({ shape, dtype: "int64" }));

  const convolution = /^(?:Lazy)?Conv(?:Transpose)?([123])d$/.exec(type);
  if (convolution) {
    const channels = number("inChannels") || 3;
    switch (convolution[1]) {
      case "1":
        return float(...[128, 100, 1000, 16000, 16].map((length) => [1, channels, length]));
      case "2":
        return float(...(channels === 1 ? grayImageSizes : imageSizes).map((size) => [1, channels, size, size]), [2, channels, 32, 32]);
      default:
        return float([1, channels, 16, 112, 112], [1, channels, 8, 32, 32]);
    }
  }
  const inputSize = number("inputSize");
  if (inputSize !== null) {
    if (/Cell$/.test(type)) return float([1, inputSize]);
    return fields["batchFirst"] === true ? float([1, sequenceLength, inputSize]) : float([sequenceLength, 1, inputSize]);
  }
  const embedDim = number("embedDim");
  if (embedDim !== null) return fields["batchFirst"] === true ? float([1, sequenceLength, embedDim]) : float([sequenceLength, 1, embedDim]);

  const normalized = fields["normalizedShape"];
  if (Array.isArray(normalized)) return float([1, ...(normalized as number[])], [1, sequenceLength, ...(normalized as number[])]);
  const channels = number("numFeatures") ?? number("numChannels");
  if (channels !== null) {
    if (/1d$/.test(type)) return float([2, channels], [2, channels, sequenceLength]);
    if (/3d$/.test(type)) return float([2, channels, 8, 32, 32]);
    return float([1, channels, 32, 32], [2, channels, 32, 32]);
  }
  if (type === "LazyLinear") return float([1, sequenceLength], [2, sequenceLength]);
  const features = number("inFeatures") ?? number("in1Features");
  if (features !== null) {
    const flat = float([1, features], [2, features], [1, sequenceLength, features], [sequenceLength, 1, features]);
    return flattened ? [...float(...imagesOf(features)), ...flat] : flat;
  }
  return [];
}

/** The square images, gray or in colours, that have so many elements. */
function imagesOf(elements: number): number[][] {
  return [1, 3].flatMap((channels) => {
    const size = Math.sqrt(elements / channels);
    return Number.isInteger(size) && size > 1 ? [[1, channels, size, size]] : [];
  });
}
