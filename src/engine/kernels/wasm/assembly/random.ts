/**
 * Random fills, bit for bit as PyTorch's CPU code gives them: the Mersenne Twister of Matsumoto and Nishimura (1998), four words at a time,
 * and normal numbers by Box-Muller with the polynomials of avx_mathfun (Pommier, Garberoglio, after Cephes), fused as PyTorch's compiler fuses them.
 */

import { fusedMultiplyAdd, logByParts } from "./math";

const wordCount: i32 = 624;
const middle: i32 = 397;

// @ts-ignore: decorator
@inline
function mix(a: v128, b: v128): v128 {
  const joined = v128.or(v128.and(a, i32x4.splat(0x80000000)), v128.and(b, i32x4.splat(0x7fffffff)));
  const odd = i32x4.neg(v128.and(b, i32x4.splat(1)));
  return v128.xor(i32x4.shr_u(joined, 1), v128.and(odd, i32x4.splat(0x9908b0df)));
}

// @ts-ignore: decorator
@inline
function mixOne(a: u32, b: u32): u32 {
  return (((a & 0x80000000) | (b & 0x7fffffff)) >> 1) ^ ((b & 1) ? 0x9908b0df : 0);
}

// @ts-ignore: decorator
@inline
function at(words: usize, i: i32): usize {
  return words + ((<usize>i) << 2);
}

function twist(words: usize): void {
  let i = 0;
  for (; i + 4 <= wordCount - middle; i += 4) {
    const here = at(words, i);
    v128.store(here, v128.xor(v128.load(at(words, i + middle)), mix(v128.load(here), v128.load(here, 4))));
  }
  for (; i < wordCount - middle; i++) {
    store<u32>(at(words, i), load<u32>(at(words, i + middle)) ^ mixOne(load<u32>(at(words, i)), load<u32>(at(words, i + 1))));
  }
  for (; i + 4 <= wordCount - 1; i += 4) {
    const here = at(words, i);
    v128.store(here, v128.xor(v128.load(at(words, i + middle - wordCount)), mix(v128.load(here), v128.load(here, 4))));
  }
  store<u32>(at(words, i), load<u32>(at(words, middle - 1)) ^ mixOne(load<u32>(at(words, i)), load<u32>(words)));
}

/** Writes the next `count` draws to `target`, from `position` in the words on, and returns the new position. */
export function draw(words: usize, position: i32, target: usize, count: i32): i32 {
  while (count > 0) {
    if (position == wordCount) {
      twist(words);
      position = 0;
    }
    const available = min(wordCount - position, count);
    let from = at(words, position);
    const end = at(words, position + available);
    while (from < end) {
      // Up to three words past the end are tempered for nothing and overwritten by the next round.
      let word = v128.load(from);
      word = v128.xor(word, i32x4.shr_u(word, 11));
      word = v128.xor(word, v128.and(i32x4.shl(word, 7), i32x4.splat(0x9d2c5680)));
      word = v128.xor(word, v128.and(i32x4.shl(word, 15), i32x4.splat(0xefc60000)));
      v128.store(target, v128.xor(word, i32x4.shr_u(word, 18)));
      from += 16;
      target += 16;
    }
    target -= from - end;
    position += available;
    count -= available;
  }
  return position;
}

/** 1 where multiplication and addition are rounded once: relaxed SIMD leaves that to the processor. */
export function roundsOnce(): i32 {
  const x = f32x4.splat(reinterpret<f32>(0x3f800800));
  const rest = fusedMultiplyAdd(x, x, f32x4.splat(-1.00048828125));
  return f32x4.extract_lane(rest, 0) != 0 ? 1 : 0;
}

// @ts-ignore: decorator
@inline
function uniform24(draws: v128): v128 {
  return v128.and(draws, i32x4.splat(0xffffff));
}

/** output = (draw mod 2^24) * scale + base. */
export function uniform(draws: usize, output: usize, count: i32, scale: f32, base: f32): void {
  const end = draws + ((<usize>count) << 2);
  while (draws < end) {
    v128.store(output, fusedMultiplyAdd(f32x4.convert_i32x4_s(uniform24(v128.load(draws))), f32x4.splat(scale), f32x4.splat(base)));
    draws += 16;
    output += 16;
  }
}

