import type { LayerKind } from "./theme.js";

/** Every text that the picture itself shows; the page passes translations. `{0}`, `{1}` are filled in. */
export interface PictureWords {
  readonly input: string;
  readonly output: string;
  readonly constant: string;
  readonly parameter: string;
  readonly oneParameter: string;
  readonly parametersShort: string;
  readonly parametersFrozen: string;
  readonly initializedBy: string;
  /** Of values that something changed after they were initialized. */
  readonly changedBy: string;
  readonly repeated: string;
  readonly sharedPlaces: string;
  readonly calledTimes: string;
  /** All calls of a module, as its box counts them. */
  readonly calls: string;
  /** One of several calls of a module. */
  readonly callOf: string;
  /** One of several calls of a module that a loop makes in each of its turns: how many turns, which call, of how many. */
  readonly callOfTurn: string;
  /** Some of several calls of a module. */
  readonly someCalls: string;
  /** Of a tensor that was divided. */
  readonly pieceOf: string;
  readonly notReached: string;
  readonly notCalled: string;
  /** Of a module that is there no more. */
  readonly removed: string;
  /** Of a module whose parameters are used all the same. */
  readonly usedUncalled: string;
  readonly calledElsewhere: string;
  /** Of a module that is not what it was when the pass ran. */
  readonly changedSince: string;
  readonly failedHere: string;
  /** `{0}`: 1, 2 or both. */
  readonly compared: string;
  readonly pinned: string;
  readonly declaredOrder: string;
  readonly noTrace: string;
  readonly plainLayout: string;
  readonly stubSources: string;
  readonly stubTargets: string;
  readonly moreLinks: string;
  readonly moreOperands: string;
  readonly legend: string;
  readonly kinds: Readonly<Record<LayerKind, string>>;
  readonly legendSigns: Readonly<
    Record<"repeated" | "shared" | "calls" | "constant" | "parameter" | "stub" | "declared" | "notRun" | "failed" | "finding" | "compared" | "pinned", string>
  >;
}

export const englishWords: PictureWords = {
  input: "Input",
  output: "Output",
  constant: "Constant",
  parameter: "Parameter",
  oneParameter: "1 param",
  parametersShort: "{0} params",
  parametersFrozen: "{0} frozen",
  initializedBy: "initialized by {0}",
  changedBy: "changed since by {0}",
  repeated: "{0} modules of equal structure, each with its own weights",
  sharedPlaces: "Shared weights {0}, used in {1} places: {2}",
  calledTimes: "called {0} times",
  calls: "{0} calls",
  callOf: "call {0} of {1}",
  callOfTurn: "{0} × call {1} of {2}",
  someCalls: "{0} of {1} calls",
  pieceOf: "{0} of {1}",
  notReached: "not reached",
  notCalled: "not called",
  removed: "removed",
  usedUncalled: "used without a call",
  calledElsewhere: "called under another name",
  changedSince: "changed since the pass",
  failedHere: "failed here",
  compared: "comparison: {0}",
  pinned: "reinitialized after every run",
  declaredOrder: "Order as declared; no forward pass was measured",
  noTrace: "No forward pass: how data flows is unknown",
  plainLayout: "Simplified layout",
  stubSources: "{0} sources",
  stubTargets: "{0} more",
  moreLinks: "{0} more",
  moreOperands: "{0} more",
  legend: "Legend",
  kinds: {
    dense: "Linear",
    convolution: "Convolution",
    attention: "Attention",
    recurrent: "Recurrent",
    embedding: "Embedding",
    normalization: "Normalization",
    activation: "Activation",
    structure: "Pooling, shape, dropout",
    container: "Container",
    operation: "Operation",
  },
  legendSigns: {
    repeated: "Repeated, own weights",
    shared: "Shared weights",
    calls: "Called several times",
    constant: "Constant",
    parameter: "Parameter",
    stub: "Line left out",
    declared: "Declared, not measured",
    notRun: "Did not run",
    failed: "Failed",
    finding: "Finding",
    compared: "Compared",
    pinned: "Reinitialized after every run",
  },
};

/** How many parameters a box has beneath it. */
export function parametersText(count: number, isFrozen: boolean, format: (count: number) => string, words: PictureWords): string {
  if (isFrozen) return fill(words.parametersFrozen, format(count));
  return count === 1 ? words.oneParameter : fill(words.parametersShort, format(count));
}

/** Fills `{0}`, `{1}`, ... in a text. */
export function fill(text: string, ...values: readonly (string | number)[]): string {
  return text.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}
