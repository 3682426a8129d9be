import * as l10n from "@vscode/l10n";
import { operationText, writeStepArguments } from "../../src/describe/arguments.js";
import { failureText } from "../../src/describe/failure.js";
import { type ModelSnapshot, type TraceValue, type ValueId } from "../../src/protocol/index.js";
import { LocationLink } from "../locationLink.js";
import { sourceWord } from "../../src/describe/shapeSource.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { useSession } from "../pageSession.js";
import { type Selected, shownFindings } from "../state.js";
import { FindingList } from "./findingList.js";
import { Section } from "./facts.js";
import { ForwardPass } from "./forwardPass.js";
import { ActivationFacts } from "./moduleView.js";
import { OperandList } from "./operands.js";
import { ParameterCard } from "./parameterCard.js";
import { Signature } from "./signature.js";

export interface NodeViewProps {
  readonly model: ModelSnapshot;
  readonly node: Extract<Selected, { readonly kind: "node" }>;
}

/** A node of the picture that is no module: an operation, an input, an output, a tensor. */
export function NodeView({ model, node }: NodeViewProps) {
  const { source } = node;
  switch (source.kind) {
    case "operation":
      return <OperationView model={model} step={source.step} />;
    case "parameter": {
      const tensor = model.tensors[source.tensor];
      return tensor ? (
        <Section title={tensor.kind === "parameter" ? l10n.t("Parameter") : l10n.t("Buffer")}>
          <ParameterCard model={model} tensor={tensor} name={node.label} path={node.path} />
        </Section>
      ) : null;
    }
    case "input":
      return (
        <>
          <ValueView model={model} title={l10n.t("Input of the model")} value={source.value} />
          <ForwardPass model={model} />
        </>
      );
    case "output":
      return <ValueView model={model} title={l10n.t("Output of the model")} value={source.value} />;
    case "removed": {
      const removed = model.comparison?.removed[source.place];
      return removed ? (
        <Section title={l10n.t("Removed since {0}", model.comparison.with)}>
          <p>
            {removed.path} {removed.text}
          </p>
        </Section>
      ) : null;
    }
    case "constant":
      return <ConstantView model={model} value={source.value} />;
  }
}

function OperationView({ model, step }: { readonly model: ModelSnapshot; readonly step: number }) {
  const operation = indexOf(model).operation(step);
  if (!operation) return null;
  const failed = model.trace?.failure?.step === step;
  const statistics = operation.outputs.length === 1 ? model.trace?.values[operation.outputs[0]!.value]?.statistics : undefined;
  return (
    <>
      <section class="title">
        <Signature type={operationText(operation.name, model.language)} arguments={writeStepArguments(operation.arguments, model.language)} />
        {operation.location && (
          <div class="title-actions">
            <LocationLink location={operation.location} />
          </div>
        )}
      </section>
      <Section title={l10n.t("Operands")} note={model.trace && sourceWord(model.trace)}>
        <OperandList model={model} operands={operation.inputs} empty={l10n.t("none")} origins written={operation.writes.map(({ operand }) => operand)} />
      </Section>
      <Section title={l10n.t("Result")}>
        {failed ? (
          <p class="failure-message">{failureText(indexOf(model))}</p>
        ) : (
          <OperandList model={model} operands={operation.outputs} empty={l10n.t("none")} />
        )}
        {statistics && <ActivationFacts statistics={statistics} />}
      </Section>
    </>
  );
}

function ConstantView({ model, value }: { readonly model: ModelSnapshot; readonly value: ValueId }) {
  const source = model.trace?.values[value]?.source;
  const isParameter = source?.kind === "constant" && source.unregistered;
  return (
    <ValueView model={model} title={isParameter ? l10n.t("Parameter that no module has registered") : l10n.t("Tensor from outside the pass")} value={value} />
  );
}

function ValueView({ model, title, value }: { readonly model: ModelSnapshot; readonly title: string; readonly value: ValueId }) {
  const { page } = useSession();
  const found: TraceValue | undefined = model.trace?.values[value];
  return (
    <Section title={title} note={model.trace && sourceWord(model.trace)}>
      <FindingList findings={shownFindings(page, model).ofValue(value)} />
      <OperandList model={model} operands={[{ value, label: "" }]} empty="" />
      {found?.statistics && <ActivationFacts statistics={found.statistics} />}
    </Section>
  );
}
