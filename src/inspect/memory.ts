import type { StepId, ValueId } from "../protocol/index.js";
import type { Tensor } from "./engine.js";

/** What a recording knows of the memory of tensors: several of them may be windows on one. */

/** A window on memory whose value is known. `epoch`: how many writes to that memory it has seen. */
export interface KnownWindow {
  value: ValueId;
  epoch: number;
}

export interface Write {
  readonly epoch: number;
  readonly step: StepId;
  readonly low: number;
  readonly high: number;
}

export interface Memory {
  epoch: number;
  readonly writes: Write[];
  /** What the tensors hold that were seen: two of them may be the same window and yet have come there on different ways. */
  readonly tensors: WeakMap<Tensor, KnownWindow>;
  /** What was last seen of each window, for tensors that were made in a way which is not reported. */
  readonly windows: Map<string, KnownWindow>;
}

/** Of memory that nothing is known of yet. */
export function unknownMemory(): Memory {
  return { epoch: 0, writes: [], tensors: new WeakMap(), windows: new Map() };
}

/** Equal for tensors that are the same window on their memory. */
export function windowKey({ offset, sizes, strides }: Tensor): string {
  return `${offset}|${sizes.join()}|${strides.join()}`;
}

/** The elements of its memory that a tensor may touch: from, up to. */
export function extent({ offset, sizes, strides }: Tensor): [low: number, high: number] {
  let low = offset;
  let high = offset + 1;
  for (let dim = 0; dim < sizes.length; dim++) {
    const reach = (sizes[dim]! - 1) * strides[dim]!;
    if (reach > 0) high += reach;
    else low += reach;
  }
  return [low, high];
}