/** 1 where 53 random bits of two draws, taken for a fraction, are below the probability, else 0. */
export function bernoulli(draws: usize, output: usize, count: i32, probability: f64): void {
  const limit = <u64>ceil(probability * 9007199254740992);
  const end = output + ((<usize>count) << 2);
  while (output < end) {
    const bits = ((<u64>(load<u32>(draws) & 0x1fffff)) << 32) | (<u64>load<u32>(draws, 4));
    store<f32>(output, <f32>(bits < limit));
    draws += 8;
    output += 4;
  }
}

// @ts-ignore: decorator
@inline
function constant(value: f32): v128 {
  return f32x4.splat(value);
}

/** Logarithm of n * 2^-24 for integers n from 1 to 2^24, held as floats. */
// @ts-ignore: decorator
@inline
function logOfUniform(n: v128): v128 {
  let exponent = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(n, 23), i32x4.splat(150)));
  let x = v128.or(v128.and(n, i32x4.splat(0x7fffff)), i32x4.splat(0x3f000000));
  const below = f32x4.lt(x, constant(0.707106781186547524));
  exponent = f32x4.sub(exponent, v128.and(below, constant(1)));
  x = f32x4.add(f32x4.sub(x, constant(1)), v128.and(below, x));
  return logByParts(x, exponent);
}

/** Fills blocks of 16 with normal numbers from 16 draws each: draws j and j + 8 give elements j and j + 8. */
export function normalBlocks(draws: usize, output: usize, count: i32, mean: f32, std: f32): void {
  const end = draws + ((<usize>count) << 2);
  while (draws < end) {
    normalHalf(draws, output, mean, std);
    normalHalf(draws + 16, output + 16, mean, std);
    draws += 64;
    output += 64;
  }
}

// @ts-ignore: decorator
@inline
function normalHalf(draws: usize, output: usize, mean: f32, std: f32): void {
  const numerator = f32x4.convert_i32x4_s(i32x4.sub(i32x4.splat(0x1000000), uniform24(v128.load(draws))));
  const radius = f32x4.sqrt(f32x4.mul(constant(-2), logOfUniform(numerator)));
  const second = f32x4.mul(f32x4.convert_i32x4_s(uniform24(v128.load(draws, 32))), constant(5.9604644775390625e-8));
  const theta = f32x4.mul(constant(6.283185307179586), second);

  const octant = v128.and(i32x4.add(i32x4.trunc_sat_f32x4_s(f32x4.mul(theta, constant(1.27323954473516))), i32x4.splat(1)), i32x4.splat(~1));
  const turns = f32x4.convert_i32x4_s(octant);
  let x = fusedMultiplyAdd(turns, constant(-0.78515625), theta);
  x = fusedMultiplyAdd(turns, constant(-2.4187564849853515625e-4), x);
  x = fusedMultiplyAdd(turns, constant(-3.77489497744594108e-8), x);
  const z = f32x4.mul(x, x);

  let cosine = fusedMultiplyAdd(constant(2.443315711809948e-5), z, constant(-1.388731625493765e-3));
  cosine = fusedMultiplyAdd(cosine, z, constant(4.166664568298827e-2));
  cosine = f32x4.mul(cosine, z);
  cosine = f32x4.add(fusedMultiplyAdd(cosine, z, f32x4.mul(constant(-0.5), z)), constant(1));

  let sine = fusedMultiplyAdd(constant(-1.9515295891e-4), z, constant(8.3321608736e-3));
  sine = fusedMultiplyAdd(sine, z, constant(-1.6666654611e-1));
  sine = f32x4.mul(sine, z);
  sine = fusedMultiplyAdd(sine, x, x);

  const swapped = i32x4.ne(v128.and(octant, i32x4.splat(2)), i32x4.splat(0));
  const cosineSign = i32x4.shl(v128.and(i32x4.add(octant, i32x4.splat(2)), i32x4.splat(4)), 29);
  const sineSign = i32x4.shl(v128.and(octant, i32x4.splat(4)), 29);
  const cosTheta = v128.xor(v128.bitselect(sine, cosine, swapped), cosineSign);
  const sinTheta = v128.xor(v128.bitselect(cosine, sine, swapped), sineSign);
  v128.store(output, fusedMultiplyAdd(f32x4.mul(radius, cosTheta), f32x4.splat(std), f32x4.splat(mean)));
  v128.store(output, fusedMultiplyAdd(f32x4.mul(radius, sinTheta), f32x4.splat(std), f32x4.splat(mean)), 32);
}
