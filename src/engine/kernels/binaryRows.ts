import type { ElementArray } from "../dtype.js";

/** out = f(a, b) along a row: where each starts and how far it steps. */
export type BinaryRow = (
  out: ElementArray,
  o: number,
  step: number,
  a: ElementArray,
  p: number,
  stepA: number,
  b: ElementArray,
  q: number,
  stepB: number,
  count: number,
) => void;

/**
 * The functions that every program is full of, on every dtype and on tensors too small for WebAssembly. Written out: a loop that calls a function
 * for each element takes several times as long.
 */
export const binaryRows: Readonly<Record<string, BinaryRow>> = {
  add: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p]! + b[q]!;
  },
  sub: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p]! - b[q]!;
  },
  mul: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p]! * b[q]!;
  },
  div: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p]! / b[q]!;
  },
  eq: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p] === b[q] ? 1 : 0;
  },
  ne: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p] !== b[q] ? 1 : 0;
  },
  lt: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p]! < b[q]! ? 1 : 0;
  },
  le: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p]! <= b[q]! ? 1 : 0;
  },
  gt: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p]! > b[q]! ? 1 : 0;
  },
  ge: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p]! >= b[q]! ? 1 : 0;
  },
};
