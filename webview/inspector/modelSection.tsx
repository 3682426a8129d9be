import * as l10n from "@vscode/l10n";
import type { ForwardTrace, ModelSnapshot } from "../../src/protocol/index.js";
import { Link } from "../controls.js";
import { formatBytes, formatCompact, formatCount } from "../../src/describe/format.js";
import { useSession } from "../session.js";
import { Facts, Section } from "./facts.js";
import { Inputs } from "./inputs.js";
import { OperandList } from "./operands.js";

/** The model as a whole: its totals and the forward pass that is shown. */
export function ModelSection({ model }: { readonly model: ModelSnapshot }) {
  const { act } = useSession();
  const { totals, trace } = model;
  const frozen = totals.parameters - totals.trainableParameters;
  return (
    <>
      <Section title={l10n.t("Model")} note={l10n.t("shared parameters counted once")}>
        <Facts
          facts={[
            { name: l10n.t("parameters"), value: formatCount(totals.parameters) },
            { name: l10n.t("trainable"), value: formatCount(totals.trainableParameters) },
            frozen > 0 && { name: l10n.t("frozen"), value: formatCount(frozen) },
            { name: l10n.t("modules"), value: formatCount(totals.modules) },
            { name: l10n.t("memory"), value: formatBytes(totals.parameterBytes) },
            totals.bufferBytes > 0 && { name: l10n.t("buffers"), value: formatBytes(totals.bufferBytes) },
            totals.multiplyAdds !== null && { name: l10n.t("multiply-adds"), value: formatCompact(totals.multiplyAdds) },
          ]}
        />
      </Section>
      <Section title={l10n.t("Forward pass")} note={trace && originText(trace.origin)}>
        {trace ? (
          <>
            <Inputs model={model} trace={trace} />
            <div class="operand-row">
              <span class="muted">{l10n.t("Output")}</span>
              <OperandList model={model} operands={trace.outputs} empty={l10n.t("none")} />
            </div>
            {trace.truncatedSteps > 0 && (
              <p class="muted">{l10n.t("The pass was too long to keep: its last {0} steps are not shown.", formatCount(trace.truncatedSteps))}</p>
            )}
          </>
        ) : (
          <p class="muted">{model.traceMissing ?? l10n.t("None ran, so shapes and data flow are unknown.")}</p>
        )}
        <Link onClick={() => act("chooseForward", { model: model.name })}>{trace ? l10n.t("Run Forward…") : l10n.t("State Inputs…")}</Link>
      </Section>
    </>
  );
}

function originText(origin: ForwardTrace["origin"]): string {
  switch (origin) {
    case "recorded":
      return l10n.t("as your code ran it");
    case "inferred":
      return l10n.t("inputs inferred from the first layers");
    case "stated":
      return l10n.t("inputs as you stated them");
  }
}
