import { int64 } from "../../dtype.js";
import { ValueError } from "../../errors.js";
import { fill } from "../../kernels/elementwise.js";
import { collect, required, type Arguments, type WithRequired } from "../../arguments.js";
import * as F from "../../ops/normalization.js";
import { repr } from "../../print/python.js";
import { Tensor } from "../../tensor.js";
import { warn } from "../../warnings.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { channels } from "../exampleInputs.js";
import { emptyParameter, emptyTensor, factoryOptions, type FactoryOptions } from "../factory.js";
import * as init from "../init.js";
import type { Bias } from "./linear.js";
import { buffersByName } from "../members.js";
import { Module } from "../module.js";
import { nameInCamelCase } from "../names.js";
import { isUninitialized, UninitializedBuffer, UninitializedParameter, type Parameter } from "../parameter.js";
import type { StateDict } from "../stateDict.js";

/** Batch and instance normalization: each channel by itself. Weights start as ones, biases as zeros, and nothing is drawn. */

export interface NormOptions<Affine extends boolean, HasBias extends boolean> extends FactoryOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Weight of a batch's statistics in the running ones; null keeps their plain average over all batches. Default 0.1. */
  readonly momentum?: number | null;
  /** Whether to learn a scale and a shift for each channel. Default true, for instance normalization false. */
  readonly affine?: Affine;
  /** Whether the shift is among what is learned. Default true. */
  readonly bias?: HasBias;
  /** Whether to keep running statistics and use them in evaluation mode. Default true, for instance normalization false. */
  readonly trackRunningStats?: boolean;
}

type NormArguments<Affine extends boolean, HasBias extends boolean> = Arguments<
  [eps: number, momentum: number | null, affine: Affine, trackRunningStats: boolean],
  NormOptions<Affine, HasBias>
>;

/** The arguments of a layer that knows its number of channels. */
type ChannelNormArguments<Affine extends boolean, HasBias extends boolean> = WithRequired<
  [numFeatures: number],
  { readonly numFeatures: number },
  [eps: number, momentum: number | null, affine: Affine, trackRunningStats: boolean],
  NormOptions<Affine, HasBias>
>;

function channelNormOptions(layer: string, args: readonly unknown[]): [numFeatures: number, options: NormOptions<boolean, boolean>] {
  const { numFeatures, ...options } = collect<NormOptions<boolean, boolean> & { readonly numFeatures?: number }>(
    layer,
    ["numFeatures", "eps", "momentum", "affine", "trackRunningStats"],
    args,
    ["bias", "device", "dtype"],
  );
  return [required(numFeatures, layer, "num_features"), options];
}

function normOptions(layer: string, args: readonly unknown[]): NormOptions<boolean, boolean> {
  return collect(layer, ["eps", "momentum", "affine", "trackRunningStats"], args, ["bias", "device", "dtype"]);
}

/** `byDefault`: whether there are weights and running statistics where nothing is said of them. */
function normArguments(layer: NormBase<boolean, boolean>, byDefault: boolean): Readonly<Record<string, unknown>> {
  const { numFeatures, eps, momentum, affine, trackRunningStats, bias } = layer;
  return {
    // A lazy layer has none to be given.
    ...(numFeatures > 0 && { numFeatures }),
    eps: optional(eps, 1e-5),
    momentum: optional(momentum, 0.1),
    affine: optional(affine, byDefault),
    trackRunningStats: optional(trackRunningStats, byDefault),
    bias: optional(bias !== null, affine),
  };
}

/** What batch and instance normalization have in common. */
abstract class NormBase<Affine extends boolean, HasBias extends boolean> extends Module {
  static override readonly [declaration]: LayerDeclaration<NormBase<boolean, boolean>> = {
    family: "normalization",
    arguments: (layer) => normArguments(layer, true),
    // Without parameters and statistics it takes any number.
    takes: ({ weight, runningMean }) => ((weight ?? runningMean) ? [{ argument: "numFeatures", input: 0, axis: 1, counts: "channel" }] : []),
    axes: () => ({ weight: ["channel"], bias: ["channel"], running_mean: ["channel"], running_var: ["channel"], num_batches_tracked: [] }),
    inputs: ({ numFeatures, inputDims }) => channels(numFeatures, inputDims.at(-1)! - 2),
  };

  numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  /** Scale of each channel, of shape (numFeatures); null without `affine`. */
  declare weight: Bias<Affine>;
  /** Shift of each channel, of shape (numFeatures); null without `affine` or `bias`. */
  declare bias: Bias<HasBias>;
  /** Running mean of each channel; null without `trackRunningStats`. */
  declare runningMean: Tensor | null;
  /** Running variance of each channel; null without `trackRunningStats`. */
  declare runningVar: Tensor | null;
  /** How many batches the running statistics have seen, int64; null without `trackRunningStats`. */
  declare numBatchesTracked: Tensor | null;

  constructor(numFeatures: number | null, options: NormOptions<boolean, boolean>) {
    super();
    const { eps = 1e-5, momentum = 0.1, affine = true, bias = true, trackRunningStats = true } = options;
    this.numFeatures = numFeatures ?? 0;
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = trackRunningStats;
    const parameter = (): Parameter => (numFeatures === null ? new UninitializedParameter(factoryOptions(options)) : emptyParameter([numFeatures], options));
    const buffer = (): Tensor => (numFeatures === null ? new UninitializedBuffer(factoryOptions(options)) : emptyTensor([numFeatures], options));
    this.registerParameter("weight", affine ? parameter() : null);
    this.registerParameter("bias", affine && bias ? parameter() : null);
    this.registerBuffer("running_mean", trackRunningStats ? buffer() : null);
    this.registerBuffer("running_var", trackRunningStats ? buffer() : null);
    this.registerBuffer("num_batches_tracked", trackRunningStats ? emptyTensor([], { ...options, dtype: int64 }) : null);
    this.registerLoadStateDictPreHook(addMissingCount);
    this.resetParameters();
  }

  override get stateVersion(): number {
    return 2;
  }

  /** Whether this is a lazy layer that has seen no input yet. */
  private get lacksShapes(): boolean {
    return [this.weight, this.runningMean].some((tensor) => tensor !== null && isUninitialized(tensor));
  }

  resetRunningStats(): void {
    if (this.lacksShapes) return;
    for (const [buffer, value] of [
      [this.runningMean, 0],
      [this.runningVar, 1],
      [this.numBatchesTracked, 0],
    ] as const) {
      if (buffer !== null && buffer.device === "cpu") fill(buffer, value);
    }
  }

  resetParameters(): void {
    if (this.lacksShapes) return;
    this.resetRunningStats();
    if (this.weight !== null) init.ones_(this.weight);
    if (this.bias !== null) init.zeros_(this.bias);
  }

  /** How many dimensions an input may have. */
  protected abstract get inputDims(): readonly number[];

  /** Throws PyTorch's error unless the input has as many dimensions as this layer takes. */
  protected checkInputDim(x: Tensor): void {
    const { inputDims } = this;
    if (inputDims.includes(x.sizes.length)) return;
    throw new ValueError(`expected ${inputDims.map((dims) => `${dims}D`).join(" or ")} input (got ${x.sizes.length}D input)`);
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, trackRunningStats } = this;
    return `${numFeatures}, eps=${repr(eps)}, momentum=${repr(momentum)}, affine=${repr(affine)}, bias=${repr(this.bias !== null)}, track_running_stats=${repr(trackRunningStats)}`;
  }
}
nameInCamelCase(NormBase.prototype, "running_mean", "running_var", "num_batches_tracked");

/** State dicts from before PyTorch counted batches, and files that state no version, lack the count. */
function addMissingCount(module: Module, stateDict: StateDict, prefix: string): void {
  const count = buffersByName(module).get("num_batches_tracked") ?? null;
  const key = `${prefix}num_batches_tracked`;
  if (count === null || (stateDict.versions.get(prefix.slice(0, -1)) ?? 0) >= 2 || stateDict.has(key)) return;
  stateDict.set(key, count.device === "meta" ? Tensor.allocate([], int64, "cpu") : count);
}

// ---- batch normalization

abstract class BatchNorm<Affine extends boolean, HasBias extends boolean> extends NormBase<Affine, HasBias> {
  override forward(x: Tensor): Tensor {
    this.checkInputDim(x);
    const { training, trackRunningStats, numBatchesTracked } = this;
    let momentum = this.momentum ?? 0;
    if (training && trackRunningStats && numBatchesTracked !== null) {
      if (numBatchesTracked.device === "cpu") {
        const count = numBatchesTracked.item() + 1;
        fill(numBatchesTracked, count);
        if (this.momentum === null) momentum = 1 / count;
      }
      numBatchesTracked.version.value++;
    }
    const usesRunning = !training || trackRunningStats;
    return F.batchNorm(x, usesRunning ? this.runningMean : null, usesRunning ? this.runningVar : null, {
      weight: this.weight,
      bias: this.bias,
      training: training || (this.runningMean === null && this.runningVar === null),
      momentum,
      eps: this.eps,
    });
  }
}

