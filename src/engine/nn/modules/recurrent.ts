import { defineComposite } from "../../dispatch/index.js";
import { RuntimeError, TypeError, ValueError, typeInPython } from "../../errors.js";
import { collect } from "../../arguments.js";
import { gateCount } from "../../kernels/recurrent.js";
import { recurrentNetwork, type LayerWeights, type RecurrentMode, type RecurrentResult } from "../../ops/recurrent.js";
import { repr } from "../../print/python.js";
import { equalSizes, formatSizes } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { warn } from "../../warnings.js";
import { declaration, optional, takesFeatures, type LayerDeclaration } from "../declaration.js";
import { sequences } from "../exampleInputs.js";
import { emptyParameter, type FactoryOptions } from "../factory.js";
import * as init from "../init.js";
import { Module } from "../module.js";
import { nameInCamelCase } from "../names.js";
import type { Parameter } from "../parameter.js";
import { PackedSequence } from "../utils/rnn.js";
import { recurrentAxes, recurrentSizes, rnnMode, type RecurrentArguments, type RecurrentSizes } from "./recurrentArguments.js";
import { computes, ofParts } from "../../operation.js";

/**
 * Recurrent layers and their cells. Parameters bear PyTorch's names, `weight_ih_l0`, `bias_hh_l1_reverse`, and start from
 * U(-1/sqrt(hiddenSize), 1/sqrt(hiddenSize)) in that order. The gates lie one after the other in the first dimension: input, forget,
 * cell, output for LSTM; reset, update, new for GRU.
 */

export interface RecurrentLayerOptions extends FactoryOptions {
  /** Layers on top of each other. Default 1. */
  readonly numLayers?: number;
  /** Whether to learn biases. Default true. */
  readonly bias?: boolean;
  /** Whether inputs and outputs are (batch, steps, features) instead of (steps, batch, features). Default false. */
  readonly batchFirst?: boolean;
  /** Probability with which elements between layers are dropped while training. Default 0. */
  readonly dropout?: number;
  /** Whether a second layer reads each sequence from its end. Default false. */
  readonly bidirectional?: boolean;
}

interface RecurrentBaseOptions extends RecurrentLayerOptions {
  readonly projSize?: number;
}

const layerFacts = {
  effect: computes,
  multiplyAdds: ofParts,
  arguments: [null, "input", "h0", "c0", null, { batchSizes: null, batchFirst: false, dropout: 0, training: null }],
} as const;

const composites: Readonly<Record<RecurrentMode, typeof recurrentNetwork>> = {
  rnnTanh: defineComposite({ name: "rnnTanh", ...layerFacts }, recurrentNetwork),
  rnnRelu: defineComposite({ name: "rnnRelu", ...layerFacts }, recurrentNetwork),
  lstm: defineComposite({ name: "lstm", ...layerFacts }, recurrentNetwork),
  gru: defineComposite({ name: "gru", ...layerFacts }, recurrentNetwork),
};

function recurrentArguments(layer: RNNBase): Readonly<Record<string, unknown>> {
  const { inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional } = layer;
  return {
    inputSize,
    hiddenSize,
    numLayers: optional(numLayers, 1),
    bias: optional(bias, true),
    batchFirst: optional(batchFirst, false),
    dropout: optional(dropout, 0),
    bidirectional: optional(bidirectional, false),
  };
}

/** What RNN, LSTM and GRU have in common. (torch.nn.RNNBase) */
export abstract class RNNBase extends Module {
  static override readonly [declaration]: LayerDeclaration<RNNBase> = {
    family: "recurrent",
    arguments: (layer) => recurrentArguments(layer),
    takes: () => [takesFeatures("inputSize")],
    axes: recurrentAxes,
    inputs: ({ inputSize, batchFirst }) => sequences(inputSize, batchFirst),
  };

