import type { TensorStatistics } from "../protocol/index.js";

/** How numbers and shapes read, wherever users see them. */

/** Made with the first number: it takes 10 ms, of which the extension's activation needs none. */
let numbers: Intl.NumberFormat | undefined;

function grouped(value: number): string {
  numbers ??= new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
  return numbers.format(value);
}

/** Every digit, grouped: 124,439,808. */
export function formatCount(count: number): string {
  return grouped(count);
}

const magnitudes = ["", "K", "M", "B", "T"];

/** At most four significant characters: 312, 1.5K, 124M. */
export function formatCompact(count: number): string {
  let value = count;
  let magnitude = 0;
  while (Math.abs(value) >= 999.5 && magnitude < magnitudes.length - 1) {
    value /= 1000;
    magnitude++;
  }
  return `${trimZeros(value.toPrecision(Math.abs(value) >= 9.95 ? 3 : 2))}${magnitudes[magnitude]}`;
}

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

/** At most four significant digits, in powers of 1024: 312 B, 1.5 KiB, 1023 MiB. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? String(value) : trimZeros(value.toPrecision(value >= 1000 ? 4 : 3))} ${byteUnits[unit]}`;
}

/** Four significant digits, with an exponent where the plain form would be long. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  const text =
    magnitude >= 1e-3 && magnitude < 1e5
      ? plain(magnitude)
      : magnitude
          .toExponential(2)
          .replace(/\.?0+e/, "e")
          .replace("e+", "e");
  return value < 0 ? `−${text}` : text;
}

function plain(magnitude: number): string {
  const text = magnitude.toPrecision(4);
  return text.includes("e") ? grouped(magnitude) : trimZeros(text);
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** 8×4; () for a scalar; ? while unknown. */
export function formatShape(shape: readonly number[] | null): string {
  if (shape === null) return "?";
  return shape.length === 0 ? "()" : shape.join("×");
}

/** "3 NaN, 1 +∞"; "" where there are none. */
export function nonFiniteText({ nan, positiveInfinity, negativeInfinity }: Pick<TensorStatistics, "nan" | "positiveInfinity" | "negativeInfinity">): string {
  const counts = [
    ["NaN", nan],
    ["+∞", positiveInfinity],
    ["−∞", negativeInfinity],
  ] as const;
  return counts.flatMap(([name, count]) => (count > 0 ? [`${formatCount(count)} ${name}`] : [])).join(", ");
}

/** One decimal; a share that is not quite none or all does not read as such: <0.1%, >99.9%. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return "<0.1%";
  if (percent < 100 && percent > 99.9) return ">99.9%";
  return `${trimZeros(percent.toFixed(1))}%`;
}
