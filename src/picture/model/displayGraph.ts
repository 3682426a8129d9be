import type { Histogram, StepId, TensorId, ValueId } from "../../protocol/index.js";
import type { FindingMark } from "../../describe/findings/findings.js";
import type { LayerKind } from "../theme.js";
import { operationLabel } from "./labels.js";
import { partText, type PartShown, type PartTaken } from "./parts.js";
import type { Row } from "./rows.js";
import type { SharingGroup } from "./sharing.js";
import { fill } from "../words.js";

/**
 * What a box of the picture stands for.
 * "module": a module of the tree. "operation": a function that ran in forward, e.g. add. "input", "output": of the model.
 * "parameter": a parameter used directly by an operation. "constant": a tensor from outside the pass. "removed": a module that a compared model has no more.
 */
export type ItemKind = "module" | "operation" | "input" | "output" | "parameter" | "constant" | "removed";

/** What an item other than a module is in the snapshot. */
export type ItemSource =
  | { readonly kind: "operation"; readonly step: StepId }
  | { readonly kind: "input" | "output" | "constant"; readonly value: ValueId }
  | { readonly kind: "parameter"; readonly tensor: TensorId }
  | { readonly kind: "removed"; readonly place: number };

/**
 * "ran": called in the traced pass (or runs with its children). "used": not called, but operations elsewhere take its tensors.
 * "ranElsewhere": the same module is called, under another path. "failed": what threw, or
 * the innermost box around it. "failedInside": a box around what threw. "notReached": the pass failed before. "notCalled": the pass ended without it.
 * "untraced": there is no pass. "removed": the module is there no more.
 */
export type RunStatus = "ran" | "used" | "ranElsewhere" | "failed" | "failedInside" | "notReached" | "notCalled" | "untraced" | "removed";

/** Where an operand comes from: what the code calls it, else what it is. */
export type OperandSource = { readonly kind: "named"; readonly name: string } | { readonly kind: "input" | "constant" };

export interface DisplayFailure {
  readonly message: string;
  /** Shapes of the operands of what failed. */
  readonly shapes: readonly string[];
  /** Where each of them comes from. */
  readonly sources: readonly OperandSource[];
  /** Between the shapes of the first two. */
  readonly sign: string;
}

/** Which of the calls that one call of a container makes of a module. */
export interface Turn {
  /** Calls in all. */
  readonly of: number;
  /** How many of them the box stands for: all, one, or those that a loop makes at one place of its turns. */
  readonly stands: number;
  /** Which call the first of these is, counted from 1. */
  readonly ordinal: number;
  /** How many boxes stand for the calls, where all of them stand for the same number: a loop makes so many calls a turn; null where they do not. */
  readonly boxes: number | null;
  readonly sharesWeights: boolean;
  /** How many modules the calls are of: more than one where a loop calls another of them in every turn. */
  readonly modules: number;
}

/** Names of functions. */
export interface InitializationNames {
  readonly by: readonly string[];
  readonly changedBy: readonly string[];
}

export const notInitialized: InitializationNames = { by: [], changedBy: [] };

/** A box or small node, with its content where it is open. */
export interface DisplayNode {
  readonly id: string;
  readonly kind: ItemKind;
  /** Null for modules. */
  readonly source: ItemSource | null;
  /** The module's path; for other kinds that of the module around. */
  readonly path: string;
  /** Under which the arrangement keeps what the user did to it. */
  readonly key: string;
  readonly name: string;
  readonly type: string;
  /** Shortened constructor arguments, else what a container holds; an operation's arguments. */
  readonly detail: string;
  /** Of an operation, the sign that stands for it; "" where it has none. */
  readonly sign: string;
  /** Of an operation that writes in place, the part of the tensor that it writes to, e.g. "[1]"; "" where it is the whole. */
  readonly target: string;
  readonly layerKind: LayerKind;
  readonly expandable: boolean;
  readonly row: Row;
  readonly sharing: readonly SharingGroup[];
  readonly calls: number | null;
  /** Where its container calls it more than once: of how many calls, and which of them. */
  readonly turn: Turn | null;
  readonly status: RunStatus;
  readonly failure: DisplayFailure | null;
  /** "" while unknown. */
  readonly outputShape: string;
  /** It is not what it was when the pass ran that the shapes are of. */
  readonly isChanged: boolean;
  /** Unique parameter elements beneath. */
  readonly parameters: number;
  /** Whether none of them is trained. */
  readonly isFrozen: boolean;
  /** What gave its own parameters their values, each once, and what changed them since; of a folded row: of all its members. */
  readonly initialization: InitializationNames;
  /** What is to be known of it, or of anything in it; of a folded row: of any of its members. */
  readonly marks: readonly FindingMark[];
  /** Distribution of its first parameter; "constant" where all elements are equal. */
  readonly glyph: Histogram | "constant" | null;
  /** Of a constant: it is a parameter, though of no module in the model. */
  readonly isParameter?: boolean;
  /** Of an operation that only takes a part of a tensor, which. */
  readonly part?: PartShown;
  /** Null while closed. */
  readonly content: DisplayContent | null;
}

