import { keepsElements, type OperationStep, type TensorPart, type ValueId } from "../protocol/index.js";
import { operationText } from "./arguments.js";
import type { ModelIndex } from "./modelIndex.js";

/** Where a value of a forward pass comes from, as the code reads. */
export interface ValueOrigin {
  /** Views that were taken of it, the last one first: `y.at(1)` is "[1]". */
  readonly views: readonly string[];
  readonly source:
    | { readonly kind: "input" }
    | { readonly kind: "constant"; readonly name: string | null }
    | { readonly kind: "tensor"; readonly name: string }
    /** What the module at `path` gave out. */
    | { readonly kind: "module"; readonly path: string }
    /** What an operation in the module at `path` computed. */
    | { readonly kind: "operation"; readonly name: string; readonly path: string };
}

export function originOf(index: ModelIndex, value: ValueId): ValueOrigin {
  const { language } = index.model;
  const { values } = index.model.trace!;
  const shape = (of: ValueId) => values[of]!.shape.join();
  const views: string[] = [];
  // A write into a view makes a new version of the whole: the views between the two say nothing of where that comes from.
  let whole: string | null = null;
  for (let at = value; ; ) {
    if (shape(at) === whole) whole = null;
    const { source } = values[at]!;
    if (source.kind === "tensor") return { views, source: { kind: "tensor", name: index.model.tensors[source.tensor]?.names[0] ?? "" } };
    if (source.kind !== "step") return { views, source };
    const operation = index.operation(source.step);
    const path = index.enclosing(source.step);
    if (!operation || (path !== "" && givesOut(index, path, at))) return { views, source: { kind: "module", path } };
    const from = operation.inputs[0]?.value;
    if (from === undefined || !(keepsElements(operation) || operation.effect === "writes"))
      return { views, source: { kind: "operation", name: operationText(operation.name, language), path } };
    if (operation.effect !== "writes") {
      if (whole === null) views.push(partOf(operation, at)?.index ?? operationText(operation.name, language));
    } else if (operation.outputs.every((output) => output.value !== at)) whole = shape(at);
    at = from;
  }
}

function givesOut(index: ModelIndex, path: string, value: ValueId): boolean {
  return index.calls(path).some(({ step }) => step.outputs.some((output) => output.value === value));
}

/** Which part of its first operand an output of an operation is, where it is one. */
export function partOf({ parts, outputs }: OperationStep, value: ValueId): TensorPart | undefined {
  return parts?.[outputs.findIndex((output) => output.value === value)];
}
