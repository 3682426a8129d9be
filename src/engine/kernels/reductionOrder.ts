import { contiguousStrides } from "../size.js";
import type { Tensor } from "../tensor.js";

/**
 * The order in which PyTorch reduces. The last bits of a sum depend on it, so that whoever wants the same sum has to go the same way.
 * (at::TensorIterator: reduced dimensions before the others, each kind by its steps; those that go on evenly are one.)
 */

/** Dimensions in the order in which they are walked, the innermost first. Steps are in elements; `outSteps` are 0 along reduced dimensions. */
export interface ReductionOrder {
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
  readonly outSteps: readonly number[];
}

/** The reduced dimensions in the order in which they are walked, the innermost first. */
export function reducedInOrder(x: Tensor, dims: readonly number[]): readonly number[] {
  if (dims.length < 2) return dims;
  return sorted(
    dims.map((dim) => x.sizes[dim]!),
    dims.map((dim) => x.strides[dim]!),
    dims.map(() => 0),
  ).map((place) => dims[place]!);
}

/** How a reduction of `x` along `dims` into a row-major result is walked. */
export function reductionOrder(x: Tensor, dims: readonly number[]): ReductionOrder {
  const { sizes, strides } = x;
  const rank = sizes.length;
  if (dims.length === rank && x.isContiguous()) return { sizes: [x.numel()], steps: [1], outSteps: [0] };
  const known = dims.length === 1 && x.isContiguous() ? alongOne(sizes, dims[0]!) : null;
  if (known !== null) return known;
  const outStrides = contiguousStrides(sizes.filter((_, dim) => !dims.includes(dim)));
  let kept = 0;
  const outSteps = sizes.map((_, dim) => (dims.includes(dim) ? 0 : outStrides[kept++]!));
  return merged(sorted(sizes, strides, outSteps), sizes, strides, outSteps);
}

/** What is most frequent, told at once: one dimension of a row-major tensor, where no sizes of 1 are in the way. */
function alongOne(sizes: readonly number[], dim: number): ReductionOrder | null {
  const size = sizes[dim]!;
  let inner = 1;
  for (let i = dim + 1; i < sizes.length; i++) inner *= sizes[i]!;
  let outer = 1;
  for (let i = 0; i < dim; i++) outer *= sizes[i]!;
  if (size < 2 || inner === 0 || outer === 0) return null;
  if (inner === 1) return outer === 1 ? null : { sizes: [size, outer], steps: [1, size], outSteps: [0, 1] };
  if (outer === 1) return { sizes: [size, inner], steps: [inner, 1], outSteps: [0, 1] };
  return { sizes: [size, inner, outer], steps: [inner, 1, inner * size], outSteps: [0, 1, inner] };
}

/** Positive where dimension `a` is walked after `b`, negative where before, 0 where nothing tells. */
function compare(sizes: readonly number[], strides: readonly number[], outSteps: readonly number[], a: number, b: number): number {
  if ((outSteps[a] === 0) !== (outSteps[b] === 0)) return outSteps[b] === 0 ? 1 : -1;
  for (const steps of [outSteps, strides]) {
    const [first, second] = [steps[a]!, steps[b]!];
    if (first === 0 || second === 0) continue;
    if (first !== second) return first - second;
    if (sizes[a]! > sizes[b]!) return 1;
  }
  return 0;
}

/** Sorted by insertion, because not all pairs can be told apart. */
function sorted(sizes: readonly number[], strides: readonly number[], outSteps: readonly number[]): readonly number[] {
  const order = sizes.map((_, i) => sizes.length - 1 - i);
  for (let i = 1; i < order.length; i++) {
    let at = i;
    for (let before = i - 1; before >= 0; before--) {
      const difference = compare(sizes, strides, outSteps, order[before]!, order[at]!);
      if (difference < 0) break;
      if (difference === 0) continue;
      [order[before], order[at]] = [order[at]!, order[before]!];
      at = before;
    }
  }
  return order;
}

function merged(order: readonly number[], sizes: readonly number[], strides: readonly number[], outStrides: readonly number[]): ReductionOrder {
  const result = { sizes: [] as number[], steps: [] as number[], outSteps: [] as number[] };
  for (const dim of order) {
    const last = result.sizes.length - 1;
    const [size, step, outStep] = [sizes[dim]!, strides[dim]!, outStrides[dim]!];
    const before = result.sizes[last];
    if (before === 1 || (before !== undefined && size !== 1 && before * result.steps[last]! === step && before * result.outSteps[last]! === outStep)) {
      if (before === 1) [result.steps[last], result.outSteps[last]] = [step, outStep];
      result.sizes[last] = before * size;
    } else if (size !== 1 || before === undefined) {
      result.sizes.push(size);
      result.steps.push(step);
      result.outSteps.push(outStep);
    }
  }
  return result;
}

/** Two dimensions at a time. Steps and starts are in elements; `outSteps` are 0 along reduced dimensions. */
export interface Plane {
  readonly size0: number;
  readonly size1: number;
  readonly step0: number;
  readonly step1: number;
  readonly outStep0: number;
  readonly outStep1: number;
}

/** Calls `visit` for the two innermost dimensions, at each place of the others. */
export function forEachPlane({ sizes, steps, outSteps }: ReductionOrder, start: number, visit: (plane: Plane, start: number, outStart: number) => void): void {
  if (sizes.includes(0)) return;
  const at = (values: readonly number[], dim: number, missing: number): number => values[dim] ?? missing;
  const plane: Plane = {
    size0: at(sizes, 0, 1),
    size1: at(sizes, 1, 1),
    step0: at(steps, 0, 0),
    step1: at(steps, 1, 0),
    outStep0: at(outSteps, 0, 0),
    outStep1: at(outSteps, 1, 0),
  };
  const index = sizes.map(() => 0);
  let [i, o] = [start, 0];
  for (;;) {
    visit(plane, i, o);
    let dim = 2;
    for (; dim < sizes.length; dim++) {
      index[dim]!++;
      i += steps[dim]!;
      o += outSteps[dim]!;
      if (index[dim]! < sizes[dim]!) break;
      i -= steps[dim]! * sizes[dim]!;
      o -= outSteps[dim]! * sizes[dim]!;
      index[dim] = 0;
    }
    if (dim >= sizes.length) return;
  }
}
