import * as l10n from "@vscode/l10n";
import type { Failure, ModelSnapshot } from "../protocol/index.js";
import { checkLocation, checkModel } from "../protocol/snapshotChecks.js";

interface WithModels {
  readonly models: readonly ModelSnapshot[];
  readonly failure: Failure | null;
}

/** Whether a value is what a run or a cell came to; nothing in it has been looked at. */
export function hasModels(value: unknown): value is WithModels {
  return typeof value === "object" && value !== null && "models" in value && "failure" in value && Array.isArray(value.models);
}

/**
 * A result without the models whose description is not right, and which is that: the code may have put anything in place of what is described. It
 * costs this model, and no other.
 */
export function withSoundModels(result: WithModels): WithModels {
  const wrong = result.models.map(checkModel);
  const at = wrong.findIndex((each) => each !== null);
  if (at < 0) return result;
  return { ...result, models: result.models.filter((_, i) => wrong[i] === null), failure: result.failure ?? oddFailure(result.models[at]!, wrong[at]!) };
}

function oddFailure(model: unknown, wrong: string): Failure {
  const { name, location } = (model ?? {}) as { readonly name?: unknown; readonly location?: unknown };
  return {
    kind: "partial",
    message: l10n.t("{0} could not be looked at: {1}", typeof name === "string" ? name : "?", l10n.t("its description{0}", wrong)),
    hint: l10n.t("All else is shown."),
    location: checkLocation(location) === null ? (location as Failure["location"]) : null,
    stack: [],
  };
}
