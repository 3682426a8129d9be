import type { ForwardRequest } from "../../protocol/index.js";
import { checkParams } from "../../protocol/requestChecks.js";
import { onForm } from "../ask/page.js";

/** A pass with `input` of the argument, and its `seed`, is run at once. */
export const run = onForm("forward", ({ session, model }, { input, seed = null }) => {
  if (input === undefined) return null;
  const request = { model: model.name, input, seed } as ForwardRequest;
  const wrong = checkParams.forward(request);
  if (wrong !== null) throw new TypeError(`forward${wrong}`);
  return session.forward(request);
});
