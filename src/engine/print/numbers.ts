/** Python's formatting of floating-point numbers. Where the two nearest decimals are equally near, Python takes the even digit, JavaScript the larger one. */

/** Python's "%.{digits}f". */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  const sign = isNegative(value) ? "-" : "";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e21) return sign + BigInt(magnitude).toString() + (digits > 0 ? "." + "0".repeat(digits) : "");
  const rounded = magnitude.toFixed(digits);
  // Half-way cases are multiples of 2^-(digits + 1); those have at most digits + 1 decimals, so toFixed shows them exactly.
  if (!Number.isInteger(magnitude * 2 ** (digits + 1))) return sign + rounded;
  const exact = magnitude.toFixed(digits + 1);
  return sign + (exact.endsWith("5") ? evenOf(exact.slice(0, -1), rounded) : rounded);
}

/** Python's "%.{digits}e". */
export function formatExponential(value: number, digits: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  const sign = isNegative(value) ? "-" : "";
  const magnitude = Math.abs(value);
  const [mantissa, exponent] = magnitude.toExponential(digits).split("e") as [string, string];
  // 60 more digits tell any double from a half-way case.
  const exact = magnitude.toExponential(Math.min(100, digits + 60));
  const kept = digits === 0 ? 1 : digits + 2;
  const isHalfWay = /^\.?50*e/.test(exact.slice(kept));
  // Where rounding up carries into the exponent, the digit cut after is a 9: then the even one is the one rounded up.
  return `${sign}${isHalfWay ? evenOf(exact.slice(0, kept), mantissa) : mantissa}e${twoDigitExponent(exponent)}`;
}

/** Python's repr of a float: the shortest digits that give the number back. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  if (value === 0) return isNegative(value) ? "-0.0" : "0.0";
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= 16) return `${mantissa}e${twoDigitExponent(exponent)}`;
  const sign = value < 0 ? "-" : "";
  const digits = mantissa.replace("-", "").replace(".", "");
  if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, "0");
  return `${sign}${whole}.${digits.slice(power + 1) || "0"}`;
}

function formatNonFinite(value: number): string {
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

/** Of a decimal cut off at a half and the one rounded up, the one that ends in an even digit. */
function evenOf(truncated: string, rounded: string): string {
  const cut = truncated.endsWith(".") ? truncated.slice(0, -1) : truncated;
  return Number(cut.at(-1)) % 2 === 0 ? cut : rounded;
}

function twoDigitExponent(exponent: string): string {
  return exponent[0]! + exponent.slice(1).padStart(2, "0");
}