/**
 * Batch normalization of (batch, features) or (batch, channels, length). (torch.nn.BatchNorm1d) `weight` starts as ones, `bias` as zeros, the running
 * mean at 0 and the running variance at 1.
 */
export class BatchNorm1d<Affine extends boolean = true, HasBias extends boolean = Affine> extends BatchNorm<Affine, HasBias> {
  constructor(...args: ChannelNormArguments<Affine, HasBias>) {
    super(...channelNormOptions(new.target.name, args));
  }

  protected override get inputDims(): readonly number[] {
    return [2, 3];
  }
}

/**
 * Batch normalization of (batch, channels, height, width). (torch.nn.BatchNorm2d) `weight` starts as ones, `bias` as zeros, the running mean at 0 and
 * the running variance at 1.
 */
export class BatchNorm2d<Affine extends boolean = true, HasBias extends boolean = Affine> extends BatchNorm<Affine, HasBias> {
  constructor(...args: ChannelNormArguments<Affine, HasBias>) {
    super(...channelNormOptions(new.target.name, args));
  }

  protected override get inputDims(): readonly number[] {
    return [4];
  }
}

/**
 * Batch normalization of (batch, channels, depth, height, width). (torch.nn.BatchNorm3d) `weight` starts as ones, `bias` as zeros, the running mean at 0
 * and the running variance at 1.
 */
export class BatchNorm3d<Affine extends boolean = true, HasBias extends boolean = Affine> extends BatchNorm<Affine, HasBias> {
  constructor(...args: ChannelNormArguments<Affine, HasBias>) {
    super(...channelNormOptions(new.target.name, args));
  }

  protected override get inputDims(): readonly number[] {
    return [5];
  }
}

/**
 * Batch normalization over the batches of several processes, of inputs of at least two dimensions (torch.nn.SyncBatchNorm). There is one process here,
 * in which it is plain batch normalization, as in PyTorch where `torch.distributed` is not initialized. `weight` starts as ones, `bias` as zeros, the
 * running mean at 0 and the running variance at 1.
 */
export class SyncBatchNorm<Affine extends boolean = true, HasBias extends boolean = Affine> extends BatchNorm<Affine, HasBias> {
  constructor(...args: ChannelNormArguments<Affine, HasBias>) {
    super(...channelNormOptions(new.target.name, args));
  }

  protected override get inputDims(): readonly number[] {
    return [2, 3, 4, 5];
  }

  protected override checkInputDim(x: Tensor): void {
    if (x.sizes.length < 2) throw new ValueError(`expected at least 2D input (got ${x.sizes.length}D input)`);
    if (x.sizes[1] === 0) throw new ValueError("SyncBatchNorm number of input channels should be non-zero");
  }

  /** Puts one of these, with the same parameters and statistics, in the place of every BatchNorm1d, 2d and 3d. (SyncBatchNorm.convert_sync_batchnorm) */
  static convertSyncBatchnorm(module: Module): Module {
    let result = module;
    if (module instanceof BatchNorm) {
      const { numFeatures, eps, momentum, affine, trackRunningStats, weight, bias, runningMean, runningVar, numBatchesTracked, training } = module;
      const converted = new SyncBatchNorm<boolean, boolean>(numFeatures, eps, momentum, affine, trackRunningStats, { bias: bias !== null });
      if (affine) Object.assign(converted, { weight, bias });
      Object.assign(converted, { runningMean, runningVar, numBatchesTracked });
      converted.training = training;
      result = converted;
    }
    for (const [name, child] of module.namedChildren()) result.addModule(name, SyncBatchNorm.convertSyncBatchnorm(child));
    return result;
  }
}

// ---- instance normalization

