import * as torch from "layerscope";

/** One call of an operation on sample arguments, chosen away from points where a derivative jumps. */
export interface OperationSample {
  readonly name: string;
  /** Float64 tensors; those that require a gradient are checked against numerical differentiation. */
  readonly inputs: readonly torch.Tensor[];
  readonly call: (...inputs: torch.Tensor[]) => torch.Tensor | Iterable<torch.Tensor>;
  /** False where the shape of the result follows from values, so that there is none on the meta device. */
  readonly onMeta: boolean;
}

export type Call = OperationSample["call"];

function tensor(values: readonly number[], sizes: readonly number[]): torch.Tensor {
  return torch
    .tensor(values, { dtype: torch.float64 })
    .reshape([...sizes])
    .requiresGrad_();
}

/** Counted anew for each sample, so that one that is added changes the numbers of no other. */
let seed = 0;

/** Distinct numbers between -1 and 1, none near zero, in no order. */
export function x(...sizes: number[]): torch.Tensor {
  const count = sizes.reduce((product, size) => product * size, 1);
  torch.manualSeed(++seed);
  const order = torch.randperm(count).tolist() as number[];
  return tensor(
    order.map((place) => (place + 0.5 + 0.05 * (seed % 9)) / count).map((value, i) => (i % 2 === 0 ? value : -value)),
    sizes,
  );
}

/** Distinct numbers between 0.2 and 1.2. */
export function positive(...sizes: number[]): torch.Tensor {
  const values = x(...sizes)
    .detach()
    .abs()
    .mul(0.9)
    .add(0.25);
  return tensor(values.reshape([-1]).tolist() as number[], sizes);
}

/** A matrix (or a batch) far from singular. */
export function regular(...sizes: number[]): torch.Tensor {
  const n = sizes[sizes.length - 1]!;
  return x(...sizes)
    .detach()
    .add(torch.eye(n, { dtype: torch.float64 }).mul(2))
    .requiresGrad_();
}

export const symmetric = (a: torch.Tensor): torch.Tensor => a.add(a.transpose(-2, -1));
export const definite = (a: torch.Tensor): torch.Tensor => a.matmul(a.transpose(-2, -1)).add(torch.eye(a.size(-1), { dtype: torch.float64, device: a.device }));
export const indices = (...values: readonly (number | readonly number[])[]): torch.Tensor => torch.tensor(values);
/** An index or a mask where the tensors of a call are. */
export const beside = (other: torch.Tensor, like: torch.Tensor): torch.Tensor => other.to(like.device);

/** A table of samples that grows by calls. */
export class SampleTable {
  readonly samples: OperationSample[] = [];

  readonly add = (name: string, call: Call, ...inputs: torch.Tensor[]): void => {
    this.#push({ name, inputs, call, onMeta: true });
  };

  readonly addOnCpu = (name: string, call: Call, ...inputs: torch.Tensor[]): void => {
    this.#push({ name, inputs, call, onMeta: false });
  };

  #push(sample: OperationSample): void {
    this.samples.push(sample);
    seed = 0;
  }
}