  readonly numLayers: number;
  /** Whether there are biases. */
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  /** Size that each state is projected to; 0 without projection. */
  readonly projSize: number;
  declare readonly weight_ih_l0: Parameter;
  declare readonly weight_hh_l0: Parameter;
  declare readonly weightIhL0: Parameter;
  declare readonly weightHhL0: Parameter;
  readonly [weight: `weight_${string}` | `weightIhL${string}` | `weightHhL${string}` | `weightHrL${string}`]: Parameter;
  readonly [bias: `bias_${string}` | `biasIhL${string}` | `biasHhL${string}`]: Parameter;

  constructor(
    protected readonly mode: RecurrentMode,
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: RecurrentBaseOptions,
  ) {
    super();
    const { numLayers = 1, bias = true, batchFirst = false, dropout = 0, bidirectional = false, projSize = 0 } = options;
    if (!Number.isInteger(Number(numLayers))) throw new TypeError(`'${typeInPython(numLayers)}' object cannot be interpreted as an integer`);
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.bidirectional = bidirectional;
    this.projSize = projSize;
    this.checkArguments();
    const width = gateCount[mode] * hiddenSize;
    const directions = bidirectional ? 2 : 1;
    for (let layer = 0; layer < numLayers; layer++) {
      const layerInput = layer === 0 ? inputSize : this.stateSize * directions;
      for (const suffix of this.suffixesOf(layer)) {
        this.registerParameter(`weight_ih_${suffix}`, emptyParameter([width, layerInput], options));
        this.registerParameter(`weight_hh_${suffix}`, emptyParameter([width, this.stateSize], options));
        if (bias) {
          this.registerParameter(`bias_ih_${suffix}`, emptyParameter([width], options));
          this.registerParameter(`bias_hh_${suffix}`, emptyParameter([width], options));
        }
        if (projSize > 0) this.registerParameter(`weight_hr_${suffix}`, emptyParameter([projSize, hiddenSize], options));
      }
    }
    nameInCamelCase(RNNBase.prototype, ...[...this.namedParameters()].map(([name]) => name));
    this.resetParameters();
  }

  private checkArguments(): void {
    const { hiddenSize, numLayers, dropout, projSize } = this;
    if (typeof dropout !== "number" || !(dropout >= 0 && dropout <= 1)) {
      throw new ValueError("dropout should be a number in range [0, 1] representing the probability of an element being zeroed");
    }
    if (dropout > 0 && numLayers === 1) {
      warn(
        `dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater than 1, but got dropout=${dropout} and num_layers=${numLayers}`,
      );
    }
    if (!Number.isInteger(hiddenSize))
      throw new TypeError(`hidden_size should be of type int, got: ${typeof hiddenSize === "number" ? "float" : typeof hiddenSize}`);
    if (hiddenSize <= 0) throw new ValueError("hidden_size must be greater than zero");
    if (numLayers <= 0) throw new ValueError("num_layers must be greater than zero");
    if (projSize < 0) throw new ValueError("proj_size should be a positive integer or zero to disable projections");
    if (projSize >= hiddenSize) throw new ValueError("proj_size has to be smaller than hidden_size");
  }

  /** Size of each state. */
  protected get stateSize(): number {
    return this.projSize > 0 ? this.projSize : this.hiddenSize;
  }

