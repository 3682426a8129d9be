/** What the trace says of operations beyond their names. */

/** Operations that move or describe data without computing. */
const bookkeeping = new Set(
  `at chunk clone contiguous copy_ detach expand expandAs flatten flip gather index indexSelect movedim moveaxis narrow permute ravel repeat
  repeatInterleave reshape reshapeAs roll select selectScatter slice split squeeze swapaxes swapdims t tile to transpose type unbind unflatten unfold
  unsqueeze view viewAs`.split(/\s+/),
);

export function isBookkeeping(name: string): boolean {
  return bookkeeping.has(name);
}

/** Whether an operation writes to its first argument: torch's trailing underscore, or an optimizer's step. */
export function writesInPlace(name: string): boolean {
  return name.endsWith("_") || name.endsWith(".step");
}

/** Names of the arguments that are not tensors, in order; operations that are not listed show bare values. */
const argumentNames: Readonly<Record<string, readonly string[]>> = {
  sum: ["dim", "keepdim"],
  mean: ["dim", "keepdim"],
  std: ["dim"],
  var: ["dim"],
  amax: ["dim", "keepdim"],
  amin: ["dim", "keepdim"],
  max: ["dim", "keepdim"],
  min: ["dim", "keepdim"],
  argmax: ["dim", "keepdim"],
  argmin: ["dim", "keepdim"],
  prod: ["dim", "keepdim"],
  cumsum: ["dim"],
  softmax: ["dim"],
  logSoftmax: ["dim"],
  cat: ["dim"],
  stack: ["dim"],
  transpose: ["dim0", "dim1"],
  permute: ["dims"],
  reshape: ["shape"],
  view: ["shape"],
  expand: ["size"],
  flatten: ["start_dim", "end_dim"],
  unflatten: ["dim", "sizes"],
  squeeze: ["dim"],
  unsqueeze: ["dim"],
  select: ["dim", "index"],
  slice: ["dim", "start", "end", "step"],
  narrow: ["dim", "start", "length"],
  chunk: ["chunks", "dim"],
  split: ["split_size", "dim"],
  unbind: ["dim"],
  gather: ["dim"],
  repeat: ["repeats"],
  dropout: ["p", "training"],
  clamp: ["min", "max"],
  leakyRelu: ["negative_slope"],
  elu: ["alpha"],
  pow: ["exponent"],
};

/** Options that say where or with what something is computed, and not what. */
const silent = new Set(["device", "generator"]);

const shownLength = 120;

/** The arguments other than tensors, e.g. "dim=1". */
export function formatArguments(name: string, args: readonly unknown[], isTensor: (value: unknown) => boolean): string {
  const names = argumentNames[name.replace(/_$/, "")] ?? [];
  const parts: string[] = [];
  let position = 0;
  for (const arg of args) {
    if (isTensor(arg) || (Array.isArray(arg) && arg.some(isTensor)) || arg == null || typeof arg === "function") continue;
    if (typeof arg === "object" && !Array.isArray(arg) && Object.getPrototypeOf(arg) === Object.prototype) {
      for (const [key, value] of Object.entries(arg)) if (value != null && !isTensor(value) && !silent.has(key)) parts.push(`${snakeCase(key)}=${format(value)}`);
      continue;
    }
    const label = names[position++];
    parts.push(label ? `${label}=${format(arg)}` : format(arg));
  }
  const text = parts.join(", ");
  return text.length > shownLength ? `${text.slice(0, shownLength - 1)}…` : text;
}

function format(value: unknown): string {
  // As many digits as float32 has: what is computed from numbers has more, and they say nothing.
  if (typeof value === "number") return String(Number(value.toPrecision(7)));
  if (Array.isArray(value)) return `[${value.map(format).join(", ")}]`;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  return typeof value === "object" && value !== null && !Object.hasOwn(Object.getPrototypeOf(value) as object, "toString") ? "…" : String(value);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
