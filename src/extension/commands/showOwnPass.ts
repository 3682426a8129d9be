import { onTarget } from "../ask/target.js";

/** Shows the pass that the model came with again, after one with stated inputs. */
export const run = onTarget(async ({ session, model }) => {
  session.require("showOwnPass");
  await session.showOwnPass(model.name);
});