  /** "l0", and "l0_reverse" where the layer reads both ways. */
  private suffixesOf(layer: number): string[] {
    return this.bidirectional ? [`l${layer}`, `l${layer}_reverse`] : [`l${layer}`];
  }

  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const weight of this.parameters()) init.uniform_(weight, -bound, bound);
  }

  /** The parameters of each layer and direction, as PyTorch's `all_weights` lists them. */
  get allWeights(): Parameter[][] {
    return this.layers()
      .flat()
      .map((weights) => Object.values(weights).filter((weight): weight is Parameter => weight !== null));
  }

  /** Does nothing: the weights need not lie in one block here. For code that calls it as PyTorch's does. */
  flattenParameters(): void {}

  private layers(): LayerWeights[][] {
    const parameter = (name: string): Tensor | null => (this as unknown as Record<string, Tensor | undefined>)[name] ?? null;
    return Array.from({ length: this.numLayers }, (_, layer) =>
      this.suffixesOf(layer).map((suffix) => ({
        inputWeight: parameter(`weight_ih_${suffix}`)!,
        hiddenWeight: parameter(`weight_hh_${suffix}`)!,
        inputBias: parameter(`bias_ih_${suffix}`),
        hiddenBias: parameter(`bias_hh_${suffix}`),
        projection: parameter(`weight_hr_${suffix}`),
      })),
    );
  }

  /** Runs the network on batched or unbatched input; results have a batch when the input has one. */
  protected run(input: Tensor, h0: Tensor | null, c0: Tensor | null): RecurrentResult {
    const name = this.mode === "lstm" ? "LSTM" : this.mode === "gru" ? "GRU" : "RNN";
    if (input.sizes.length !== 2 && input.sizes.length !== 3) {
      throw new ValueError(`${name}: Expected input to be 2D or 3D, got ${input.sizes.length}D ${name === "RNN" ? "tensor " : ""}instead`);
    }
    const isBatched = input.sizes.length === 3;
    this.checkStateDims(isBatched, h0, c0);
    const batchDim = this.batchFirst ? 0 : 1;
    const batched = isBatched ? input : input.unsqueeze(batchDim);
    const stateSizes = (size: number): number[] => [this.numLayers * (this.bidirectional ? 2 : 1), batched.sizes[batchDim]!, size];
    const state = (given: Tensor | null, size: number): Tensor => {
      if (given === null) return Tensor.allocate(stateSizes(size), batched.dtype, batched.device);
      return isBatched ? given : given.unsqueeze(1);
    };
    const h = state(h0, this.stateSize);
    const c = this.mode === "lstm" ? state(c0, this.hiddenSize) : null;
    this.checkSizes(batched, h, c, stateSizes);
    const { batchFirst, dropout, training } = this;
    const result = composites[this.mode](this.mode, batched, h, c, this.layers(), { batchFirst, dropout, training });
    if (isBatched) return result;
    return { output: result.output.squeeze(batchDim), state: result.state.squeeze(1), cell: result.cell && result.cell.squeeze(1) };
  }

  /** Runs the network on packed sequences; the states are in the order that the batch had. */
  protected runPacked(input: PackedSequence, h0: Tensor | null, c0: Tensor | null): Omit<RecurrentResult, "output"> & { readonly output: PackedSequence } {
    const { data, sortedIndices, unsortedIndices } = input;
    const batchSizes = input.batchSizes.tolist() as number[];
    if (data.sizes.length !== 2) throw new RuntimeError(`input must have 2 dimensions, got ${data.sizes.length}`);
    const stateSizes = (size: number): number[] => [this.numLayers * (this.bidirectional ? 2 : 1), batchSizes[0]!, size];
    const arranged = (state: Tensor, order: Tensor | null): Tensor => (order === null ? state : state.indexSelect(1, order));
    const initial = (given: Tensor | null, size: number): Tensor => given ?? Tensor.allocate(stateSizes(size), data.dtype, data.device);
    const h = initial(h0, this.stateSize);
    const c = this.mode === "lstm" ? initial(c0, this.hiddenSize) : null;
    this.checkSizes(data, h, c, stateSizes);
    const { dropout, training } = this;
    const [first, second] = [arranged(h, sortedIndices), c && arranged(c, sortedIndices)];
    const { output, state, cell } = composites[this.mode](this.mode, data, first, second, this.layers(), { dropout, training, batchSizes });
    return { output: input.withData(output), state: arranged(state, unsortedIndices), cell: cell && arranged(cell, unsortedIndices) };
  }

  private checkStateDims(isBatched: boolean, h0: Tensor | null, c0: Tensor | null): void {
    if (h0 === null) return;
    const dims = isBatched ? 3 : 2;
    if (h0.sizes.length === dims && (c0 === null || c0.sizes.length === dims)) return;
    const start = `For ${isBatched ? "batched 3-D" : "unbatched 2-D"} input, hx`;
    if (c0 === null) throw new RuntimeError(`${start} should also be ${dims}-D but got ${h0.sizes.length}-D tensor`);
    throw new RuntimeError(`${start} and cx should also be ${dims}-D but got (${h0.sizes.length}-D, ${c0.sizes.length}-D) tensors`);
  }

  private checkSizes(input: Tensor, h: Tensor, c: Tensor | null, stateSizes: (size: number) => number[]): void {
    const { dtype } = this.weight_ih_l0;
    if (input.dtype !== dtype) throw new ValueError(`input must have the type ${dtype}, got type ${input.dtype}`);
    const features = input.sizes[input.sizes.length - 1]!;
    if (features !== this.inputSize) throw new RuntimeError(`input.size(-1) must be equal to input_size. Expected ${this.inputSize}, got ${features}`);
    const check = (tensor: Tensor, size: number, what: string): void => {
      const expected = stateSizes(size);
      if (!equalSizes(tensor.sizes, expected)) throw new RuntimeError(`Expected ${what} size ${repr(expected)}, got ${formatSizes(tensor.sizes)}`);
    };
    check(h, this.stateSize, c === null ? "hidden" : "hidden[0]");
    if (c !== null) check(c, this.hiddenSize, "hidden[1]");
  }

  override extraRepr(): string {
    const { inputSize, hiddenSize, projSize, numLayers, bias, batchFirst, dropout, bidirectional } = this;
    const given = (name: string, value: number | boolean, defaultValue: number | boolean): string => (value === defaultValue ? "" : `, ${name}=${repr(value)}`);
    return (
      `${inputSize}, ${hiddenSize}${given("proj_size", projSize, 0)}${given("num_layers", numLayers, 1)}${given("bias", bias, true)}` +
      `${given("batch_first", batchFirst, false)}${given("dropout", dropout, 0)}${given("bidirectional", bidirectional, false)}`
    );
  }
}

