import type { Overlay } from "../../src/describe/overlays.js";
import type { ModelSnapshot, StepId, TensorId, ValueId } from "../../src/protocol/index.js";
import type { GraphStrings } from "../../src/picture/words.js";
import type { Theme } from "../../src/picture/theme.js";

export type { Overlay };

/** Which way data flows on the screen. */
export type Direction = "down" | "right";

/** In CSS pixels, relative to the container element unless said otherwise. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * What a box of the picture stands for.
 * "module": a module of the tree. "operation": a function that ran in forward, e.g. add. "input", "output": of the model.
 * "parameter": a parameter used directly by an operation. "constant": a tensor from outside the pass.
 */
export type ItemKind = "module" | "operation" | "input" | "output" | "parameter" | "constant";

/** What an item other than a module is in the snapshot. */
export type ItemSource =
  | { readonly kind: "operation"; readonly step: StepId }
  | { readonly kind: "input" | "output" | "constant"; readonly value: ValueId }
  | { readonly kind: "parameter"; readonly tensor: TensorId };

/** A box or small node of the picture, as keyboard, screen reader and tests see it. */
export interface GraphItem {
  /** Unique in the picture. A module's is its path. */
  readonly id: string;
  readonly kind: ItemKind;
  /** The module's path; for other kinds the path of the module it runs in. "" is the root. */
  readonly path: string;
  /** Null for modules. */
  readonly source: ItemSource | null;
  /** E.g. "block 0", "add", "input". */
  readonly label: string;
  /** E.g. "Linear"; "" for other kinds than modules. */
  readonly type: string;
  /** 0 for the outermost; the root module is 0. */
  readonly depth: number;
  /** The box around it; null for the outermost. */
  readonly parent: string | null;
  readonly expandable: boolean;
  readonly expanded: boolean;
  readonly selected: boolean;
  /** Which of the compared modules it is or holds, counted from 1. */
  readonly compared: readonly number[];
  /** Number of equal siblings this box stands for; 1 when it stands for itself alone. */
  readonly repeat: number;
  /** Paths of the siblings that a folded box stands for, itself included; empty when repeat is 1. */
  readonly members: readonly string[];
  /** Sharing group, e.g. "A", and the number of places; null when nothing is shared. */
  readonly shared: { readonly group: string; readonly places: number } | null;
  /** How often the module was called in the traced pass; null without a trace. */
  readonly calls: number | null;
  /** Output shape as printed, e.g. "2×8"; "" when unknown. */
  readonly outputShape: string;
  /** Unique parameter elements beneath. */
  readonly parameters: number;
  readonly failed: boolean;
  /** One sentence for a screen reader. */
  readonly description: string;
}

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

/** A link between two visible places of the same weights. */
export interface DescribedLink {
  readonly from: string;
  readonly to: string;
  readonly group: string;
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
  readonly links: readonly DescribedLink[];
  readonly failure: { readonly item: string; readonly message: string; readonly shapes: readonly string[] } | null;
}

/** Where the arrows of the keyboard lead. Ids; null or empty where there is nothing. */
export interface Neighbours {
  readonly parent: string | null;
  readonly firstChild: string | null;
  readonly previous: string | null;
  readonly next: string | null;
  /** Along the data flow, among visible items. */
  readonly upstream: readonly string[];
  readonly downstream: readonly string[];
}

/** What the user arranged, by module path: survives reloads and re-runs of changed code. Survives JSON. */
export interface GraphViewState {
  readonly version: 1;
  readonly direction: Direction;
  /** Levels that are open where the user touched nothing; absent: "auto", as many as a glance takes in. */
  readonly depth?: number | "auto" | "all";
  /** Boxes that the user opened (true) or closed (false), by path; all others follow the default. */
  readonly expanded: Readonly<Record<string, boolean>>;
  /** Rows of equal siblings that the user unfolded, by path of the first of what repeats together; and modules of which each call is shown. */
  readonly unfolded: readonly string[];
  /** The sibling that a folded row shows, by path of the first, where it is not the first. */
  readonly shown: Readonly<Record<string, string>>;
  readonly showSharedLinks: boolean;
  readonly showBookkeeping: boolean;
  readonly selection: string | null;
  /** Scale, and the point of the picture at the centre of the view relative to an item; null: fit. */
  readonly camera: { readonly scale: number; readonly anchor: string; readonly dx: number; readonly dy: number } | null;
}

