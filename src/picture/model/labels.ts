/** 2×8; "" while unknown; "scalar" has no dimensions and reads as "()". */
export function shapeText(shape: readonly number[] | null | undefined): string {
  if (!shape) return "";
  return shape.length === 0 ? "()" : shape.join("×");
}

/** What shapes have in common, with "…" for sizes that differ; "" where they differ in length. */
export function commonShapeText(shapes: readonly (readonly number[] | null | undefined)[]): string {
  const [first, ...others] = shapes;
  if (!first || others.some((shape) => shape?.length !== first.length)) return "";
  if (first.length === 0) return "()";
  return first.map((size, dimension) => (others.every((shape) => shape![dimension] === size) ? size : "…")).join("×");
}

/** What is left out because it is PyTorch's default and says nothing. */
const defaults = new Set([
  "bias=True",
  "inplace=False",
  "affine=True",
  "track_running_stats=True",
  "elementwise_affine=True",
  "eps=1e-05",
  "momentum=0.1",
  "dilation=1",
  "ceil_mode=False",
  "groups=1",
  "padding_mode=zeros",
  "padding=0",
  "stride=1",
  "start_dim=1",
  "end_dim=-1",
  "batch_first=False",
]);

/**
 * Constructor arguments as a leaf shows them: "in_features=4, out_features=8, bias=True" is "4 → 8",
 * "3, 64, kernel_size=(7, 7), stride=(2, 2), padding=(3, 3), bias=False" is "3 → 64, 7×7, stride 2, pad 3, no bias".
 */
export function shortArguments(type: string, text: string): string {
  const parts = splitArguments(text);
  const values = new Map(parts.map((part) => part.split("=", 2) as [string, string]));
  const first = [values.get("in_features") ?? values.get("in1_features"), values.get("out_features")];
  const short: string[] = [];
  if (first[0] !== undefined && first[1] !== undefined) short.push(`${first[0]} → ${first[1]}`);
  const isConvolution = /Conv/.test(type) && parts.length >= 2 && !parts[0]!.includes("=") && !parts[1]!.includes("=");
  if (isConvolution) short.push(`${parts[0]} → ${parts[1]}`);

  for (const [position, part] of parts.entries()) {
    if (isConvolution && position < 2) continue;
    const [key, value] = part.split("=", 2) as [string, string?];
    if (value === undefined) {
      short.push(tupleText(part));
      continue;
    }
    if (["in_features", "in1_features", "out_features"].includes(key) && short.length > 0 && first[1] !== undefined) continue;
    const plain = tupleText(value);
    if (defaults.has(`${key}=${plain}`)) continue;
    if (key === "kernel_size") short.push(kernelText(value, plain, type));
    else if (value === "False") short.push(`no ${words(key)}`);
    else if (value === "True") short.push(words(key));
    else short.push(`${words(key)} ${plain}`);
  }
  return short.join(", ");
}

/** Commas inside brackets do not separate. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (c === "(" || c === "[" || c === "{") depth++;
    else if (c === ")" || c === "]" || c === "}") depth--;
    else if (c === undefined || (c === "," && depth === 0)) {
      const part = text.slice(start, i).trim();
      if (part) parts.push(part);
      start = i + 1;
    }
  }
  return parts;
}

/** "(2, 2)" is "2", "(3, 5)" is "3×5", "(4,)" is "4". */
function tupleText(value: string): string {
  const inside = /^[([](.*)[)\]]$/.exec(value)?.[1];
  if (inside === undefined) return value;
  const numbers = inside
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
  if (numbers.length === 0 || !numbers.every((part) => /^-?[\d.e+-]+$/.test(part))) return value;
  return new Set(numbers).size === 1 ? numbers[0]! : numbers.join("×");
}

/** A square kernel is written out: (3, 3) is 3×3, as is the plain 3 of a MaxPool2d. */
function kernelText(value: string, plain: string, type: string): string {
  if (!/^\d+$/.test(plain)) return plain;
  const dimensions = value.startsWith("(") ? value.split(",").filter((part) => /\d/.test(part)).length : Number(/([123])d$/.exec(type)?.[1] ?? 1);
  return dimensions === 1 ? `kernel ${plain}` : Array<string>(dimensions).fill(plain).join("×");
}

function words(key: string): string {
  return key === "padding" ? "pad" : key.replaceAll("_", " ");
}

const symbols: Readonly<Record<string, string>> = { add: "+", sub: "−", mul: "×", div: "÷", matmul: "@", mm: "@", bmm: "@" };

const writeSigns: Readonly<Record<string, string>> = { add_: "+=", iadd: "+=", sub_: "−=", mul_: "×=", div_: "÷=", copy_: "←", fill_: "←", zero_: "← 0" };

/** The sign of a binary operation, else its name; of a write in place with what is written to, "[1] ×=". */
export function operationLabel(name: string, target: string): string {
  const sign = writeSigns[name];
  if (sign) return target ? `${target} ${sign}` : sign;
  return symbols[name] ?? (target ? `${target} ${name}` : name);
}

export function isSymbol(label: string): boolean {
  return label.length === 1;
}

/** The sign between the operands of what failed; a comma where there is none. */
export function signBetween(name: string): string {
  return name === "linear" ? "@" : (symbols[name.replace(/_$/, "")] ?? ",");
}

/** Views of a tensor as they are written behind it: "[1]", "[:, 2:].transpose(0, 1)". */
export function viewText(views: readonly { readonly name: string; readonly arguments: string }[]): string {
  return views.map(({ name, arguments: given }) => (name === "at" ? given : `.${name}(${given})`)).join("");
}

/** What a container holds: "12 × Block", "Conv2d, 2 × ReLU". */
export function contentsText(types: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => (count === 1 ? type : `${count} × ${type}`)).join(", ");
}
