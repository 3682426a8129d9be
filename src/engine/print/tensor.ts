import { getDefaultDtype } from "../dtype.js";
import { extendTensor, type Tensor } from "../tensor.js";
import { formatExponential, formatFixed } from "./numbers.js";
import { printOptions } from "./options.js";
import { Storage } from "../storage.js";

declare module "../tensor.js" {
  interface Tensor {
    /** As PyTorch prints it. */
    toString(): string;
  }
}

extendTensor({
  toString() {
    return formatTensor(this);
  },
});

/** @internal What is printed of a tensor. */
export interface PrintableTensor extends Pick<Tensor, "sizes" | "strides" | "offset" | "storage" | "dtype" | "device" | "requiresGrad"> {
  readonly gradFn: { readonly name: string } | null;
}

/** @internal A tensor as PyTorch prints it (torch/_tensor_str.py). */
export function formatTensor(tensor: PrintableTensor): string {
  const prefix = "tensor(";
  const { sizes, dtype, device, storage } = tensor;
  const isMeta = device === "meta";
  if (isMeta && storage.isLeftOut) Storage.leavesOut?.onRead();
  const isEmpty = sizes.includes(0);
  const suffixes: string[] = [];
  if (isMeta) suffixes.push(`device='${device}'`);
  if (isMeta || (isEmpty && sizes.length !== 1)) suffixes.push(`size=${formatTuple(sizes)}`);
  // Printed values tell int64 and bool from the default dtype by themselves.
  const isEvident = !isMeta && !isEmpty && (dtype.name === "int64" || dtype.name === "bool");
  if (dtype !== getDefaultDtype() && !isEvident) suffixes.push(`dtype=${dtype}`);
  if (tensor.gradFn !== null) suffixes.push(`grad_fn=<${tensor.gradFn.name}>`);
  else if (tensor.requiresGrad) suffixes.push("requires_grad=True");
  const contents = isMeta ? "..." : isEmpty ? "[]" : formatContents(tensor, prefix.length);
  return addSuffixes(prefix + contents, suffixes, prefix.length);
}

function formatContents(tensor: PrintableTensor, indent: number): string {
  const { sizes, strides } = tensor;
  const { data } = tensor.storage;
  const { edgeItems, lineWidth } = printOptions;
  const summarize = sizes.reduce((product, size) => product * size, 1) > printOptions.threshold;

  /** The indices shown along a dimension; null stands for those left out. */
  const shownIndices = (dim: number): (number | null)[] => {
    const size = sizes[dim]!;
    if (!summarize || size <= 2 * edgeItems) return Array.from({ length: size }, (_, i) => i);
    const edge = Array.from({ length: edgeItems }, (_, i) => i);
    return [...edge, null, ...edge.map((i) => size - edgeItems + i)];
  };

  const shownValues: number[] = [];
  const collect = (dim: number, offset: number): void => {
    if (dim === sizes.length) shownValues.push(data[offset]!);
    else for (const i of shownIndices(dim)) if (i !== null) collect(dim + 1, offset + i * strides[dim]!);
  };
  collect(0, tensor.offset);
  const { format, width } = elementFormat(shownValues, tensor.dtype.category);

  const write = (dim: number, offset: number, indent: number): string => {
    if (dim === sizes.length) return format(data[offset]!).padStart(width);
    const remaining = sizes.length - dim;
    const items = shownIndices(dim).map((i) =>
      i === null ? (remaining === 1 && edgeItems > 0 ? " ..." : "...") : write(dim + 1, offset + i * strides[dim]!, indent + 1),
    );
    if (remaining > 1) return `[${items.join(`,${"\n".repeat(remaining - 1)}${" ".repeat(indent + 1)}`)}]`;
    const perLine = Math.max(1, Math.floor((lineWidth - indent) / (width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(", "));
    return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
  };
  return write(0, tensor.offset, indent);
}

interface ElementFormat {
  readonly format: (value: number) => string;
  readonly width: number;
}

/** One format for all values shown. NaN, infinities and zeros do not count for its width. */
function elementFormat(values: readonly number[], category: "bool" | "integer" | "float"): ElementFormat {
  if (category !== "float") {
    const format = category === "bool" ? (value: number) => (value === 0 ? "False" : "True") : (value: number) => value.toFixed(0);
    return { format, width: widest(values, format) };
  }
  const { precision, sciMode } = printOptions;
  const counted = values.filter((value) => Number.isFinite(value) && value !== 0);
  let min = Infinity;
  let max = 0;
  let whole = true;
  for (const value of counted) {
    min = Math.min(min, Math.abs(value));
    max = Math.max(max, Math.abs(value));
    whole &&= Number.isInteger(value);
  }
  const scientific = counted.length > 0 && (sciMode ?? (max / min > 1000 || max > 1e8 || min < 1e-4));
  const format = scientific
    ? (value: number) => formatExponential(value, precision)
    : whole
      ? (value: number) => formatFixed(value, 0) + (Number.isFinite(value) ? "." : "")
      : (value: number) => formatFixed(value, precision);
  return { format, width: widest(counted, format) };
}

function widest(values: readonly number[], format: (value: number) => string): number {
  let width = 1;
  for (const value of values) width = Math.max(width, format(value).length);
  return width;
}

function addSuffixes(text: string, suffixes: readonly string[], indent: number): string {
  let result = text;
  // PyTorch counts two characters more than the last line has.
  let lineLength = text.length - text.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    if (lineLength + suffix.length + 2 > printOptions.lineWidth) {
      result += `,\n${" ".repeat(indent)}${suffix}`;
      lineLength = indent + suffix.length;
    } else {
      result += `, ${suffix}`;
      lineLength += suffix.length + 2;
    }
  }
  return `${result})`;
}

function formatTuple(sizes: readonly number[]): string {
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(", ")})`;
}
