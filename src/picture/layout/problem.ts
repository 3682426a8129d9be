import type { Direction, Point } from "../geometry.js";

/**
 * The layout of one container as plain numbers: no ids, no texts. Two containers of equal structure make equal problems, and the problem
 * itself, written out, is the key under which its solution is kept.
 */
export interface LayoutProblem {
  readonly direction: Direction;
  /** Free space between layers, so that the labels of the edges fit. */
  readonly layerGap: number;
  readonly nodes: readonly ProblemNode[];
  readonly edges: readonly ProblemEdge[];
  /** Ports on the container's own border. */
  readonly inPorts: number;
  readonly outPorts: number;
  /** Whether the ports of the border stand in the order of their numbers, as inputs and outputs are declared; else the layout may choose. */
  readonly hasPortsInOrder?: boolean;
  /** Whether all nodes side by side must stand in their order, even where lines cross for it. */
  readonly isInOrder?: boolean;
}

export interface ProblemNode {
  readonly width: number;
  readonly height: number;
  /** Along the border, from its start; null where the layout may choose. */
  readonly inPorts: readonly (number | null)[];
  readonly outPorts: readonly (number | null)[];
  /** By port that it is entered by, which operand arrives there, less than 0 for what is none; absent where their order does not matter. */
  readonly operands?: readonly number[];
  /** A module, an input or an output of the model: those side by side stand in their order, which is that of declaration. */
  readonly isDeclared?: boolean;
}

/** Index of a node, or `borderNode`, and of its port. */
export interface ProblemEdge {
  readonly from: number;
  readonly fromPort: number;
  readonly to: number;
  readonly toPort: number;
  /** Part of the main path (see mainPath.ts): straight before all others. */
  readonly isMain?: boolean;
  /** Leads back in a loop: its target stands before its source. */
  readonly isBack?: boolean;
  /** Puts one node after another; nothing is drawn of it. */
  readonly isOrder?: boolean;
}

export const borderNode = -1;

/** Positions inside the container's content area, whose top left is 0, 0. */
export interface LayoutSolution {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Point[];
  /** From source to target; null for an edge cut to stubs. */
  readonly edges: readonly (readonly Point[] | null)[];
  /** Along the border: x when data flows down, y when it flows right. */
  readonly inPorts: readonly number[];
  readonly outPorts: readonly number[];
  /** Where each node's ports came to lie, along its border. */
  readonly nodePorts: readonly { readonly in: readonly number[]; readonly out: readonly number[] }[];
}

/** Space between a container's border and its content. */
export const contentPadding = 12;

/** The problem written out: equal exactly for equal problems, whatever is added to them. */
export function problemKey(problem: LayoutProblem): string {
  return JSON.stringify(problem);
}
