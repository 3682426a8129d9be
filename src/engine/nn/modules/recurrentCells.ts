import { defineComposite } from "../../dispatch/index.js";
import { ValueError } from "../../errors.js";
import { collect } from "../../arguments.js";
import { gateCount } from "../../kernels/recurrent.js";
import { checkCellSizes, recurrentCell, type LayerWeights, type RecurrentMode } from "../../ops/recurrent.js";
import { Tensor } from "../../tensor.js";
import { declaration, optional, takesFeatures, type LayerDeclaration } from "../declaration.js";
import { floats } from "../exampleInputs.js";
import { emptyParameter, type FactoryOptions } from "../factory.js";
import * as init from "../init.js";
import { Module } from "../module.js";
import { nameInCamelCase } from "../names.js";
import type { Parameter } from "../parameter.js";
import { recurrentAxes, recurrentSizes, rnnMode, type RecurrentArguments, type RecurrentSizes } from "./recurrentArguments.js";
import { computes, ofParts } from "../../operation.js";

/** One step of recurrent layers. */

export interface CellOptions extends FactoryOptions {
  /** Whether to learn biases. Default true. */
  readonly bias?: boolean;
}

const cellFacts = { effect: computes, multiplyAdds: ofParts, arguments: [null, "input", "h", "c", null] } as const;

const cellComposites: Readonly<Record<RecurrentMode, typeof recurrentCell>> = {
  rnnTanh: defineComposite({ name: "rnnTanhCell", ...cellFacts }, recurrentCell),
  rnnRelu: defineComposite({ name: "rnnReluCell", ...cellFacts }, recurrentCell),
  lstm: defineComposite({ name: "lstmCell", ...cellFacts }, recurrentCell),
  gru: defineComposite({ name: "gruCell", ...cellFacts }, recurrentCell),
};

/** What the cells have in common: one step of one layer. (torch.nn.RNNCellBase) */
export abstract class RNNCellBase extends Module {
  static override readonly [declaration]: LayerDeclaration<RNNCellBase> = {
    family: "recurrent",
    arguments: ({ inputSize, hiddenSize, bias }) => ({ inputSize, hiddenSize, bias: optional(bias, true) }),
    takes: () => [takesFeatures("inputSize")],
    axes: recurrentAxes,
    inputs: ({ inputSize }) => floats([1, inputSize]),
  };

  /** Whether there are biases. */
  readonly bias: boolean;
  /** Of shape (gates * hiddenSize, inputSize). */
  declare weightIh: Parameter;
  /** Of shape (gates * hiddenSize, hiddenSize). */
  declare weightHh: Parameter;
  declare biasIh: Parameter | null;
  declare biasHh: Parameter | null;

  constructor(
    protected readonly mode: RecurrentMode,
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: CellOptions,
  ) {
    super();
    this.bias = options.bias ?? true;
    const width = gateCount[mode] * hiddenSize;
    this.registerParameter("weight_ih", emptyParameter([width, inputSize], options));
    this.registerParameter("weight_hh", emptyParameter([width, hiddenSize], options));
    this.registerParameter("bias_ih", this.bias ? emptyParameter([width], options) : null);
    this.registerParameter("bias_hh", this.bias ? emptyParameter([width], options) : null);
    this.resetParameters();
  }

  resetParameters(): void {
    const bound = this.hiddenSize > 0 ? 1 / Math.sqrt(this.hiddenSize) : 0;
    for (const weight of this.parameters()) init.uniform_(weight, -bound, bound);
  }

