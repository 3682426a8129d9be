import type { DTypeName, TraceValue } from "../protocol/index.js";

/** Bytes that one element takes. */
const bytesOf: Readonly<Record<DTypeName, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  bool: 1,
};

/** Bytes of a value of the pass. */
export function bytesOfValue({ shape, dtype }: TraceValue): number {
  return shape.reduce((product, size) => product * size, bytesOf[dtype]);
}
