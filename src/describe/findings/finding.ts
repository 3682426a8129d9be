import type { FindingSeverity, SourceLocation, StepId, TensorId, ValueId } from "../../protocol/index.js";
import type { ModelIndex } from "../modelIndex.js";
import type { Repair } from "../repair.js";

/** Something that a run proved about a model and that its author may want to know. */
export interface Finding extends Found {
  /** Which kind it is of, e.g. "never-called". */
  readonly code: string;
  readonly severity: FindingSeverity;
}

/** What a kind found, in one place. */
export interface Found {
  readonly place: FindingPlace;
  /** The line to look at first; null where none is known. */
  readonly location: SourceLocation | null;
  /** What is so: one or two sentences. */
  readonly text: string;
  /** What to do about it, or where to look; "" where the text says it all. */
  readonly remedy: string;
  /** What a box says of it in a few characters; null where the picture shows it in a way of its own. */
  readonly mark: string | null;
  /** Where else it shows, in the order it got there: the layers after the one that first gave out NaN. */
  readonly elsewhere: readonly { readonly path: string; readonly mark: string }[];
  /** Lines that have to do with it, in the order to look at them. */
  readonly related: readonly { readonly text: string; readonly location: SourceLocation }[];
  /** What would mend it for certain, the best first. */
  readonly repairs: readonly Repair[];
}

export interface FindingPlace {
  /** Of the module; "" is the root. */
  readonly path: string;
  readonly tensor: TensorId | null;
  readonly step: StepId | null;
  /** What of the pass it is about. */
  readonly values: readonly ValueId[];
}

/**
 * A kind of finding: one file in kinds/, named after its code, which exports it as default. What it finds must be proven by the run that the snapshot is of: where
 * something may be meant, or was not looked at, nothing is said. The comment above it is its page of documentation (docs/findings/), whose examples are tests.
 */
export interface FindingKind {
  /** In lower case, words joined by hyphens: the name of its file otherwise written, e.g. "never-called" in neverCalled.ts. */
  readonly code: string;
  /** Where the user's settings say nothing. */
  readonly severity: FindingSeverity;
  /** It is found in a measured signal alone. */
  readonly needsSignal?: true;
  readonly find: (index: ModelIndex) => Iterable<Found>;
}

/** A finding about a module, and with the details given about one of its tensors, calls or values. */
export function found(path: string, text: string, remedy: string, details: Partial<FindingPlace & Omit<Found, "place" | "text" | "remedy">> = {}): Found {
  const { tensor = null, step = null, values = [], location = null, mark = null, elsewhere = [], related = [], repairs = [] } = details;
  return { place: { path, tensor, step, values }, location, text, remedy, mark, elsewhere, related, repairs };
}
