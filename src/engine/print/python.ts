import { formatFloat } from "./numbers.js";

/** What module descriptions hold. Arrays print as tuples. */
export type PythonValue = number | string | boolean | null | undefined | PythonFloat | readonly PythonValue[] | { toString(): string };

/** A number that prints as Python's float even when it is whole. */
export class PythonFloat {
  constructor(readonly value: number) {}

  toString(): string {
    return formatFloat(this.value);
  }
}

/** Marks a number as a float of Python's: `float(1)` prints as "1.0". */
export function float(value: number): PythonFloat {
  return new PythonFloat(value);
}

/** A value as Python's repr writes it: `True`, `None`, `1e-05`, `(3, 3)`, `'zeros'`. Whole numbers are taken for integers; see `float`. */
export function repr(value: PythonValue): string {
  if (value === null || value === undefined) return "None";
  switch (typeof value) {
    case "boolean":
      return value ? "True" : "False";
    case "number":
      return Number.isInteger(value) && !Object.is(value, -0) ? BigInt(value).toString() : formatFloat(value);
    case "string":
      return quote(value);
  }
  // A shape is an array too, and prints by itself.
  if (Array.isArray(value) && value.toString === Array.prototype.toString) {
    return value.length === 1 ? `(${repr(value[0] as PythonValue)},)` : `(${value.map((item: PythonValue) => repr(item)).join(", ")})`;
  }
  return String(value);
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\n\r\t\x00-\x1f\x7f]|'/g, (character) => {
    if (character === "'") return mark === "'" ? "\\'" : "'";
    return escapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return mark + escaped + mark;
}
