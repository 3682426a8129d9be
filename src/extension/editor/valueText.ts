import * as vscode from "vscode";
import { formatPercent, formatShape, formatValue } from "../../describe/format.js";
import { sourceWord } from "../../describe/shapeSource.js";
import type { ModelSnapshot, Operand } from "../../protocol/index.js";
import { namedShape, namesOf } from "../code/dimensions.js";
import type { StatementValue } from "../code/lineShapes.js";
import type { ModelSession } from "../sessions/modelSession.js";
import { histogramImage } from "./histogramImage.js";
import { escape, imageColors, link } from "./hoverText.js";
import { type MeasuredValue, measuredValues } from "./measuredValues.js";

/** Of more different ones the first are told, and that there are more. */
const most = 4;

/** Shapes that the hover of a variable tells. */
const mostShapes = 8;

type Place = Pick<MeasuredValue, "uri" | "line" | "character">;

/** "2×8 float32, mean 0.1, std 0.5 (recorded)", each different one on a line, with a link that measures it; undefined where there is no tensor. */
export function explainValues(session: ModelSession, values: readonly StatementValue[], place: Place): vscode.MarkdownString | undefined {
  const lines = new Map<string, string>();
  for (const { model, outputs } of values) {
    for (const output of outputs) {
      const line = lineOf({ model, outputs }, output);
      if (!lines.has(line)) lines.set(line, `${line}${measurement(session, { model, outputs }, output, place)}`);
    }
  }
  if (lines.size === 0) return undefined;
  const text = new vscode.MarkdownString(undefined, true);
  text.isTrusted = { enabledCommands: ["layerscope.measureValue"] };
  const shown = [...lines.values()].slice(0, most);
  return text.appendMarkdown([...shown, ...(lines.size > most ? [vscode.l10n.t("and {0} more", lines.size - most)] : [])].join("  \n"));
}

function lineOf({ model }: StatementValue, { value, label }: Operand): string {
  const { shape, dtype, statistics } = model.trace!.values[value]!;
  const facts = [
    ...(statistics?.finite ? [vscode.l10n.t("mean {0}, std {1}", formatValue(statistics.finite.mean), formatValue(statistics.finite.std))] : []),
    ...(statistics && statistics.zeros > 0 ? [vscode.l10n.t("{0} zeros", formatPercent(statistics.zeros))] : []),
    ...(statistics && statistics.nonFinite > 0 ? [vscode.l10n.t("{0} not finite", formatPercent(statistics.nonFinite))] : []),
  ];
  const named = namedShape(model, value);
  const axes = named === formatShape(shape) ? "" : ` (${escape(named)})`;
  return `${label === "" ? "" : `\`${label}\` `}**${formatShape(shape)}**${axes} ${dtype}${facts.map((fact) => ` · ${fact}`).join("")} (${sourceWord(model.trace!)})`;
}

/** What was measured of a value, or the way to it; "" where there is none. */
function measurement(session: ModelSession, { model }: StatementValue, { value }: Operand, place: Place): string {
  const known = measuredValues(model).get(value);
  if (known) {
    const image = histogramImage(known, null, imageColors());
    const { finite } = known;
    const range = finite ? vscode.l10n.t("min {0}, max {1}", formatValue(finite.min), formatValue(finite.max)) : "";
    return `  \n${[range, image ? `![](${image}|width=120,height=28)` : ""].filter(Boolean).join(" · ")}`;
  }
  if (!session.can("valueStatistics")) return "";
  const asked: MeasuredValue = { file: session.file, model: model.name, value, ...place };
  return ` · ${link(vscode.l10n.t("Histogram"), "layerscope.measureValue", asked)}`;
}

/** Of a variable that names axes: its size, and the shapes that it is in; undefined where it names none. */
export function explainDimension(models: readonly ModelSnapshot[], variable: string): vscode.MarkdownString | undefined {
  const lines = models.flatMap((model) => {
    const names = namesOf(model);
    const size = names?.variables.get(variable);
    if (!names || size === undefined) return [];
    const isNamed = (name: string | null): boolean => name?.split("·").includes(variable) === true;
    const shapes = [...new Set([...names.axes].filter(([, axes]) => axes.some(isNamed)).map(([value]) => namedShape(model, value)))];
    const shown = shapes.slice(0, mostShapes).map((shape) => escape(shape));
    const title = vscode.l10n.t("{0} = {1} is in these shapes of {2}:", `**${escape(variable)}**`, size, escape(model.name));
    return [`${title} ${[...shown, ...(shapes.length > mostShapes ? ["…"] : [])].join(", ")}`];
  });
  return lines.length > 0 ? new vscode.MarkdownString(lines.join("  \n")) : undefined;
}