abstract class InstanceNorm<Affine extends boolean, HasBias extends boolean> extends NormBase<Affine, HasBias> {
  static override readonly [declaration]: LayerDeclaration<InstanceNorm<boolean, boolean>> = {
    ...NormBase[declaration],
    arguments: (layer) => normArguments(layer, false),
    takes: ({ affine, inputDims }) => (affine ? [{ argument: "numFeatures", input: 0, axis: 1 - inputDims.at(-1)!, counts: "channel" }] : []),
  };

  /** How many dimensions an input without a batch has. */
  protected abstract readonly unbatchedDims: number;

  constructor(numFeatures: number | null, options: NormOptions<boolean, boolean>) {
    super(numFeatures, { ...options, affine: options.affine ?? false, trackRunningStats: options.trackRunningStats ?? false });
  }

  protected override get inputDims(): readonly number[] {
    return [this.unbatchedDims, this.unbatchedDims + 1];
  }

  override forward(x: Tensor): Tensor {
    this.checkInputDim(x);
    const channelDim = x.sizes.length - this.unbatchedDims;
    if (x.sizes[channelDim] !== this.numFeatures) {
      if (this.affine) {
        throw new ValueError(`expected input's size at dim=${channelDim} to match num_features (${this.numFeatures}), but got: ${x.sizes[channelDim]}.`);
      }
      warn(
        `input's size at dim=${channelDim} does not match num_features. You can silence this warning by not passing in num_features, which is not used because affine=False`,
      );
    }
    if (channelDim === 0) return this.normalize(x.unsqueeze(0)).squeeze(0);
    return this.normalize(x);
  }

  private normalize(x: Tensor): Tensor {
    return F.instanceNorm(x, {
      runningMean: this.runningMean,
      runningVar: this.runningVar,
      weight: this.weight,
      bias: this.bias,
      useInputStats: this.training || !this.trackRunningStats,
      momentum: this.momentum ?? 0,
      eps: this.eps,
    });
  }
}

/**
 * Instance normalization of (channels, length), with or without a batch in front. (torch.nn.InstanceNorm1d) With `affine`, `weight` starts as ones and
 * `bias` as zeros.
 */
export class InstanceNorm1d<Affine extends boolean = false, HasBias extends boolean = Affine> extends InstanceNorm<Affine, HasBias> {
  constructor(...args: ChannelNormArguments<Affine, HasBias>) {
    super(...channelNormOptions(new.target.name, args));
  }

  protected override get unbatchedDims(): number {
    return 2;
  }
}

/**
 * Instance normalization of (channels, height, width), with or without a batch in front. (torch.nn.InstanceNorm2d) With `affine`, `weight` starts as
 * ones and `bias` as zeros.
 */
export class InstanceNorm2d<Affine extends boolean = false, HasBias extends boolean = Affine> extends InstanceNorm<Affine, HasBias> {
  constructor(...args: ChannelNormArguments<Affine, HasBias>) {
    super(...channelNormOptions(new.target.name, args));
  }

  protected override get unbatchedDims(): number {
    return 3;
  }
}

/**
 * Instance normalization of (channels, depth, height, width), with or without a batch in front. (torch.nn.InstanceNorm3d) With `affine`, `weight` starts
 * as ones and `bias` as zeros.
 */
export class InstanceNorm3d<Affine extends boolean = false, HasBias extends boolean = Affine> extends InstanceNorm<Affine, HasBias> {
  constructor(...args: ChannelNormArguments<Affine, HasBias>) {
    super(...channelNormOptions(new.target.name, args));
  }

  protected override get unbatchedDims(): number {
    return 4;
  }
}

// ---- lazy variants

/** Gives a lazy layer's parameters and buffers their shape, for inputs of that many channels, and makes the layer one of class `type`. */
function materialize(layer: NormBase<boolean, boolean>, numFeatures: number, type: { readonly prototype: object }): void {
  if (layer.numFeatures === 0) layer.numFeatures = numFeatures;
  let wasUninitialized = false;
  for (const tensor of [layer.weight, layer.bias, layer.runningMean, layer.runningVar]) {
    if (tensor === null || !isUninitialized(tensor)) continue;
    tensor.materialize(Tensor.allocate([numFeatures], tensor.dtype, tensor.device));
    wasUninitialized = true;
  }
  if (wasUninitialized) layer.resetParameters();
  Object.setPrototypeOf(layer, type.prototype);
}

