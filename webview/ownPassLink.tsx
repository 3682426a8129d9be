import * as l10n from "@vscode/l10n";
import type { ModelSnapshot } from "../src/protocol/index.js";
import { Link } from "./controls.js";
import { useSession } from "./pageSession.js";

/** Leads from a pass with stated inputs back to the one that the model came with; nothing where there is none, or it is shown. */
export function OwnPassLink({ model }: { readonly model: ModelSnapshot }) {
  const { act, can } = useSession();
  if (!can("showOwnPass") || model.trace?.origin !== "stated" || model.ownPass === null) return null;
  // Not disabled while a pass runs: a press that leaves an edited field starts one, and the way back waits for its end.
  return (
    <Link onClick={() => act("showOwnPass", { model: model.name })}>
      {model.ownPass === "recorded" ? l10n.t("Back to the Recorded Inputs") : l10n.t("Back to the Inferred Inputs")}
    </Link>
  );
}
