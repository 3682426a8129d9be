import { failureText } from "../../describe/failure.js";
import { originOf } from "../../describe/valueOrigin.js";
import type { StepId, ValueId } from "../../protocol/index.js";
import type { DisplayFailure, OperandSource } from "./displayGraph.js";
import { shapeText, signBetween } from "./labels.js";
import type { PictureModel } from "./pictureModel.js";

/** What failed in the pass of a model, and what it was given. */
export function failureShown(model: PictureModel): DisplayFailure {
  const trace = model.snapshot.trace!;
  const { step: failed } = trace.failure!;
  const step = trace.steps[failed];
  const operands = (step?.inputs ?? []).flatMap(({ value }) =>
    trace.values[value] ? [{ ...trace.values[value], source: operandSource(model, value, failed) }] : [],
  );
  const isMixed = new Set(operands.map(({ dtype }) => dtype)).size > 1;
  const shapes = operands.map(({ shape, dtype }) => (isMixed ? `${shapeText(shape)} ${dtype}` : shapeText(shape)).trim());
  const sources = operands.map(({ source }) => source);
  if (step?.kind === "module") {
    const weight = model.index.module(step.path)?.parameters[0];
    if (weight) {
      shapes.push(shapeText(model.snapshot.tensors[weight.tensor]?.shape));
      sources.push({ kind: "named", name: weight.name });
    }
  }
  return { message: failureText(model.index), shapes, sources, sign: signBetween(step?.kind === "operation" ? step : null) };
}

/** Named as in the innermost module that holds both what failed and that. */
function operandSource(model: PictureModel, value: ValueId, failed: StepId): OperandSource {
  const { index } = model;
  const { views, source } = originOf(index, value);
  const around = index.enclosing(failed);
  const viewed = (name: string) => [name, ...views.toReversed().map((view) => (view.startsWith("[") ? view : `.${view}`))].join("");
  switch (source.kind) {
    case "input":
      return views.length > 0 ? { kind: "named", name: viewed("input") } : { kind: "input" };
    case "constant":
      return source.name === null ? { kind: "constant" } : { kind: "named", name: viewed(source.name) };
    case "tensor":
      return { kind: "named", name: viewed(apart(source.name, around)) };
    case "operation":
      return { kind: "named", name: viewed(source.name) };
    case "module":
      return { kind: "named", name: viewed(`${apart(source.path, around)} ${index.module(source.path)?.type ?? ""}`.trim()) };
  }
}

/** The part of a full name that it has not in common with a path. */
function apart(name: string, path: string): string {
  const parts = name.split(".");
  const others = path.split(".");
  const common = parts.findIndex((part, at) => part !== others[at]);
  return parts.slice(common < 0 ? -1 : common).join(".");
}