/** A BatchNorm1d that learns `numFeatures` from its first input, and becomes a BatchNorm1d by it. (torch.nn.LazyBatchNorm1d) */
export class LazyBatchNorm1d<Affine extends boolean = true, HasBias extends boolean = Affine> extends BatchNorm<Affine, HasBias> {
  constructor(...args: NormArguments<Affine, HasBias>) {
    super(null, normOptions(new.target.name, args));
  }

  protected override get inputDims(): readonly number[] {
    return [2, 3];
  }

  protected override checkInputDim(x: Tensor): void {
    super.checkInputDim(x);
    materialize(this, x.sizes[1]!, BatchNorm1d);
  }
}

/** A BatchNorm2d that learns `numFeatures` from its first input, and becomes a BatchNorm2d by it. (torch.nn.LazyBatchNorm2d) */
export class LazyBatchNorm2d<Affine extends boolean = true, HasBias extends boolean = Affine> extends BatchNorm<Affine, HasBias> {
  constructor(...args: NormArguments<Affine, HasBias>) {
    super(null, normOptions(new.target.name, args));
  }

  protected override get inputDims(): readonly number[] {
    return [4];
  }

  protected override checkInputDim(x: Tensor): void {
    super.checkInputDim(x);
    materialize(this, x.sizes[1]!, BatchNorm2d);
  }
}

/** A BatchNorm3d that learns `numFeatures` from its first input, and becomes a BatchNorm3d by it. (torch.nn.LazyBatchNorm3d) */
export class LazyBatchNorm3d<Affine extends boolean = true, HasBias extends boolean = Affine> extends BatchNorm<Affine, HasBias> {
  constructor(...args: NormArguments<Affine, HasBias>) {
    super(null, normOptions(new.target.name, args));
  }

  protected override get inputDims(): readonly number[] {
    return [5];
  }

  protected override checkInputDim(x: Tensor): void {
    super.checkInputDim(x);
    materialize(this, x.sizes[1]!, BatchNorm3d);
  }
}

/** What the lazy instance normalizations have in common: the channels are learned from the first input. */
abstract class LazyInstanceNorm<Affine extends boolean, HasBias extends boolean> extends InstanceNorm<Affine, HasBias> {
  static override readonly [declaration]: LayerDeclaration<LazyInstanceNorm<boolean, boolean>> = {
    ...NormBase[declaration],
    arguments: (layer) => normArguments(layer, true),
  };

  /** Unlike the other instance normalizations, these have weights and running statistics by default, as PyTorch's. */
  constructor(...args: NormArguments<Affine, HasBias>) {
    super(null, { affine: true, trackRunningStats: true, ...normOptions(new.target.name, args) });
  }

  protected becomeWhatItIs(x: Tensor, type: { readonly prototype: object }): void {
    materialize(this, x.sizes[x.sizes.length - this.unbatchedDims]!, type);
  }
}

/** An InstanceNorm1d that learns `numFeatures` from its first input, and becomes an InstanceNorm1d by it. (torch.nn.LazyInstanceNorm1d) */
export class LazyInstanceNorm1d<Affine extends boolean = true, HasBias extends boolean = Affine> extends LazyInstanceNorm<Affine, HasBias> {
  protected override get unbatchedDims(): number {
    return 2;
  }

  protected override checkInputDim(x: Tensor): void {
    super.checkInputDim(x);
    this.becomeWhatItIs(x, InstanceNorm1d);
  }
}

/** An InstanceNorm2d that learns `numFeatures` from its first input, and becomes an InstanceNorm2d by it. (torch.nn.LazyInstanceNorm2d) */
export class LazyInstanceNorm2d<Affine extends boolean = true, HasBias extends boolean = Affine> extends LazyInstanceNorm<Affine, HasBias> {
  protected override get unbatchedDims(): number {
    return 3;
  }

  protected override checkInputDim(x: Tensor): void {
    super.checkInputDim(x);
    this.becomeWhatItIs(x, InstanceNorm2d);
  }
}

/** An InstanceNorm3d that learns `numFeatures` from its first input, and becomes an InstanceNorm3d by it. (torch.nn.LazyInstanceNorm3d) */
export class LazyInstanceNorm3d<Affine extends boolean = true, HasBias extends boolean = Affine> extends LazyInstanceNorm<Affine, HasBias> {
  protected override get unbatchedDims(): number {
    return 4;
  }

  protected override checkInputDim(x: Tensor): void {
    super.checkInputDim(x);
    this.becomeWhatItIs(x, InstanceNorm3d);
  }
}