export interface RNNOptions extends RecurrentLayerOptions {
  /** Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

/** Packed sequences give packed sequences. */
export interface RNN {
  (input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, h: Tensor];
}

/**
 * A recurrent network with tanh or relu: h' = tanh(W_ih x + b_ih + W_hh h + b_hh). (torch.nn.RNN) Input (steps, batch, inputSize), or without a batch;
 * gives [output (steps, batch, directions * hiddenSize), h (layers * directions, batch, hiddenSize)]. All weights and biases start from
 * U(-1/sqrt(hiddenSize), 1/sqrt(hiddenSize)).
 */
export class RNN extends RNNBase {
  static override readonly [declaration]: LayerDeclaration<RNN> = {
    ...RNNBase[declaration],
    arguments: (layer) => ({ ...recurrentArguments(layer), nonlinearity: optional(layer.nonlinearity, "tanh") }),
  };

  readonly nonlinearity: "tanh" | "relu";

  constructor(
    ...args: RecurrentArguments<
      [numLayers: number, nonlinearity: "tanh" | "relu", bias: boolean, batchFirst: boolean, dropout: number, bidirectional: boolean],
      RNNOptions
    >
  ) {
    const options = collect<RNNOptions & RecurrentBaseOptions & Partial<RecurrentSizes>>(
      "RNN",
      ["inputSize", "hiddenSize", "numLayers", "nonlinearity", "bias", "batchFirst", "dropout", "bidirectional"],
      args,
      ["projSize", "device", "dtype"],
    );
    if (options.projSize !== undefined) throw new ValueError("proj_size argument is only supported for LSTM, not RNN or GRU");
    const { nonlinearity = "tanh" } = options;
    super(
      rnnMode(nonlinearity, (unknown) => `Unknown nonlinearity '${unknown}'. Select from 'tanh' or 'relu'.`),
      ...recurrentSizes("RNN", options),
      options,
    );
    this.nonlinearity = nonlinearity;
  }

