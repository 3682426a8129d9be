import type { SharedLink } from "../../src/picture/drawing/linkRoutes.js";
import type { Direction, Rectangle } from "../../src/picture/geometry.js";
import type { GraphItem } from "../../src/picture/items.js";
import type { Arrangement } from "../../src/picture/model/arrangement.js";
import type { EqualSiblings, RepeatedCalls } from "../../src/picture/model/arranging.js";
import type { Neighbours } from "../../src/picture/shown.js";
import type { CameraPlace, PictureState } from "../../src/picture/state.js";
import type { PictureWords } from "../../src/picture/words.js";

export interface DescribedItem extends GraphItem {
  /** Where it is now; may lie outside the view. */
  readonly rectangle: Rectangle;
}

export interface DescribedEdge {
  readonly from: string;
  readonly to: string;
  /** Shape that flows, e.g. "2×8"; "" when unknown. */
  readonly label: string;
  /** "declared": order of a Sequential without a trace, not measured. */
  readonly kind: "measured" | "declared";
  /** True where the line is cut to stubs at both ends, because all lines of the container would take too long to lay out. */
  readonly stub: boolean;
}

/** Everything the picture shows, for end-to-end tests and diagnosis. */
export interface PictureDescription {
  readonly status: "empty" | "layingOut" | "ready";
  /** "plain" when the deadline passed and a simpler layout is shown. */
  readonly layout: "layered" | "plain";
  readonly direction: Direction;
  readonly scale: number;
  readonly items: readonly DescribedItem[];
  readonly edges: readonly DescribedEdge[];
  /** Shared-weight links now drawn. */
  readonly links: readonly SharedLink[];
  /** The item that is drawn as the one under the pointer; null: none. */
  readonly hover: string | null;
  readonly failure: { readonly item: string; readonly message: string; readonly shapes: readonly string[] } | null;
}

export interface GraphViewOptions {
  /** English where absent. */
  readonly words?: PictureWords;
  /** Gives the text of elkjs's worker script, when it is first needed; the worker is made of it as a blob. Where that fails, the plain layout is used. */
  readonly loadLayoutEngine: () => Promise<string>;
  /** At the lower right, under the page's own controls: nothing that matters is put there. Default: none. */
  readonly corner?: { readonly width: number; readonly height: number };
  /** Default: what the media query prefers-reduced-motion and VS Code's body class say. */
  readonly reducedMotion?: () => boolean;
  /** The user arranged the picture anew: it is to be shown so. */
  onArrange?(arrangement: Arrangement): void;
  /** The user moved the view, and it came to rest. */
  onCamera?(camera: CameraPlace): void;
  /** The user selected an item in the picture (null: nothing): it is to be shown so. */
  onSelect?(item: GraphItem | null): void;
  onHover?(item: GraphItem | null): void;
  /** Double click or Enter on a box that cannot expand, e.g. to reveal it in the code. */
  onActivate?(item: GraphItem): void;
  /** x and y are client coordinates. */
  onContextMenu?(item: GraphItem | null, x: number, y: number): void;
  /** What is visible changed: time to update the accessible tree. */
  onChange?(): void;
  /** Layout began or ended: for a progress bar. */
  onBusy?(busy: boolean): void;
}

export interface ExportOptions {
  /** Default: the whole picture. */
  readonly part?: "whole" | "visible";
}

/** The picture of one model, mounted in an element that it fills. */
export interface GraphViewInterface {
  /** Shows a state, as far as it is not shown yet. What the user does in the picture comes back by `onArrange` and `onSelect`, to be part of the next state. */
  show(state: PictureState): void;
  expand(path: string): void;
  collapse(path: string): void;
  toggle(path: string): void;
  expandAll(): void;
  collapseAll(): void;
  /** 0: the root closed; 1: its children; ... */
  expandToDepth(depth: number): void;
  /** Closes (or opens) every box of one class. */
  setExpandedByType(type: string, expanded: boolean): void;
  /** Opens or closes many boxes at once, by path. */
  setExpanded(paths: readonly string[], expanded: boolean): void;
  /** Shows a folded row, or the calls of a module by a loop, one by one (true) or as one box (false); `path` is any member, or the module. */
  setUnfolded(path: string, unfolded: boolean): void;
  /** The equal siblings among which the module, or the nearest around it, is drawn as one unless unfolded; null where there are none. */
  row(path: string): EqualSiblings | null;
  /** Draws the box of a module as if the pointer were on it, or the nearest visible one around it; null: none. `onHover` is not told. */
  pointTo(path: string | null): void;
  /** The calls of a module that are drawn as one unless unfolded; null where each is drawn, or the module stands in a row. */
  calls(path: string): RepeatedCalls | null;
  zoomIn(): void;
  zoomOut(): void;
  /** Brings the whole picture (or one item) into view. */
  fit(id?: string): void;
  /** Scale 1. */
  resetZoom(): void;
  /** Visible items in the order of a tree walk, as an ARIA tree lists them. */
  items(): readonly GraphItem[];
  item(id: string): GraphItem | null;
  neighbours(id: string): Neighbours;
  /** The item that is selected, or the innermost closed box around it; null where nothing is. */
  visibleSelection(): string | null;
  describe(): PictureDescription;
  /** Settles when layout and animation are done. */
  whenIdle(): Promise<void>;
  /** As SVG, text as text. */
  exportSvg(options?: ExportOptions): Promise<string>;
  /** As PNG, with `pixelRatio` (default 2) pixels for each CSS pixel. */
  exportPng(options?: ExportOptions & { readonly pixelRatio?: number }): Promise<Blob>;
  dispose(): void;
}
