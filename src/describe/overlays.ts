import * as l10n from "@vscode/l10n";
import { gradientRatio, type LayerSignal, type ModuleSnapshot, type TensorStatistics } from "../protocol/index.js";
import { bytesOfValue } from "./bytes.js";
import { formatBytes, formatCompact, formatPercent, formatValue } from "./format.js";
import type { ModelIndex } from "./modelIndex.js";

/** A value per module that boxes of the picture show, with its scale. */
export interface Overlay {
  readonly title: string;
  /** "color": how strong a box's colour is. "size": how much of the box is filled, from zero on. */
  readonly mark: "color" | "size";
  /** By module path; absent: no value. Containers show their own entry. */
  readonly values: ReadonlyMap<string, number>;
  /** How colours are spread over the values; sizes are always in proportion. */
  readonly scale: "linear" | "log";
  readonly format: (value: number) => string;
}

export type OverlayId =
  | "parameters"
  | "memory"
  | "activationBytes"
  | "multiplyAdds"
  | "weightStd"
  | "gradientNorm"
  | "activationMean"
  | "activationStd"
  | "activationZeros"
  | "signalStd"
  | "signalGradient"
  | "gradientRatio"
  | "saturation"
  | "time";

interface Measure {
  readonly title: () => string;
  readonly scale: Overlay["scale"];
  readonly format: (value: number) => string;
  /** It is of a signal that has to be measured first. */
  readonly needsSignal?: true;
  /** The module's value with everything beneath it; null where it has none. */
  readonly value: (module: ModuleSnapshot, index: ModelIndex) => number | null;
}

const measures: Readonly<Record<OverlayId, Measure>> = {
  parameters: {
    title: () => l10n.t("Parameters"),
    scale: "log",
    format: formatCompact,
    value: (module, index) => index.totals(module.path).parameters || null,
  },
  memory: {
    title: () => l10n.t("Memory of Parameters and Buffers"),
    scale: "log",
    format: formatBytes,
    value: (module, index) => {
      const { bytes, bufferBytes } = index.totals(module.path);
      return bytes + bufferBytes || null;
    },
  },
  activationBytes: {
    title: () => l10n.t("Bytes of Outputs"),
    scale: "log",
    format: formatBytes,
    value: (module, index) => {
      // What a container gives out is most often what the last module in it gave out.
      const outputs = new Set(index.within(module.path).flatMap(({ path }) => index.calls(path).flatMap(({ step }) => step.outputs.map(({ value }) => value))));
      if (outputs.size === 0) return null;
      return [...outputs].reduce((sum, value) => sum + bytesOfValue(index.model.trace!.values[value]!), 0);
    },
  },
  multiplyAdds: {
    title: () => l10n.t("Multiply-Adds"),
    scale: "log",
    format: formatCompact,
    value: (module, index) => index.totals(module.path).multiplyAdds || null,
  },
  weightStd: {
    title: () => l10n.t("Standard Deviation of Weights"),
    scale: "log",
    format: formatValue,
    value: (module, index) => pooled(index.parametersWithin(module.path).map((tensor) => tensor.statistics))?.std ?? null,
  },
  gradientNorm: {
    title: () => l10n.t("Norm of Gradients"),
    scale: "log",
    format: formatValue,
    value: (module, index) => {
      const gradient = pooled(index.parametersWithin(module.path).map((tensor) => tensor.gradient));
      return gradient && Math.sqrt(gradient.count * (gradient.std ** 2 + gradient.mean ** 2));
    },
  },
  activationMean: {
    title: () => l10n.t("Mean of Outputs"),
    scale: "linear",
    format: formatValue,
    value: (module, index) => activation(module, index, "mean"),
  },
  activationStd: {
    title: () => l10n.t("Standard Deviation of Outputs"),
    scale: "log",
    format: formatValue,
    value: (module, index) => activation(module, index, "std"),
  },
  activationZeros: {
    title: () => l10n.t("Zeros in Outputs"),
    scale: "linear",
    format: formatPercent,
    value: (module, index) => activation(module, index, "zeros"),
  },
  signalStd: {
    title: () => l10n.t("Signal: Standard Deviation of Outputs"),
    needsSignal: true,
    scale: "log",
    format: formatValue,
    value: (module, index) => ofSignal(module, index, ({ activation }) => activation?.finite?.std ?? null),
  },
  signalGradient: {
    title: () => l10n.t("Signal: Standard Deviation of Gradients"),
    needsSignal: true,
    scale: "log",
    format: formatValue,
    value: (module, index) => ofSignal(module, index, ({ gradient }) => gradient?.finite?.std ?? null),
  },
  gradientRatio: {
    title: () => l10n.t("Signal: Gradient to Weight"),
    needsSignal: true,
    scale: "log",
    format: formatValue,
    value: (module, index) =>
      ofSignal(module, index, ({ parameters }) => {
        const ratios = parameters.flatMap((parameter) => gradientRatio(parameter) ?? []);
        return ratios.length === 0 ? null : Math.max(...ratios);
      }),
  },
  saturation: {
    title: () => l10n.t("Signal: Saturation"),
    needsSignal: true,
    scale: "linear",
    format: formatPercent,
    value: (module, index) => ofSignal(module, index, ({ activation }) => activation?.saturated ?? null),
  },
  time: {
    title: () => l10n.t("Time of the Forward Pass"),
    scale: "log",
    format: (value) => `${formatValue(value)} ms`,
    value: (module, index) => {
      const calls = index.calls(module.path);
      return calls.length === 0 ? null : calls.reduce((sum, { step }) => sum + step.duration, 0);
    },
  },
};

