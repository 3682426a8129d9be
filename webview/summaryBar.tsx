import * as l10n from "@vscode/l10n";
import { formatBytes, formatCompact, formatShape } from "../src/describe/format.js";
import { sourceWord } from "../src/describe/shapeSource.js";
import type { ForwardTrace, ModelSnapshot, Operand } from "../src/protocol/index.js";
import { Icon } from "./controls.js";
import { indexOf } from "../src/describe/modelIndex.js";

/** The model in one line, where the inspector would take the picture's room with nothing selected. */
export function SummaryBar({ model, onOpen }: { readonly model: ModelSnapshot; readonly onOpen: () => void }) {
  return (
    <button type="button" class="summary-bar" aria-expanded={false} title={l10n.t("Open Inspector")} onClick={onOpen}>
      <span class="summary-text">{summary(model)}</span>
      <Icon name="chevron-up" />
    </button>
  );
}

/** What goes in and comes out, with where the shapes come from unless they are the model's as the code ran it. */
function passText(trace: ForwardTrace, shapes: string): string {
  const isAsRun = trace.origin === "recorded" && trace.changedSince.length === 0;
  return isAsRun ? shapes : l10n.t("{0} {1}", sourceWord(trace), shapes);
}

function summary(model: ModelSnapshot): string {
  const { totals, trace } = model;
  const shapes = (operands: readonly Operand[]) => operands.map((operand) => formatShape(indexOf(model).shape(operand))).join(", ");
  return [
    totals.parameters === 1 ? l10n.t("1 param") : l10n.t("{0} params", formatCompact(totals.parameters)),
    formatBytes(totals.parameterBytes),
    trace && passText(trace, `${shapes(trace.inputs)} → ${trace.failure ? l10n.t("failed") : shapes(trace.outputs)}`),
  ]
    .filter(Boolean)
    .join(" · ");
}