  /** One step; states have a batch when the input has one. */
  protected step(input: Tensor, states: readonly Tensor[] | null): { state: Tensor; cell: Tensor | null } {
    const name = this.mode === "lstm" ? "LSTMCell" : this.mode === "gru" ? "GRUCell" : "RNNCell";
    const is1Or2 = (tensor: Tensor): boolean => tensor.sizes.length === 1 || tensor.sizes.length === 2;
    if (!is1Or2(input)) throw new ValueError(`${name}: Expected input to be 1D or 2D, got ${input.sizes.length}D instead`);
    states?.forEach((state, i) => {
      if (is1Or2(state)) return;
      throw new ValueError(`${name}: Expected ${this.mode === "lstm" ? `hx[${i}]` : "hidden"} to be 1D or 2D, got ${state.sizes.length}D instead`);
    });
    const isBatched = input.sizes.length === 2;
    const x = isBatched ? input : input.unsqueeze(0);
    const initial = (i: number): Tensor => {
      const given = states?.[i];
      if (given === undefined) return Tensor.allocate([x.sizes[0]!, this.hiddenSize], x.dtype, x.device);
      return isBatched ? given : given.unsqueeze(0);
    };
    const weights: LayerWeights = {
      inputWeight: this.weightIh,
      hiddenWeight: this.weightHh,
      inputBias: this.biasIh,
      hiddenBias: this.biasHh,
      projection: null,
    };
    const h = initial(0);
    const c = this.mode === "lstm" ? initial(1) : null;
    checkCellSizes(x, h, weights, 0);
    if (c !== null) checkCellSizes(x, c, weights, 1);
    const { state, cell } = cellComposites[this.mode](this.mode, x, h, c, weights);
    return isBatched ? { state, cell } : { state: state.squeeze(0), cell: cell && cell.squeeze(0) };
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias ? "" : ", bias=False"}`;
  }
}
nameInCamelCase(RNNCellBase.prototype, "weight_ih", "weight_hh", "bias_ih", "bias_hh");

export interface RNNCellOptions extends CellOptions {
  /** Default "tanh". */
  readonly nonlinearity?: "tanh" | "relu";
}

/**
 * One step of an RNN (torch.nn.RNNCell): input (batch, inputSize) and state (batch, hiddenSize), both also without a batch, to the next state. All
 * weights and biases start from U(-1/sqrt(hiddenSize), 1/sqrt(hiddenSize)).
 */
export class RNNCell extends RNNCellBase {
  static override readonly [declaration]: LayerDeclaration<RNNCell> = {
    ...RNNCellBase[declaration],
    arguments: ({ inputSize, hiddenSize, bias, nonlinearity }) => ({
      inputSize,
      hiddenSize,
      bias: optional(bias, true),
      nonlinearity: optional(nonlinearity, "tanh"),
    }),
  };

  readonly nonlinearity: "tanh" | "relu";

  constructor(...args: RecurrentArguments<[bias: boolean, nonlinearity: "tanh" | "relu"], RNNCellOptions>) {
    const options = collect<RNNCellOptions & Partial<RecurrentSizes>>("RNNCell", ["inputSize", "hiddenSize", "bias", "nonlinearity"], args, [
      "device",
      "dtype",
    ]);
    const { nonlinearity = "tanh" } = options;
    super(
      rnnMode(nonlinearity, (unknown) => `Unknown nonlinearity: ${unknown}`),
      ...recurrentSizes("RNNCell", options),
      options,
    );
    this.nonlinearity = nonlinearity;
  }

  /** `hx`: the state; zeros if null. */
  override forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.step(input, hx && [hx]).state;
  }

  override extraRepr(): string {
    return super.extraRepr() + (this.nonlinearity === "tanh" ? "" : `, nonlinearity=${this.nonlinearity}`);
  }
}

/** One step of a GRU (torch.nn.GRUCell). Input and state as for RNNCell. All weights and biases start from U(-1/sqrt(hiddenSize), 1/sqrt(hiddenSize)). */
export class GRUCell extends RNNCellBase {
  constructor(...args: RecurrentArguments<[bias: boolean], CellOptions>) {
    const options = collect<CellOptions & Partial<RecurrentSizes>>("GRUCell", ["inputSize", "hiddenSize", "bias"], args, ["device", "dtype"]);
    super("gru", ...recurrentSizes("GRUCell", options), options);
  }

  /** `hx`: the state; zeros if null. */
  override forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.step(input, hx && [hx]).state;
  }
}

/**
 * One step of an LSTM (torch.nn.LSTMCell): input (batch, inputSize), state and cell (batch, hiddenSize), to the next state and cell. All weights and
 * biases start from U(-1/sqrt(hiddenSize), 1/sqrt(hiddenSize)).
 */
export class LSTMCell extends RNNCellBase {
  constructor(...args: RecurrentArguments<[bias: boolean], CellOptions>) {
    const options = collect<CellOptions & Partial<RecurrentSizes>>("LSTMCell", ["inputSize", "hiddenSize", "bias"], args, ["device", "dtype"]);
    super("lstm", ...recurrentSizes("LSTMCell", options), options);
  }

  /** `hx`: state and cell; zeros if null. */
  override forward(input: Tensor, hx: readonly [h: Tensor, c: Tensor] | null = null): [h: Tensor, c: Tensor] {
    const { state, cell } = this.step(input, hx);
    return [state, cell!];
  }
}
