import { checkInterrupt } from "../interruption.js";

/** The exponential of one row-major matrix in double precision: its Taylor series for a small enough part, squared until it is whole. */
export function exponential(a: Float64Array, n: number): Float64Array {
  let norm = 0;
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) row += Math.abs(a[i * n + j]!);
    norm = Math.max(norm, row);
  }
  const halvings = norm > 0.5 && norm < Infinity ? Math.ceil(Math.log2(norm / 0.5)) : 0;
  const part = a.map((value) => value / 2 ** halvings);
  // Within a norm of 1/2, the terms after the sixteenth are below the last digit.
  let result = identity(n);
  for (let k = 16; k >= 1; k--) {
    result = multiplied(part, result, n).map((value) => value / k);
    for (let i = 0; i < n; i++) result[i * n + i]! += 1;
  }
  for (let i = 0; i < halvings; i++) result = multiplied(result, result, n);
  return result;
}

function identity(n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) result[i * n + i] = 1;
  return result;
}

function multiplied(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    checkInterrupt();
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k]!;
      if (factor !== 0) for (let j = 0; j < n; j++) result[i * n + j]! += factor * b[k * n + j]!;
    }
  }
  return result;
}
