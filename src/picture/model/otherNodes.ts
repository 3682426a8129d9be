import { operationText, writeStepArguments, writeValue } from "../../describe/arguments.js";
import { type OperationStep, type TensorId } from "../../protocol/index.js";
import type { FlowNode } from "./dataFlow.js";
import { notInitialized, type DisplayNode, type ItemSource } from "./displayGraph.js";
import { failureShown } from "./failureShown.js";
import { commonShapeText, shapeText, viewText } from "./labels.js";
import type { PictureModel } from "./pictureModel.js";
import { single } from "./rows.js";

type OperationNode = Extract<FlowNode, { kind: "operation" }>;

/** What a node has that is no module, as far as it does not say otherwise. */
export const nothingOfItsOwn = {
  type: "",
  detail: "",
  sign: "",
  target: "",
  expandable: false,
  row: single,
  sharing: [],
  initialization: notInitialized,
  calls: null,
  turn: null,
  failure: null,
  parameters: 0,
  isFrozen: false,
  marks: [],
  glyph: null,
  content: null,
  layerKind: "operation",
  outputShape: "",
  isChanged: false,
} as const;

/** One operation in the place of those that a loop repeats. */
export function repeatedOperation(model: PictureModel, node: DisplayNode, repeated: readonly FlowNode[]): DisplayNode {
  const { steps, values } = model.snapshot.trace!;
  const operations = repeated.flatMap((each) => (each.kind === "operation" ? [each] : []));
  const isSame = operations.every(({ operation }) => argumentsOf(model, operation) === node.detail);
  const target = operations.every((each) => targetOf(model, each) === node.target) ? node.target : "";
  const outputShape = commonShapeText(operations.map(({ step }) => values[steps[step]!.outputs[0]?.value ?? -1]?.shape));
  return { ...node, target, detail: [isSame ? node.detail : "", `${operations.length}×`].filter(Boolean).join("  "), outputShape, calls: operations.length };
}

function targetOf(model: PictureModel, { writesThrough }: OperationNode): string {
  const { steps } = model.snapshot.trace!;
  return viewText(
    (writesThrough ?? []).map((step) => steps[step] as OperationStep),
    model.snapshot.language,
  );
}

/** What is written behind the sign of an operation, or behind its name. */
function argumentsOf(model: PictureModel, { arguments: given, sign }: OperationStep): string {
  return writeStepArguments(sign === undefined ? given : given.filter(({ isFirst }) => !isFirst), model.snapshot.language);
}

/** The sign of an operation with the number that stands before it: "1 −". */
function signOf(model: PictureModel, { arguments: given, sign = "" }: OperationStep): string {
  const first = given.find(({ isFirst }) => isFirst);
  return first && sign ? `${writeValue(first.value, model.snapshot.language)} ${sign}` : sign;
}

/** The node of what is no module. `path`: of the module around. */
export function otherNode(model: PictureModel, flowNode: FlowNode, path: string): DisplayNode {
  const { trace } = model.snapshot;
  const base = {
    ...nothingOfItsOwn,
    id: flowNode.id,
    kind: flowNode.kind,
    source: sourceOf(flowNode),
    path,
    key: flowNode.id,
    status: "ran",
  } as const satisfies Omit<DisplayNode, "name">;
  if (flowNode.kind === "operation") {
    const { operation, step } = flowNode;
    const failed = trace!.failure?.step === step;
    const outputShape = model.outputShapeOf(step);
    return {
      ...base,
      name: operationText(operation.name, model.snapshot.language),
      sign: signOf(model, operation),
      detail: argumentsOf(model, operation),
      target: targetOf(model, flowNode),
      outputShape,
      calls: 1,
      status: failed ? "failed" : "ran",
      failure: failed ? failureShown(model) : null,
    };
  }
  if (flowNode.kind === "parameter") return parameterNode(model, base, flowNode.tensor);
  const value = trace!.values[flowNode.value];
  const dtype = value && value.dtype !== "float32" ? value.dtype : "";
  const constant = flowNode.kind === "constant" && value?.source.kind === "constant" ? value.source : null;
  const name = flowNode.kind === "constant" ? (constant?.name ?? "") : flowNode.label;
  return {
    ...base,
    name,
    detail: dtype,
    outputShape: shapeText(value?.shape),
    isParameter: constant?.unregistered === true,
    marks: model.findings.marksOfValue(flowNode.value),
  };
}

function parameterNode(model: PictureModel, base: Omit<DisplayNode, "name">, id: TensorId): DisplayNode {
  const tensor = model.snapshot.tensors[id]!;
  const place = model.index.places(id).find((use) => use.path === base.path);
  const sharing =
    tensor.names.length > 1
      ? (model.index
          .places(id)
          .map((use) => model.sharing.get(use.path))
          .find(Boolean) ?? [])
      : [];
  return {
    ...base,
    name: place?.name ?? within(base.path, tensor.names[0] ?? ""),
    outputShape: shapeText(tensor.shape),
    sharing,
    parameters: tensor.kind === "parameter" ? tensor.count : 0,
    glyph: tensor.statistics?.histogram ?? (tensor.statistics?.finite ? "constant" : null),
  };
}

function sourceOf(node: FlowNode): ItemSource {
  switch (node.kind) {
    case "operation":
      return { kind: "operation", step: node.step };
    case "parameter":
      return { kind: "parameter", tensor: node.tensor };
    default:
      return { kind: node.kind, value: node.value };
  }
}

/** A full name as it reads inside a module. */
function within(path: string, name: string): string {
  return path !== "" && name.startsWith(`${path}.`) ? name.slice(path.length + 1) : name;
}
