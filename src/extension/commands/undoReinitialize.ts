import { onTarget } from "../ask/target.js";

export const run = onTarget(({ session, model }) => session.undoReinitialize(model.name));