  /** `hx`: the initial states (layers * directions, batch, hiddenSize); zeros if null. */
  override forward(input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, h: Tensor];
  override forward(input: Tensor, hx?: Tensor | null): [output: Tensor, h: Tensor];
  override forward(input: Tensor | PackedSequence, hx: Tensor | null = null): [output: Tensor | PackedSequence, h: Tensor] {
    const { output, state } = input instanceof PackedSequence ? this.runPacked(input, hx, null) : this.run(input, hx, null);
    return [output, state];
  }
}

/** Packed sequences give packed sequences. */
export interface GRU {
  (input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, h: Tensor];
}

/**
 * A network of gated recurrent units (torch.nn.GRU). Input, output and states as for RNN. All weights and biases start from U(-1/sqrt(hiddenSize),
 * 1/sqrt(hiddenSize)).
 */
export class GRU extends RNNBase {
  constructor(
    ...args: RecurrentArguments<[numLayers: number, bias: boolean, batchFirst: boolean, dropout: number, bidirectional: boolean], RecurrentLayerOptions>
  ) {
    const options = collect<RecurrentBaseOptions & Partial<RecurrentSizes>>(
      "GRU",
      ["inputSize", "hiddenSize", "numLayers", "bias", "batchFirst", "dropout", "bidirectional"],
      args,
      ["projSize", "device", "dtype"],
    );
    if (options.projSize !== undefined) throw new ValueError("proj_size argument is only supported for LSTM, not RNN or GRU");
    super("gru", ...recurrentSizes("GRU", options), options);
  }

  /** `hx`: the initial states (layers * directions, batch, hiddenSize); zeros if null. */
  override forward(input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, h: Tensor];
  override forward(input: Tensor, hx?: Tensor | null): [output: Tensor, h: Tensor];
  override forward(input: Tensor | PackedSequence, hx: Tensor | null = null): [output: Tensor | PackedSequence, h: Tensor] {
    const { output, state } = input instanceof PackedSequence ? this.runPacked(input, hx, null) : this.run(input, hx, null);
    return [output, state];
  }
}

export interface LSTMOptions extends RecurrentLayerOptions {
  /** Size that each state is projected to; 0 for no projection. Default 0. */
  readonly projSize?: number;
}

/** Packed sequences give packed sequences. */
export interface LSTM {
  (input: PackedSequence, hx?: readonly [h: Tensor, c: Tensor] | null): [output: PackedSequence, state: [h: Tensor, c: Tensor]];
}

/**
 * A long short-term memory network (torch.nn.LSTM). Input (steps, batch, inputSize), or without a batch; gives [output, [h, c]]: the states of all steps
 * (steps, batch, directions * stateSize), the last states (layers * directions, batch, stateSize) and the last cells (layers * directions, batch,
 * hiddenSize). stateSize is `projSize` where there is one, else `hiddenSize`. All weights and biases start from U(-1/sqrt(hiddenSize),
 * 1/sqrt(hiddenSize)).
 */
export class LSTM extends RNNBase {
  static override readonly [declaration]: LayerDeclaration<LSTM> = {
    ...RNNBase[declaration],
    arguments: (layer) => ({ ...recurrentArguments(layer), projSize: optional(layer.projSize, 0) }),
  };

  constructor(
    ...args: RecurrentArguments<[numLayers: number, bias: boolean, batchFirst: boolean, dropout: number, bidirectional: boolean, projSize: number], LSTMOptions>
  ) {
    const options = collect<LSTMOptions & Partial<RecurrentSizes>>(
      "LSTM",
      ["inputSize", "hiddenSize", "numLayers", "bias", "batchFirst", "dropout", "bidirectional", "projSize"],
      args,
      ["device", "dtype"],
    );
    super("lstm", ...recurrentSizes("LSTM", options), options);
  }

  /** `hx`: the initial states and cells; zeros if null. */
  override forward(input: PackedSequence, hx?: readonly [h: Tensor, c: Tensor] | null): [output: PackedSequence, state: [h: Tensor, c: Tensor]];
  override forward(input: Tensor, hx?: readonly [h: Tensor, c: Tensor] | null): [output: Tensor, state: [h: Tensor, c: Tensor]];
  override forward(
    input: Tensor | PackedSequence,
    hx: readonly [h: Tensor, c: Tensor] | null = null,
  ): [output: Tensor | PackedSequence, state: [h: Tensor, c: Tensor]] {
    const [h, c] = hx ?? [null, null];
    const { output, state, cell } = input instanceof PackedSequence ? this.runPacked(input, h, c) : this.run(input, h, c);
    return [output, [state, cell!]];
  }
}
