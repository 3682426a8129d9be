import { inspect } from "../inspect.js";
import type { Tensor } from "../tensor.js";

let created = 0;

/** How many nodes there have been; the next one's sequence is higher. */
export function nodesCreated(): number {
  return created;
}

/** Where a gradient goes; null where none is wanted. */
export type Edge = GraphNode | null;

/** A tensor, without its values, and the version that a step backward expects of it. `maker`: PyTorch's name of the step that made it. */
export interface Watched {
  readonly tensor: Tensor;
  readonly version: number;
  readonly maker: string | undefined;
}

/** A step of the backward graph: takes the gradient of its one output, gives those of its inputs. */
export abstract class GraphNode {
  /** What runs on the gradient before this node does: hooks of the tensor it belongs to. */
  hooks: readonly ((gradient: Tensor) => Tensor | null | void)[] | null = null;
  private retaining: Set<Tensor> | null = null;

  /** @internal The tensors that keep this node's gradient in their `grad`. */
  get retainers(): Set<Tensor> {
    return (this.retaining ??= new Set());
  }

  /** @internal Hands the gradient, as it is after all hooks, to those that keep it. */
  retain(gradient: Tensor): void {
    if (this.retaining === null) return;
    for (const tensor of this.retaining) tensor.ownGrad = tensor.ownGrad === null ? gradient.clone() : tensor.ownGrad.add(gradient);
  }

  /** PyTorch's name of the operation that this node is the last step of, where the engine makes that operation of others. */
  title: string | null = null;

  /** @internal What PyTorch keeps for this step and nothing here reads: that it was written to is an error all the same. */
  watched: readonly Watched[] | null = null;

  /** @internal The gradient gathered so far in the backward pass that `pass` names. */
  gradient: Tensor | null = null;
  /** @internal True when nobody else holds `gradient`'s memory. */
  ownsGradient = false;
  /** @internal */
  pass = 0;

  /** `sequence`: higher for later nodes. A node's inputs must exist before it; ends of paths take 0. */
  constructor(readonly sequence: number = ++created) {}

  abstract readonly name: string;
  /** The nodes that receive this node's results, in order; null where no gradient is wanted. */
  abstract readonly inputs: readonly Edge[];
  /** The same as PyTorch's graph shows them (`next_functions`): without operands that no gradient can reach, such as masks and positions. */
  get nextFunctions(): readonly Edge[] {
    return this.inputs;
  }
  /** Gradients of the inputs, null where there is none. Runs without recording. */
  abstract backward(gradient: Tensor): readonly (Tensor | null)[];
  /** The same gradients, recorded by operations, so that they can be differentiated again. */
  abstract recordedBackward(gradient: Tensor): readonly (Tensor | null)[];
  /** Whether nobody else holds the memory of what `backward` returns, but for the gradient that it was given. */
  get ownsResults(): boolean {
    return true;
  }

  /** Whether a write to its result is an error for this step. */
  keeps(result: Tensor): boolean {
    return this.watched?.some(({ tensor }) => tensor.version === result.version) ?? false;
  }

  /** Frees what was saved for backward. */
  release(): void {}

  toString(): string {
    return `<${this.name}>`;
  }

  [inspect](): string {
    return this.toString();
  }
}

/** A step that PyTorch has and the engine makes part of another: it is shown, and not run. */
export class ShownNode extends GraphNode {
  constructor(
    readonly name: string,
    readonly inputs: readonly Edge[],
  ) {
    super(0);
  }

  backward(gradient: Tensor): readonly Tensor[] {
    return this.inputs.map(() => gradient);
  }

  recordedBackward(gradient: Tensor): readonly Tensor[] {
    return this.backward(gradient);
  }
}
