import type { Failure, ModelSnapshot, SourceLocation, TraceFailure } from "../protocol/index.js";

/** Where a forward pass failed, as near as is known. */
export function placeOfFailure({ location }: TraceFailure, model: ModelSnapshot): SourceLocation | null {
  return location ?? model.location;
}

/** Whether a run ended by the very error that ended the forward pass of one of its models: one thing to tell, not two. */
export function isFailureOfPass(failure: Failure, model: ModelSnapshot): boolean {
  const thrown = model.trace?.failure;
  if (!thrown) return false;
  const place = placeOfFailure(thrown, model);
  return failure.message.includes(thrown.message) && failure.location?.file === place?.file && failure.location?.line === place?.line;
}
