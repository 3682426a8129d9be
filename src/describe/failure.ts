import type { ModelIndex } from "./modelIndex.js";
import { mismatchOf } from "./mismatch.js";
import type { Failure, LastRun, ModelSnapshot, SourceLocation, TraceFailure } from "../protocol/index.js";

/** Where a forward pass failed, as near as is known. */
export function placeOfFailure({ location }: TraceFailure, model: ModelSnapshot): SourceLocation | null {
  return location ?? model.location;
}

/** Why the traced pass failed: in a person's words where shapes are why, and what the engine says. "" where it did not fail. */
export function failureText(index: ModelIndex): string {
  const message = index.model.trace?.failure?.message ?? "";
  const mismatch = mismatchOf(index);
  return mismatch ? `${mismatch.sentence}.\n${message}` : message;
}

/** Whether a run ended by the very error that ended the forward pass of one of its models: one thing to tell, not two. */
export function isFailureOfPass(failure: Failure, model: ModelSnapshot): boolean {
  const thrown = model.trace?.failure;
  if (!thrown) return false;
  const place = placeOfFailure(thrown, model);
  return failure.message.includes(thrown.message) && failure.location?.file === place?.file && failure.location?.line === place?.line;
}

/** The model to show where nobody has chosen one: the one whose forward pass ended the run, else the first. */
export function firstShown(models: readonly ModelSnapshot[], lastRun: LastRun): ModelSnapshot | null {
  const failed = lastRun.kind === "failed" ? models.find((model) => isFailureOfPass(lastRun.failure, model)) : undefined;
  return failed ?? models[0] ?? null;
}