/** Siblings equal in structure, which the picture draws as one box (or one by one, where the user unfolded them, with those that repeat together with them). */
export interface EqualSiblings {
  /** Paths, in order. */
  readonly members: readonly string[];
  /** Which of them the asked path is, or lies in. */
  readonly position: number;
  /** "repeated": each has weights of its own. "shared": one module in several places. */
  readonly kind: "repeated" | "shared";
  readonly unfolded: boolean;
}

/** Calls of one module by a loop, which the picture draws as one box (or one by one, where the user unfolded them). */
export interface RepeatedCalls {
  readonly count: number;
  readonly unfolded: boolean;
}

export interface GraphViewOptions {
  readonly theme: Theme;
  /** English where absent. */
  readonly strings?: GraphStrings;
  /**
   * Text of elkjs's worker script, e.g. set by a script of the page's own; the worker is made of it as a blob.
   * Where absent or rejected, the plain layout is used.
   */
  readonly layoutEngine: Promise<string>;
  readonly state?: GraphViewState;
  /** At the lower right, under the page's own controls: nothing that matters is put there. Default: none. */
  readonly corner?: { readonly width: number; readonly height: number };
  /** Default: what the media query prefers-reduced-motion and VS Code's body class say. */
  readonly reducedMotion?: () => boolean;
  /** The user selected an item in the picture (null: nothing). Not called for `select`. */
  onSelect?(item: GraphItem | null): void;
  onHover?(item: GraphItem | null): void;
  /** Double click or Enter on a box that cannot expand, e.g. to reveal it in the code. */
  onActivate?(item: GraphItem): void;
  /** x and y are client coordinates. */
  onContextMenu?(item: GraphItem | null, x: number, y: number): void;
  /** What is visible or how it is arranged changed: time to update the accessible tree and keep the view state. */
  onChange?(): void;
  /** Layout began or ended: for a progress bar. */
  onBusy?(busy: boolean): void;
}

export interface ExportOptions {
  /** Default: the whole picture. */
  readonly part?: "whole" | "visible";
  /** Default: those of the editor's theme. "light": dark on white, as for print. */
  readonly colors?: "theme" | "light";
}

/** The picture of one model, mounted in an element that it fills. */
export interface GraphViewInterface {
  /** Shows a model, or nothing. Keeps expansion, selection and place by module path when a model replaces another. */
  setModel(model: ModelSnapshot | null): void;
  /** Selects a module by path (or any item by id), opens what is around it and brings it into view. Null selects nothing. */
  select(id: string | null, options?: { readonly reveal?: boolean }): void;
  readonly selection: string | null;
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
  /** The calls of a module that are drawn as one unless unfolded; null where each is drawn, or the module stands in a row. */
  calls(path: string): RepeatedCalls | null;
  /** Steps a folded row to another member. */
  showMember(path: string): void;
  setDirection(direction: Direction): void;
  setShowSharedLinks(all: boolean): void;
  setShowBookkeeping(show: boolean): void;
  setTheme(theme: Theme): void;
  /** Search matches, by module path; matches inside closed boxes mark the box. The first match is not brought into view: use `select`. */
  setHighlights(paths: ReadonlySet<string> | null): void;
  /** Dims all but what is upstream and downstream of an item; null ends it. */
  setTracedPath(id: string | null): void;
  /** Numbers modules that are compared, by path; a closed box has the numbers of what it holds. */
  setCompared(paths: readonly string[]): void;
  setOverlay(overlay: Overlay | null): void;
  setLegendVisible(visible: boolean): void;
  setMinimapVisible(visible: boolean): void;
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
  getViewState(): GraphViewState;
  setViewState(state: GraphViewState): void;
  describe(): PictureDescription;
  /** Settles when layout and animation are done. */
  whenIdle(): Promise<void>;
  /** As SVG, text as text. */
  exportSvg(options?: ExportOptions): string;
  /** As PNG, with `pixelRatio` (default 2) pixels for each CSS pixel. */
  exportPng(options?: ExportOptions & { readonly pixelRatio?: number }): Promise<Blob>;
  dispose(): void;
}