export const overlayIds = Object.keys(measures) as OverlayId[];

export function overlayTitle(id: OverlayId): string {
  return measures[id].title();
}

/** Whether it shows nothing of a model whose signal was not measured. */
export function overlayNeedsSignal(id: OverlayId): boolean {
  return measures[id].needsSignal ?? false;
}

/** A value for every module that has one, as a colour or a size; a closed box shows what is rolled up in it. Null where no module has one. */
export function overlay(id: OverlayId, index: ModelIndex, mark: Overlay["mark"] = "color"): Overlay | null {
  const { title, scale, format, value } = measures[id];
  const values = new Map<string, number>();
  for (const module of index.modules) {
    const found = value(module, index);
    if (found !== null && Number.isFinite(found)) values.set(module.path, found);
  }
  if (values.size === 0) return null;
  const hasNegative = [...values.values()].some((value) => value < 0);
  const shown = mark === "color" ? scale === "log" && l10n.t("{0} (log scale)", title()) : hasNegative && l10n.t("{0} (absolute)", title());
  return { title: shown || title(), mark, values, scale, format };
}

/** Mean and standard deviation over several tensors as if they were one, each weighing by its elements. */
function pooled(parts: readonly (TensorStatistics | null)[]): { count: number; mean: number; std: number } | null {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (const part of parts) {
    if (!part?.finite) continue;
    count += part.count;
    sum += part.count * part.finite.mean;
    squares += part.count * (part.finite.std ** 2 + part.finite.mean ** 2);
  }
  if (count === 0) return null;
  const mean = sum / count;
  return { count, mean, std: Math.sqrt(Math.max(0, squares / count - mean ** 2)) };
}

/** Of the module's own calls in the pass that the signal was measured by, averaged over them. */
function ofSignal(module: ModuleSnapshot, { model: { signal } }: ModelIndex, of: (layer: LayerSignal) => number | null): number | null {
  const found = (signal?.layers ?? []).flatMap((layer) => (layer.path === module.path && layer.operation === null ? (of(layer) ?? []) : []));
  return found.length === 0 ? null : found.reduce((sum, value) => sum + value, 0) / found.length;
}

/** Of the outputs of the module's own calls, averaged over them. */
function activation(module: ModuleSnapshot, index: ModelIndex, of: "mean" | "std" | "zeros"): number | null {
  const found = index
    .calls(module.path)
    .flatMap(({ step }) => step.outputs)
    .flatMap(({ value }) => index.model.trace!.values[value]!.statistics ?? [])
    .flatMap(({ finite, zeros }) => (of === "zeros" ? zeros : (finite?.[of] ?? [])));
  return found.length === 0 ? null : found.reduce((sum, value) => sum + value, 0) / found.length;
}

/** Which modules are new or others in a model that is compared; null where it is not, or none is. */
export function comparisonOverlay({ model: { comparison } }: ModelIndex): Overlay | null {
  if (!comparison || comparison.changes.length === 0) return null;
  return {
    title: l10n.t("Since {0}", comparison.with),
    mark: "color",
    values: new Map(comparison.changes.map(({ path, kind }) => [path, kind === "added" ? 1 : -1])),
    scale: "linear",
    format: (value) => (value > 0 ? l10n.t("added") : l10n.t("changed")),
  };
}
