import type { Reinitialization } from "../../protocol/index.js";
import { checkReinitialization } from "../../protocol/signalChecks.js";
import { onForm } from "../ask/page.js";

/** `reinitialization` of the argument is done at once. */
export const run = onForm("reinitialize", ({ session, model }, { reinitialization }) => {
  if (reinitialization === undefined) return null;
  const wrong = checkReinitialization(reinitialization);
  if (wrong !== null) throw new TypeError(`reinitialization${wrong}`);
  return session.reinitialize(model.name, reinitialization as Reinitialization);
});
