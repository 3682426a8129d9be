import "./summaryBar.css";
import * as l10n from "@vscode/l10n";
import { formatBytes, formatCompact, formatShape } from "../src/describe/format.js";
import type { ModelSnapshot, Operand } from "../src/protocol/index.js";
import { Icon } from "./controls.js";
import { indexOf } from "./modelIndex.js";

/** The model in one line, where the inspector would take the picture's room with nothing selected. */
export function SummaryBar({ model, onOpen }: { readonly model: ModelSnapshot; readonly onOpen: () => void }) {
  return (
    <button type="button" class="summary-bar" aria-expanded={false} title={l10n.t("Open Inspector")} onClick={onOpen}>
      <span class="summary-text">{summary(model)}</span>
      <Icon name="chevron-up" />
    </button>
  );
}

function summary(model: ModelSnapshot): string {
  const { totals, trace } = model;
  const shapes = (operands: readonly Operand[]) => operands.map((operand) => formatShape(indexOf(model).shape(operand))).join(", ");
  return [
    l10n.t("{0} params", formatCompact(totals.parameters)),
    formatBytes(totals.parameterBytes),
    trace && trace.origin !== "recorded" && (trace.origin === "stated" ? l10n.t("stated inputs") : l10n.t("inferred inputs")),
    trace && `${shapes(trace.inputs)} → ${trace.failure ? l10n.t("failed") : shapes(trace.outputs)}`,
  ]
    .filter(Boolean)
    .join(" · ");
}
