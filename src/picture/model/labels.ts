import { formatShape } from "../../describe/format.js";
import { operationText, writeArgument, writeStepArguments, writeValue } from "../../describe/arguments.js";
import { type ArgumentValue, type Language, type ModuleSnapshot, type OperationStep } from "../../protocol/index.js";

/** As formatShape writes it; "" while unknown. */
export function shapeText(shape: readonly number[] | null | undefined): string {
  return shape ? formatShape(shape) : "";
}

/** What shapes have in common, with "…" for sizes that differ; "" where they differ in length. */
export function commonShapeText(shapes: readonly (readonly number[] | null | undefined)[]): string {
  const [first, ...others] = shapes;
  if (!first || others.some((shape) => shape?.length !== first.length)) return "";
  if (first.length === 0) return "()";
  return first.map((size, dimension) => (others.every((shape) => shape![dimension] === size) ? size : "…")).join("×");
}

/**
 * A layer's arguments as a leaf shows them: those that are not as they are by default, in the language of the model file, sizes as a reader says them:
 * "4 → 8, bias: false"; "3 → 64, 7×7, stride: 2, padding: 3". What the user's own `extraRepr` says stays as it is.
 */
export function shortArguments({ arguments: given, maps, ownText }: Pick<ModuleSnapshot, "arguments" | "maps" | "ownText">, language: Language): string {
  if (ownText !== undefined) return ownText;
  const { [maps?.[0] ?? ""]: from, [maps?.[1] ?? ""]: to, ...others } = given;
  const isMap = from !== undefined && to !== undefined;
  const shown = Object.entries(isMap ? others : given).map(([name, value]) => shortArgument(name, value, language));
  return [...(isMap ? [`${writeValue(from, language)} → ${writeValue(to, language)}`] : []), ...shown].join(", ");
}

function shortArgument(name: string, value: ArgumentValue, language: Language): string {
  if (!Array.isArray(value) || value.length === 0 || !value.every((item) => typeof item === "number")) return writeArgument(name, value, language);
  // Kernels read as the windows that they are.
  if (name === "kernelSize" && value.length > 1) return value.join("×");
  return writeArgument(name, new Set(value).size === 1 ? (value[0] as number) : value, language);
}

/** The sign of an operation, else its name; of a write in place with what is written to, "[1] ×=". */
export function operationLabel(name: string, sign: string, target: string): string {
  const label = sign || name;
  return target ? `${target} ${label}` : label;
}

export function isSymbol(label: string): boolean {
  return label.length === 1;
}

/** The sign between the operands of what failed; a comma where there is none. */
export function signBetween(step: OperationStep | null): string {
  return step?.between ?? step?.sign?.replace(/(.)=$/, "$1") ?? ",";
}

/** Views of a tensor as they are written behind it: "[1]", "[:, 2:].transpose(0, 1)". */
export function viewText(views: readonly OperationStep[], language: Language): string {
  return views
    .map(({ name, arguments: given, parts }) =>
      parts?.length === 1 ? parts[0]!.index : `.${operationText(name, language)}(${writeStepArguments(given, language)})`,
    )
    .join("");
}

/** What a container holds: "12 × Block", "Conv2d, 2 × ReLU". */
export function contentsText(types: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => (count === 1 ? type : `${count} × ${type}`)).join(", ");
}
