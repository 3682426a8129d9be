import { type Capability, capabilities } from "../../protocol/index.js";
import type { ModelSession } from "../sessions/modelSession.js";

/** What the `when` clauses of package.json read of a session, by the key after "layerscope.". */
export function contextValues(
  session: Pick<ModelSession, "activity" | "capabilities" | "failure" | "hasRun" | "models"> | null,
): Readonly<Record<string, string | boolean>> {
  const models = session?.models ?? [];
  // Without a file, to run one says which files can be.
  const can = (capability: Capability): boolean => session?.capabilities.includes(capability) ?? capability === "run";
  return {
    state: stateOf(session),
    hasModels: models.length > 0,
    busy: session !== null && session.activity !== "idle",
    canRunForward: can("forward") && models.some(({ hasForward }) => hasForward),
    canUndo: can("undoReinitialize") && models.some(({ undoDepth }) => undoDepth > 0),
    ...Object.fromEntries(capabilities.map((capability) => [`can.${capability}`, can(capability)])),
  };
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
