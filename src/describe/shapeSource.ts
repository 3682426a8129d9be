import * as l10n from "@vscode/l10n";
import type { ForwardTrace, ModelSnapshot } from "../protocol/index.js";
import { type LabelledShape, shapesOf } from "./shapes.js";

/** Where the shapes and multiply-adds of a model come from, for the table, the picture, the inspector and JSON alike. */
export interface ShapeSource extends PassOrigin {
  readonly inputs: readonly LabelledShape[];
  /** Whether the pass ended early, so that what follows was not reached. */
  readonly failed: boolean;
  /** All of that but the inputs in words. */
  readonly text: string;
}

type PassOrigin = Pick<ForwardTrace, "origin" | "inferredFrom" | "changedSince">;

/** Null where no pass ran. */
export function shapeSource({ trace }: ModelSnapshot): ShapeSource | null {
  if (!trace) return null;
  const { origin, inferredFrom, changedSince, failure } = trace;
  return { origin, inferredFrom, changedSince, inputs: shapesOf(trace, trace.inputs), failed: failure !== null, text: sourceText(trace) };
}

/** A sentence without its stop: which pass the shapes are of, and what changed in the model since. */
export function sourceText({ origin, inferredFrom, changedSince }: PassOrigin): string {
  if (changedSince.length === 0) {
    switch (origin) {
      case "recorded":
        return l10n.t("Shapes recorded as the code ran the model");
      case "stated":
        return l10n.t("Shapes of a run with the stated input");
      case "inferred":
        return l10n.t("Shapes inferred from {0}", inputSourceText(inferredFrom));
    }
  }
  const changed = changedText(changedSince);
  switch (origin) {
    case "recorded":
      return l10n.t("Shapes of an earlier model, as the code ran it; changed since: {0}", changed);
    case "stated":
      return l10n.t("Shapes of an earlier model, run with the stated input; changed since: {0}", changed);
    case "inferred":
      return l10n.t("Shapes of an earlier model, inferred from {0}; changed since: {1}", inputSourceText(inferredFrom), changed);
  }
}

/** The same in a word or two, for where shapes stand beside it. */
export function sourceWord({ origin, changedSince }: PassOrigin): string {
  if (changedSince.length > 0) return l10n.t("of an earlier model");
  switch (origin) {
    case "recorded":
      return l10n.t("recorded");
    case "stated":
      return l10n.t("stated");
    case "inferred":
      return l10n.t("inferred");
  }
}

/** What inferred inputs were taken from. */
export function inputSourceText(from: ForwardTrace["inferredFrom"]): string {
  if (from === null) return l10n.t("the first layers");
  if (from.kind === "earlierPass") return l10n.t("the inputs of an earlier pass");
  return from.path === "" ? from.type : l10n.t("{0} ({1})", from.path, from.type);
}

const placesNamed = 3;

function changedText(places: readonly string[]): string {
  const named = places.slice(0, placesNamed).map((path) => (path === "" ? l10n.t("the model itself") : path));
  const rest = places.length - named.length;
  return [...named, ...(rest > 0 ? [l10n.t("{0} more", rest)] : [])].join(", ");
}
