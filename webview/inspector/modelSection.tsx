import * as l10n from "@vscode/l10n";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { formatBytes, formatCompact, formatCount } from "../../src/describe/format.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { Facts, Section } from "./facts.js";
import { ForwardPass } from "./forwardPass.js";
import { OperandList } from "./operands.js";

/** The model as a whole: its totals and the forward pass that is shown. */
export function ModelSection({ model }: { readonly model: ModelSnapshot }) {
  const { totals, trace } = model;
  const frozen = totals.parameters - totals.trainableParameters;
  const index = indexOf(model);
  const unused = model.tensors.reduce((sum, tensor) => sum + (index.isUnused(tensor) ? tensor.count : 0), 0);
  return (
    <>
      <Section title={l10n.t("Model")} note={l10n.t("shared parameters counted once")}>
        <Facts
          facts={[
            { name: l10n.t("parameters"), value: formatCount(totals.parameters) },
            { name: l10n.t("trainable"), value: formatCount(totals.trainableParameters) },
            frozen > 0 && { name: l10n.t("frozen"), value: formatCount(frozen) },
            unused > 0 && { name: l10n.t("not used"), value: formatCount(unused) },
            { name: l10n.t("modules"), value: formatCount(totals.modules) },
            { name: l10n.t("memory"), value: formatBytes(totals.parameterBytes) },
            totals.bufferBytes > 0 && { name: l10n.t("buffers"), value: formatBytes(totals.bufferBytes) },
            totals.multiplyAdds !== null && { name: l10n.t("multiply-adds"), value: formatCompact(totals.multiplyAdds) },
          ]}
        />
      </Section>
      <ForwardPass model={model}>
        {trace && (
          <>
            <div class="operand-row">
              <span class="muted">{l10n.t("Output")}</span>
              <OperandList model={model} operands={trace.outputs} empty={l10n.t("none")} />
            </div>
            {trace.truncatedSteps > 0 && (
              <p class="muted">
                {trace.truncatedSteps === 1
                  ? l10n.t("The pass was too long to keep: its last step is not shown.")
                  : l10n.t("The pass was too long to keep: its last {0} steps are not shown.", formatCount(trace.truncatedSteps))}
              </p>
            )}
          </>
        )}
      </ForwardPass>
    </>
  );
}
