import { basename } from "node:path";
import * as vscode from "vscode";
import { parametersText } from "../../describe/counts.js";
import { formatCount, formatShape, formatValue } from "../../describe/format.js";
import { distributionText, initializationCode, initializationText } from "../../describe/initialization.js";
import { initializationTheory } from "../../describe/initializationTheory.js";
import { indexOf } from "../../describe/modelIndex.js";
import type { Initialization, Language } from "../../protocol/index.js";
import type { NamedTensor } from "../code/parameterAccess.js";
import type { ModelSession } from "../sessions/modelSession.js";
import { histogramImage } from "./histogramImage.js";
import { escape, imageColors, link } from "./hoverText.js";

/** Of more parameters the first are told, and how many more there are. */
const most = 3;

/** What parameters are, each with how it came by its values. */
export function explainParameters(session: ModelSession, found: readonly NamedTensor[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  text.isTrusted = { enabledCommands: ["layerscope.select"] };
  text.appendMarkdown(
    found
      .slice(0, most)
      .map((each) => parameterText(session, each))
      .join("\n\n---\n\n"),
  );
  if (found.length > most) text.appendMarkdown(`\n\n${vscode.l10n.t("and {0} more", formatCount(found.length - most))}`);
  return text;
}

function parameterText(session: ModelSession, { model, tensor, name, filling }: NamedTensor): string {
  const { initialization, statistics, shape, dtype, count, kind, requiresGrad, names } = tensor;
  const path = indexOf(model).places(tensor.id)[0]?.path ?? "";
  const title = link(`${model.name} › ${name}`, "layerscope.select", { file: session.file, model: model.name, path });
  const facts = [
    `**${formatShape(shape)}** ${dtype}`,
    ...(kind === "parameter" ? [parametersText(count)] : []),
    ...(kind === "parameter" && !requiresGrad ? [vscode.l10n.t("frozen")] : []),
  ];
  const others = names.filter((other) => other !== name);
  const last = initialization.kind === "unknown" ? null : initialization;
  const known = filling ?? last;
  // Of a call whose values are gone they cannot be shown.
  const isLast = known === last;
  const isAsFilled = known !== null && known.modifiedBy.length === 0;
  const image = isLast && statistics && histogramImage(statistics, isAsFilled ? known.distribution : null, imageColors());
  return [
    `${title}  \n${facts.join(" · ")}`,
    ...(others.length > 0 ? [vscode.l10n.t("shared with {0}", others.map(escape).join(", "))] : []),
    ...(known ? [`\`${initializationText(known, model.language)}\``, ...theoryOf({ ...tensor, initialization: known })] : []),
    ...(last && !isLast ? [vscode.l10n.t("Replaced since by {0}", replacement(last, model.language))] : []),
    [
      ...(isLast && statistics?.finite ? [vscode.l10n.t("mean {0}, std {1}", formatValue(statistics.finite.mean), formatValue(statistics.finite.std))] : []),
      ...(image ? [`![](${image}|width=120,height=28)`] : []),
    ].join(" · "),
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** What gave the values that a call's were replaced by, and where. */
function replacement(initialization: Exclude<Initialization, { readonly kind: "unknown" }>, language: Language): string {
  const code = `\`${initializationCode(initialization, language)}\``;
  const { location } = initialization;
  return location ? `${code} · ${escape(`${basename(location.file)}:${location.line}`)}` : code;
}

/** The formula that the values come from, the numbers of this call, what they follow, and where that comes from. */
function theoryOf(tensor: NamedTensor["tensor"]): readonly string[] {
  const { initialization } = tensor;
  const theory = initializationTheory(tensor);
  if (!theory || initialization.kind !== "recorded") return [];
  const { formula, fans, gain, expectedStd, papers } = theory;
  const numbers = [
    ...(fans ? [`fan\\_in ${formatCount(fans.in)}`, `fan\\_out ${formatCount(fans.out)}`] : []),
    ...(gain !== null ? [`gain ${formatValue(gain)}`] : []),
    ...(initialization.distribution ? [escape(distributionText(initialization.distribution))] : []),
    ...(expectedStd !== null && initialization.distribution?.kind !== "normal" ? [`std ${formatValue(expectedStd)}`] : []),
  ];
  return [
    ...(formula !== null ? [escape(formula)] : []),
    numbers.join(" · "),
    ...papers.map(({ authors, year, title, address }) => `${escape(authors)} (${year}): [${escape(title)}](${address})`),
  ];
}
