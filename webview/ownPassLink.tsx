import * as l10n from "@vscode/l10n";
import type { ModelSnapshot } from "../src/protocol/index.js";
import { Link } from "./controls.js";
import { useSession } from "./session.js";
import { isBusy } from "./state.js";

/** Leads from a pass with stated inputs back to the one that the model came with; nothing where there is none, or it is shown. */
export function OwnPassLink({ model }: { readonly model: ModelSnapshot }) {
  const { page, act } = useSession();
  if (model.trace?.origin !== "stated" || model.ownPass === null) return null;
  return (
    <Link disabled={isBusy(page)} onClick={() => act("showOwnPass", { model: model.name })}>
      {model.ownPass === "recorded" ? l10n.t("Back to the Recorded Inputs") : l10n.t("Back to the Inferred Inputs")}
    </Link>
  );
}