export interface DisplayContent {
  /** In order of declaration, what is no module where it first ran. */
  readonly nodes: readonly DisplayNode[];
  readonly edges: readonly DisplayEdge[];
}

export interface DisplayEdge {
  /** A node's id, or `border` for the container itself. */
  readonly from: string;
  readonly fromPort: string;
  readonly to: string;
  readonly toPort: string;
  readonly operand: number;
  readonly kind: "measured" | "declared";
  /** Shape that arrives; "" while unknown. */
  readonly label: string;
  /** What flows, in every call in which it was seen. */
  readonly values: readonly ValueId[];
  /** Names of the bookkeeping operations folded in. */
  readonly via: readonly string[];
  /** By value: which part of a tensor it is; null for all of it. Empty where a node says so. */
  readonly parts: readonly (PartTaken | null)[];
  /** Calls in which it was seen. */
  readonly count: number;
  /** Whether it leads back, to what ran before: from one turn of a loop to a later one. */
  readonly isBack: boolean;
  /** Operands that run together in this one line, because there are too many to tell apart; 1 normally. */
  readonly bundled: number;
}

export interface DisplayGraph {
  /** Model inputs, the root module, model outputs. */
  readonly canvas: DisplayContent;
  readonly nodes: ReadonlyMap<string, DisplayNode>;
  readonly parents: ReadonlyMap<string, string | null>;
}

/** What a person calls a node: the module's name, the sign of an operation, "Input", "Input 2", "Output [0]". */
export function nodeTitle(
  node: DisplayNode,
  words: { readonly input: string; readonly output: string; readonly constant: string; readonly parameter: string; readonly pieceOf: string },
): string {
  switch (node.kind) {
    case "operation":
      if (node.part) return partText(node.part, (number, of) => fill(words.pieceOf, number, of));
      return operationLabel(node.name, node.sign, node.target);
    case "input":
    case "output":
      return /^(\d*$|\[)/.test(node.name) ? `${words[node.kind]} ${node.name}`.trimEnd() : node.name;
    case "constant":
      return node.name || (node.isParameter ? words.parameter : words.constant);
    default:
      return node.name;
  }
}

/** Whether a node makes something else of the same operands in another order. A sum and a product do not, unless one operand is scaled or written to. */
export function hasOrderedOperands({ kind, sign, detail }: Pick<DisplayNode, "kind" | "sign" | "detail">): boolean {
  if (kind !== "module" && kind !== "operation") return false;
  return !((sign === "+" || sign === "×") && !detail.includes("alpha"));
}

/** Which of a module's calls a box stands for, in words. */
export function turnText(
  { of, stands, ordinal, boxes, modules }: Turn,
  words: { readonly calls: string; readonly callOf: string; readonly callOfTurn: string; readonly someCalls: string },
): string {
  if (modules > 1) return `× ${stands}`;
  if (stands === of) return fill(words.calls, of);
  if (stands === 1) return fill(words.callOf, ordinal, of);
  return boxes === null || ordinal > boxes ? fill(words.someCalls, stands, of) : fill(words.callOfTurn, stands, ordinal, boxes);
}
