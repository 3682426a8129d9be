import * as vscode from "vscode";
import type { ModelSnapshot, ModuleSnapshot, Operand } from "../../protocol/index.js";
import { argumentsText } from "../../describe/arguments.js";
import { formatCount, formatShape, formatValue } from "../../describe/format.js";
import type { ModuleReference } from "../ask/target.js";
import { factsAbout } from "../../describe/facts.js";
import { initializationText } from "../../describe/initialization.js";
import { indexOf } from "../../describe/modelIndex.js";
import { shapesText } from "../../describe/shapes.js";
import { sourceWord } from "../../describe/shapeSource.js";
import { parametersText } from "../../describe/counts.js";
import type { Place } from "../code/codeIndex.js";
import { histogramImage, type ImageColors } from "./histogramImage.js";
import { findingsIn, findingText, severityIcons } from "../findings.js";
import type { ModelSession } from "../sessions/modelSession.js";

/** What can be said about the code under the mouse. */
export type Subject =
  /** The modules that the last run made there, at least one, in the order of the models and their trees. */
  | { readonly kind: "places"; readonly session: ModelSession; readonly places: readonly Place[] }
  /** A definition that was edited since the last run. */
  | { readonly kind: "edited"; readonly session: ModelSession }
  /** A definition in a file that has not been run. */
  | { readonly kind: "notRun"; readonly file: string };

/** Rows of a hover's parameter table, and paths in its list of places. */
const maxRows = 8;
const maxPaths = 6;

const commands = ["layerscope.run", "layerscope.select", "layerscope.reinitialize", "layerscope.forward"];

/** The text of a hover. Everything that comes from the user's code is escaped: it is data. */
export function explain(subject: Subject): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  text.isTrusted = { enabledCommands: commands };
  switch (subject.kind) {
    case "notRun":
      return text.appendMarkdown(`${vscode.l10n.t("Not run yet.")} ${link(vscode.l10n.t("Run Model File"), "layerscope.run", { file: subject.file })}`);
    case "edited":
      return text.appendMarkdown(
        [
          vscode.l10n.t("This line was edited since the file ran."),
          ...(subject.session.can("run") ? [link(vscode.l10n.t("Run Again"), "layerscope.run", { file: subject.session.file })] : []),
        ].join(" "),
      );
    case "places":
      return text.appendMarkdown(describePlaces(subject.session, subject.places));
  }
}

function describePlaces(session: ModelSession, places: readonly Place[]): string {
  const selected = places.find(({ model, module }) => model === session.shown && module.path === session.selected?.path);
  const shown = selected ?? places[0]!;
  const { model, module } = shown;
  const reference: ModuleReference = { file: session.file, model: model.name, path: module.path };
  const count = indexOf(model).totals(module.path).parameters;
  const given = argumentsText(module, model.language);

  const parts = [
    `**${escape(module.type)}**${given && `(${escape(given)})`}`,
    ...findingsIn(session, model)
      .of(module.path)
      .map((finding) => `$(${severityIcons[finding.severity]}) ${escape(findingText(finding))}`),
    ...factsAbout(indexOf(model), module.path).map((fact) => `$(note) ${escape(fact)}`),
    whereabouts(session, places, shown),
    [count > 0 ? parametersText(count) : vscode.l10n.t("no parameters"), flow(model, module)].filter(Boolean).join(" · "),
    parameterTable(model, module),
    [
      link(vscode.l10n.t("Show in Model View"), "layerscope.select", reference),
      ...(count > 0 && session.can("reinitialize") ? [link(vscode.l10n.t("Reinitialize..."), "layerscope.reinitialize", reference)] : []),
      ...(model.hasForward && session.can("forward") ? [link(vscode.l10n.t("Run Forward..."), "layerscope.forward", reference)] : []),
      ...(session.can("run") ? [link(vscode.l10n.t("Run File"), "layerscope.run", { file: session.file })] : []),
    ].join(" | "),
  ];
  const warning = ofFailedRun(session);
  if (warning) parts.splice(1, 0, warning);
  return parts.filter(Boolean).join("\n\n");
}

/** What a failed run means for what is shown. */
function ofFailedRun({ lastRun }: ModelSession): string | null {
  if (lastRun.kind !== "failed") return null;
  return lastRun.shown === "thisRun"
    ? vscode.l10n.t("$(warning) The last run failed; this is what was there by then.")
    : vscode.l10n.t("$(warning) The last run failed; this is from an earlier one.");
}

