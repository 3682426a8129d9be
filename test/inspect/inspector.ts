import * as engine from "../../src/engine/index.js";
import { callSites } from "../../src/inspect/callFrames.js";
import { Inspection, ScriptCalls } from "../../src/inspect/index.js";
import { type ForwardTrace, type ModelSnapshot } from "../../src/protocol/index.js";

/** Looks at the models of the test itself, which runs in this process: the file that calls this is the model code. Places in the code are tested with the runner. */
export function inspectHere(): Inspection {
  const url = callSites(inspectHere)[0]!.getFileName()!;
  return new Inspection({ engine, calls: new ScriptCalls(url), language: "typescript", locate: () => null, quietly: (body) => body() });
}

/** The snapshot of one module. */
export function snapshotOf(inspection: Inspection, module: engine.nn.Module, infer = true): ModelSnapshot {
  inspection.setModels([{ name: "model", module, location: null }], { infer });
  return inspection.snapshots()[0]!;
}

/** Steps as "path" or "operation", each with where its inputs come from: a step's index, "input", "constant", or a tensor's name. */
export function flowOf({ trace, tensors }: ModelSnapshot): string[] {
  return trace!.steps.map(
    (step, i) =>
      `${i} ${step.kind === "module" ? `[${step.path}]` : `${step.name}`} <- ${step.inputs.map(({ value }) => sourceText(trace!, value, tensors)).join(" ")}`,
  );
}

function sourceText(trace: ForwardTrace, value: number, tensors: ModelSnapshot["tensors"]): string {
  const { source } = trace.values[value]!;
  if (source.kind === "step") return String(source.step);
  return source.kind === "tensor" ? tensors[source.tensor]!.names[0]! : source.kind;
}
