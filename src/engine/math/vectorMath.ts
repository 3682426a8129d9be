/**
 * The float32 logarithm, sine and cosine that PyTorch's AVX2 code takes for normal draws: the polynomials of Cephes (Moshier) as vectorized by
 * Pommier and Garberoglio in avx_mathfun, where the compiler fuses each multiplication with the addition after it. A fused step is
 * `fround(a * b + c)` here: the product of two float32 values is exact in a double. (The sum is rounded twice where the hardware rounds once;
 * they could differ where the double falls exactly between two float32 values, by one unit in the last place; none of 80 million results did.)
 */
const fround = Math.fround;

const sqrtHalf = fround(0.707106781186547524);
const log0 = fround(7.0376836292e-2);
const log1 = fround(-1.151461031e-1);
const log2 = fround(1.167699874e-1);
const log3 = fround(-1.2420140846e-1);
const log4 = fround(1.4249322787e-1);
const log5 = fround(-1.6668057665e-1);
const log6 = fround(2.0000714765e-1);
const log7 = fround(-2.4999993993e-1);
const log8 = fround(3.3333331174e-1);
const ln2Low = fround(-2.1219444e-4);
const ln2High = fround(0.693359375);

const fourOverPi = fround(1.27323954473516);
const piOverFour1 = fround(-0.78515625);
const piOverFour2 = fround(-2.4187564849853515625e-4);
const piOverFour3 = fround(-3.77489497744594108e-8);
const sin0 = fround(-1.9515295891e-4);
const sin1 = fround(8.3321608736e-3);
const sin2 = fround(-1.6666654611e-1);
const cos0 = fround(2.443315711809948e-5);
const cos1 = fround(-1.388731625493765e-3);
const cos2 = fround(4.166664568298827e-2);

const twoPi = fround(2 * Math.PI);

/** 2^-n at n. */
const negativePowersOfTwo = Float64Array.from({ length: 33 }, (_, n) => 2 ** -n);

/** float32 logarithm of `numerator` * 2^-24, for integers from 1 to 2^24: the logarithm of a 24-bit uniform number in (0, 1]. */
function logOfUniform(numerator: number): number {
  const bits = 32 - Math.clz32(numerator);
  let exponent = bits - 24;
  // In [0.5, 1): numerator * 2^-24 = x * 2^exponent.
  let x = fround(numerator * negativePowersOfTwo[bits]!);
  if (x < sqrtHalf) {
    exponent -= 1;
    x = fround(fround(x - 1) + x);
  } else {
    x = fround(x - 1);
  }
  const z = fround(x * x);
  let y = fround(log0 * x + log1);
  y = fround(y * x + log2);
  y = fround(y * x + log3);
  y = fround(y * x + log4);
  y = fround(y * x + log5);
  y = fround(y * x + log6);
  y = fround(y * x + log7);
  y = fround(y * x + log8);
  y = fround(y * x);
  y = fround(y * z + fround(exponent * ln2Low));
  y = fround(-0.5 * z + y);
  return fround(exponent * ln2High + fround(x + y));
}

/**
 * Box-Muller over a block of 16 draws (normal_fill_16_AVX2): draw j and draw j + 8 become the values at `offset + j` and `offset + j + 8`.
 * `mean` and `std` are float32 values.
 */
export function normalBlock(draws: Int32Array, drawOffset: number, target: Float32Array, offset: number, mean: number, std: number): void {
  for (let j = 0; j < 8; j++) {
    const radius = fround(Math.sqrt(fround(-2 * logOfUniform(0x1000000 - (draws[drawOffset + j]! & 0xffffff)))));
    const theta = fround(twoPi * fround((draws[drawOffset + j + 8]! & 0xffffff) * 2 ** -24));

    const octant = (Math.trunc(fround(theta * fourOverPi)) + 1) & ~1;
    let x = fround(octant * piOverFour1 + theta);
    x = fround(octant * piOverFour2 + x);
    x = fround(octant * piOverFour3 + x);
    const z = fround(x * x);

    let cosine = fround(cos0 * z + cos1);
    cosine = fround(cosine * z + cos2);
    cosine = fround(cosine * z);
    cosine = fround(fround(cosine * z + fround(-0.5 * z)) + 1);

    let sine = fround(sin0 * z + sin1);
    sine = fround(sine * z + sin2);
    sine = fround(sine * z);
    sine = fround(sine * x + x);

    const swapped = (octant & 2) !== 0;
    const cosineSign = ((octant + 2) & 4) !== 0 ? -1 : 1;
    const sineSign = (octant & 4) !== 0 ? -1 : 1;
    const cosTheta = cosineSign * (swapped ? sine : cosine);
    const sinTheta = sineSign * (swapped ? cosine : sine);

    target[offset + j] = fround(radius * cosTheta) * std + mean;
    target[offset + j + 8] = fround(radius * sinTheta) * std + mean;
  }
}
