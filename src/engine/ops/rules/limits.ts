import { inspect } from "../../inspect.js";
import { bool, getDefaultDtype, uint8, type DType } from "../../dtype.js";
import { TypeError } from "../../errors.js";
import { formatExponential } from "../../print/numbers.js";

/** What numbers a dtype holds. */

/** As C++ prints a number: six digits. */
function inSixDigits(value: number): string {
  const rounded = Number(formatExponential(value, 5));
  const size = Math.abs(rounded);
  return size === 0 || (size >= 1e-4 && size < 1e6) ? String(rounded) : rounded.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

class Limits {
  constructor(
    private readonly type: string,
    private readonly fields: Readonly<Record<string, number>>,
    readonly dtype: string,
  ) {
    Object.assign(this, fields);
  }

  toString(): string {
    const names = Object.entries(this.fields).map(([name, value]) => `${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}=${inSixDigits(value)}`);
    return `${this.type}(${names.filter((text) => !text.startsWith("bits=")).join(", ")}, dtype=${this.dtype})`;
  }

  [inspect](): string {
    return this.toString();
  }
}

/** Limits of a floating-point dtype. */
export interface FloatLimits {
  /** Approximate decimal digits: two numbers that far apart are told apart. */
  readonly resolution: number;
  readonly min: number;
  readonly max: number;
  /** The least number that makes a difference when it is added to 1. */
  readonly eps: number;
  /** The smallest positive number in full precision. */
  readonly smallestNormal: number;
  /** `smallestNormal` by another name. */
  readonly tiny: number;
  readonly bits: number;
  readonly dtype: string;
  /** As Python prints it. */
  toString(): string;
}

/** Limits of an integer dtype; those of int64 as near as JavaScript's numbers come. */
export interface IntegerLimits {
  readonly min: number;
  readonly max: number;
  readonly bits: number;
  readonly dtype: string;
  /** As Python prints it. */
  toString(): string;
}

/** The limits of a floating-point dtype, by default of the default dtype: `torch.finfo(x.dtype).min`. (torch.finfo) */
export function finfo(dtype: DType = getDefaultDtype()): FloatLimits {
  if (!dtype.isFloatingPoint) throw new TypeError("torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'");
  const { exponentBits, fractionBits } = dtype.format!;
  const bias = 2 ** (exponentBits - 1) - 1;
  const max = (2 - 2 ** -fractionBits) * 2 ** bias;
  const smallestNormal = 2 ** (1 - bias);
  const fields = {
    resolution: Number(`1e-${Math.floor(fractionBits * Math.log10(2))}`),
    min: -max,
    max,
    eps: 2 ** -fractionBits,
    smallestNormal,
    tiny: smallestNormal,
    bits: 8 * dtype.itemSize,
  };
  return new Limits("finfo", fields, dtype.name) as unknown as FloatLimits;
}

/** The limits of an integer dtype. (torch.iinfo) */
export function iinfo(dtype: DType): IntegerLimits {
  if (dtype.isFloatingPoint) throw new TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'");
  if (dtype === bool) throw new TypeError("torch.bool is not supported by torch.iinfo");
  const bits = 8 * dtype.itemSize;
  const [min, max] = dtype === uint8 ? [0, 255] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  return new Limits("iinfo", { min, max, bits }, dtype.name) as unknown as IntegerLimits;
}