/** The paths of the modules that one place in the code made. */
function whereabouts(session: ModelSession, places: readonly Place[], shown: Place): string {
  const name = ({ model, module }: Place): string => `${model.name}${module.path === "" ? "" : ` › ${module.path}`}`;
  const linked = (place: Place): string => link(name(place), "layerscope.select", { file: session.file, model: place.model.name, path: place.module.path });
  if (places.length === 1) return linked(shown);
  const objects = new Set(places.map(({ model, module }) => `${model.name}\n${module.identity}`)).size;
  const rest = places.length - maxPaths;
  const list = places.slice(0, maxPaths).map((place) => (place === shown ? `**${linked(place)}**` : linked(place)));
  const paths = [...list, ...(rest > 0 ? [vscode.l10n.t("and {0} more", formatCount(rest))] : [])].join(", ");
  if (objects === 1) return `${vscode.l10n.t("One module in {0} places:", formatCount(places.length))} ${paths}`;
  return `${vscode.l10n.t("{0} modules; shown is {1}:", formatCount(objects), escape(name(shown)))} ${paths}`;
}

/** Input and output shapes of the module in the traced pass. */
function flow(model: ModelSnapshot, module: ModuleSnapshot): string {
  const calls = indexOf(model).calls(module.path);
  const last = calls.at(-1)?.step;
  if (!model.trace || !last) return "";
  const shapes = (operands: readonly Operand[]): string => shapesText(model, operands) || "?";
  const outcome = last.outputs.length > 0 ? shapes(last.outputs) : vscode.l10n.t("failed");
  const repeated = calls.length > 1 ? `, ${vscode.l10n.t("called {0} times", formatCount(calls.length))}` : "";
  return `${shapes(last.inputs)} → ${outcome} (${sourceWord(model.trace)}${repeated})`;
}

function parameterTable(model: ModelSnapshot, module: ModuleSnapshot): string {
  const index = indexOf(model);
  const uses = index.parameterPlacesWithin(module.path);
  if (uses.length === 0) return "";
  const rows = uses.slice(0, maxRows).map(({ path, use, name }) => {
    const tensor = index.tensor(use);
    const { statistics, initialization } = tensor;
    // What was changed since follows the initialization's density no longer.
    const expected = initialization.kind !== "unknown" && initialization.modifiedBy.length === 0 ? initialization.distribution : null;
    const image = statistics && histogramImage(statistics, expected, imageColors());
    const summary = statistics?.finite ? vscode.l10n.t("mean {0}, std {1}", formatValue(statistics.finite.mean), formatValue(statistics.finite.std)) : "";
    const shared = index.otherNames(path, use);
    const notes = [
      initializationText(initialization, model.language) || vscode.l10n.t("unknown"),
      ...(shared.length > 0 ? [vscode.l10n.t("shared with {0}", shared.join(", "))] : []),
    ];
    return `| ${cell(name)} | ${formatShape(tensor.shape)} | ${notes.map(cell).join("; ")} | ${image ? `![${cell(summary)}\\|width=120,height=28](${image})` : ""} |`;
  });
  const rest = uses.length - maxRows;
  return [
    `| ${vscode.l10n.t("Parameter")} | ${vscode.l10n.t("Shape")} | ${vscode.l10n.t("Initialization")} | ${vscode.l10n.t("Values")} |`,
    "| --- | --- | --- | --- |",
    ...rows,
    ...(rest > 0 ? [`| ${vscode.l10n.t("{0} more", formatCount(rest))} | | | |`] : []),
  ].join("\n");
}

export function imageColors(): ImageColors {
  switch (vscode.window.activeColorTheme.kind) {
    case vscode.ColorThemeKind.Light:
      return { bars: "#5b8fd6", curve: "#b45309", axis: "#999999" };
    case vscode.ColorThemeKind.HighContrastLight:
      return { bars: "#0f4a85", curve: "#b5200d", axis: "#292929" };
    case vscode.ColorThemeKind.HighContrast:
      return { bars: "#6fc3df", curve: "#ffd700", axis: "#ffffff" };
    case vscode.ColorThemeKind.Dark:
      return { bars: "#4f8ad1", curve: "#e0a458", axis: "#777777" };
  }
}

export function link(label: string, command: string, argument: object): string {
  return `[${escape(label)}](command:${command}?${encodeURIComponent(JSON.stringify([argument]))})`;
}

function cell(text: string): string {
  return escape(text).replace(/\r?\n/g, " ");
}

/** Makes a text plain in Markdown, in tables and link labels too. */
export function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, "\\$&");
}
