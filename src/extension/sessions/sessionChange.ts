import type { Activity, ModelSnapshot, RunningTraining, Selection } from "../../protocol/index.js";

/** What changed in a session. "state" covers everything; the others are cheaper to follow. */
export type SessionChange =
  | { readonly kind: "state" /** True at the end of a run. */; readonly ran: boolean }
  | { readonly kind: "model"; readonly model: ModelSnapshot }
  /** The run under way trains. */
  | { readonly kind: "training"; readonly training: RunningTraining }
  /** The user wants to be told other things about the models. */
  | { readonly kind: "findings" }
  | { readonly kind: "activity"; readonly activity: Activity }
  /** `by` made the selection and needs no telling. */
  | { readonly kind: "selection"; readonly selection: Selection; readonly by: unknown };
