import { defineComposite, defineOperation } from "../../dispatch/index.js";
import type { ElementArray } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import { ctcLoss as ctcKernel, ctcLossBackward } from "../../kernels/ctc.js";
import { denseValues } from "../../kernels/elementwise.js";
import { Tensor } from "../../tensor.js";
import { collect, type Arguments } from "../../arguments.js";
import { requireFloatingPoint } from "../rules/promotion.js";
import { checkReduction, sampleGradient, writeReduced, type LossOptions, type Reduction } from "./reduction.js";
import { computes, notCounted, ofParts, type ArgumentsOf } from "../../operation.js";

type CtcArgs = [
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: readonly number[],
  targetLengths: readonly number[],
  blank: number,
  reduction: Reduction,
  zeroInfinity: boolean,
];

interface CtcSaved {
  readonly sequences: readonly ElementArray[];
  readonly logAlpha: readonly Float64Array[];
  readonly losses: Float64Array;
}

const argumentNames: ArgumentsOf<CtcArgs> = [
  "logProbs",
  "targets",
  "inputLengths",
  "targetLengths",
  ["blank", 0],
  ["reduction", "mean"],
  ["zeroInfinity", false],
];

const ctcOperation = defineOperation<CtcArgs, CtcSaved>({
  name: "ctcLoss",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: argumentNames,
  gradientName: (_logProbs, _targets, _inputs, _lengths, _blank, reduction) =>
    ({ none: "CtcLossBackward0", mean: "MeanBackward0", sum: "SumBackward0" })[reduction],
  infer(logProbs, targets, inputLengths, targetLengths, blank, reduction) {
    checkReduction(reduction);
    const [time, batch, classes] = logProbs.sizes as [number, number, number];
    requireFloatingPoint(logProbs.dtype, "ctc_loss_cpu");
    if (!(blank >= 0 && blank < classes)) throw new RuntimeError("blank must be in label range");
    if (inputLengths.length !== batch) throw new RuntimeError("input_lengths must be of size batch_size");
    if (targetLengths.length !== batch) throw new RuntimeError("target_lengths must be of size batch_size");
    inputLengths.forEach((length, i) => {
      if (length > time)
        throw new RuntimeError(`Expected input_lengths to have value at most ${time}, but got value ${length} (while checking arguments for ctc_loss_cpu)`);
      if (length < 0) throw new RuntimeError(`Expected input_lengths[${i}] to be non-negative, but got ${length}`);
    });
    const needed = targets.ndim === 1 ? targetLengths.reduce((sum, length) => sum + length, 0) : Math.max(0, ...targetLengths);
    const given = targets.sizes.at(-1)!;
    if (targets.ndim === 1 ? given !== needed : given < needed) {
      throw new RuntimeError(
        `Expected tensor to have size ${targets.ndim === 1 ? "" : "at least "}${needed} at dimension ${targets.ndim - 1}, but got size ${given} for argument #2 'targets' (while checking arguments for ctc_loss_cpu)`,
      );
    }
    return { sizes: reduction === "none" ? [batch] : [], dtype: logProbs.dtype };
  },
  forward(output, logProbs, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity) {
    const values = denseValues(logProbs);
    const labels = denseValues(targets);
    const [, batch, classes] = logProbs.sizes as [number, number, number];
    let start = 0;
    const sequences = targetLengths.map((length, n) => {
      const first = targets.ndim === 1 ? start : n * targets.sizes[1]!;
      start += length;
      return labels.subarray(first, first + length);
    });
    const losses = new Float64Array(batch);
    const logAlpha = sequences.map((sequence, n) => {
      const { loss, logAlpha: alpha } = ctcKernel(values, { batch, classes, n, length: inputLengths[n]!, blank }, sequence);
      losses[n] = loss;
      return alpha;
    });
    const reported = losses.map((loss, n) => {
      const kept = zeroInfinity && loss === Infinity ? 0 : loss;
      return reduction === "mean" ? kept / Math.max(targetLengths[n]!, 1) : kept;
    });
    writeReduced(output, reported, reduction, batch);
    return { sequences, logAlpha, losses };
  },
  reads: [0, 1],
  backward(gradient, { args: [logProbs, , inputLengths, targetLengths, blank, reduction, zeroInfinity], saved }) {
    const result = Tensor.allocate(logProbs.sizes, logProbs.dtype, gradient.device);
    const [, batch, classes] = logProbs.sizes as [number, number, number];
    const scale = sampleGradient(gradient, reduction, batch);
    const values = denseValues(logProbs);
    saved.sequences.forEach((sequence, n) => {
      if (zeroInfinity && saved.losses[n] === Infinity) return;
      const g = scale(n) / (reduction === "mean" ? Math.max(targetLengths[n]!, 1) : 1);
      ctcLossBackward(result.storage.data, values, { batch, classes, n, length: inputLengths[n]!, blank }, sequence, saved.logAlpha[n]!, saved.losses[n]!, g);
    });
    return [result];
  },
  recordedBackward: null,
});

export interface CtcOptions extends LossOptions {
  /** The class that stands for no label. Default 0. */
  readonly blank?: number;
  /** Gives 0 where the targets are too long for the input. Default false. */
  readonly zeroInfinity?: boolean;
}

const lengthsOf = (lengths: Tensor | readonly number[] | number): readonly number[] =>
  lengths instanceof Tensor ? Array.from(denseValues(lengths)) : typeof lengths === "number" ? [lengths] : lengths;

/**
 * Connectionist temporal classification (Graves et al., 2006): minus the log-probability of the target sequences, summed over all alignments.
 * `logProbs` is (T, N, C) or (T, C), `targets` (N, S) or all sequences in one dimension. (torch.nn.functional.ctc_loss)
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Tensor | readonly number[] | number,
  targetLengths: Tensor | readonly number[] | number,
  ...args: Arguments<[blank: number], CtcOptions>
): Tensor {
  const { blank = 0, reduction = "mean", zeroInfinity = false } = collect<CtcOptions>("ctcLoss", ["blank"], args, ["zeroInfinity", "reduction"]);
  return lossOf(logProbs, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity);
}

/** From lengths that may be tensors: these are among what the loss is made of. */
const lossOf = defineComposite(
  { name: "ctcLoss", effect: computes, multiplyAdds: ofParts, arguments: argumentNames },
  (
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Tensor | readonly number[] | number,
    targetLengths: Tensor | readonly number[] | number,
    blank: number,
    reduction: Reduction,
    zeroInfinity: boolean,
  ): Tensor => {
    const isBatched = logProbs.ndim === 3;
    const batched = isBatched ? logProbs : logProbs.unsqueeze(1);
    const loss = ctcOperation(batched, targets, lengthsOf(inputLengths), lengthsOf(targetLengths), blank, reduction, zeroInfinity);
    return isBatched || reduction !== "none" ? loss : loss.squeeze(0);
  },
);
