import { type Capability, capabilities } from "../../protocol/index.js";
import { indexOf } from "../../describe/modelIndex.js";
import type { ModelSession } from "../sessions/modelSession.js";

/** What the `when` clauses of package.json read of a session, by the key after "layerscope.". */
export function contextValues(
  session: Pick<ModelSession, "activity" | "capabilities" | "earlierChanges" | "failure" | "hasRun" | "models" | "selected" | "shown"> | null,
): Readonly<Record<string, string | boolean>> {
  const models = session?.models ?? [];
  // Without a file, to run one says which files can be.
  const can = (capability: Capability): boolean => session?.capabilities.includes(capability) ?? capability === "run";
  return {
    state: stateOf(session),
    hasModels: models.length > 0,
    busy: session !== null && session.activity !== "idle",
    // Of the model that is shown: it is what commands mean.
    canRunForward: can("forward") && session?.shown?.hasForward === true,
    canUndo: can("undoReinitialize") && (session?.shown?.undoDepth ?? 0) > 0,
    hasStatedInputs: session?.shown?.trace?.origin === "stated",
    hasEarlierChanges: can("reinitialize") && (session?.earlierChanges.length ?? 0) > 0,
    hasSelection: (session?.selected ?? null) !== null,
    selectionIsShared: session !== null && isShared(session),
    ...Object.fromEntries(capabilities.map((capability) => [`can.${capability}`, can(capability)])),
  };
}

function isShared({ shown, selected }: Pick<ModelSession, "selected" | "shown">): boolean {
  return shown !== null && selected !== null && selected.parameters.some((use) => indexOf(shown).otherNames(selected.path, use).length > 0);
}

/** What the tree says while it has no model to show; "models": nothing. */
function stateOf(session: Parameters<typeof contextValues>[0]): "empty" | "models" | "ready" | "running" | "noModel" | "failed" {
  if (!session) return "empty";
  // The tree fills a moment after the run has ended.
  if (session.models.length > 0) return "models";
  if (session.activity === "running") return "running";
  if (session.failure) return "failed";
  return session.hasRun ? "noModel" : "ready";
}
