import type { ModelSnapshot } from "../../src/protocol/index.js";
import type { ExportOptions, GraphViewInterface, GraphViewOptions, GraphViewState, PictureDescription } from "./api.js";
import type { Direction } from "../../src/picture/geometry.js";
import type { Overlay } from "../../src/describe/overlays.js";
import { overlayMarks } from "../../src/picture/drawing/overlay.js";
import type { Look } from "../../src/picture/drawing/paint.js";
import { routeLinks, sharedLinks, visibleBox, type RoutedLink, type SharedLink } from "../../src/picture/drawing/sharedLinks.js";
import { wholeArea, type Exported } from "../../src/picture/exported.js";
import { elkInWorker, type ElkInWorker } from "./view/elkInWorker.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { initialArrangement, type Arrangement } from "../../src/picture/model/arrangement.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { foldOf, shownTogether } from "../../src/picture/model/rows.js";
import { layoutScene } from "../../src/picture/scene.js";
import { englishWords, type PictureWords } from "../../src/picture/words.js";
import type { MeasureText } from "../../src/picture/text.js";
import { canvasMeasure } from "./view/canvasMeasure.js";
import { lightTheme, type Theme } from "../../src/picture/theme.js";
import { Animation } from "./view/animation.js";
import { arrangementKey, arrangementOf, revealing, stateOf, withExpanded, type EqualSiblings, type RepeatedCalls } from "../../src/picture/model/arranging.js";
import { Camera } from "./view/camera.js";
import type { ItemMarks, GraphItem } from "../../src/picture/items.js";
import { Layers } from "./view/layers.js";
import { Minimap } from "./view/minimap.js";
import { Painter, type Marks } from "./view/painter.js";
import { bringIntoView, bringStartIntoView, centralBox, firstView, isSeen, place, type Placement } from "./view/placement.js";
import { boxOf, type OnTop, Pointer, type Target } from "./view/pointer.js";
import { Shown, type Neighbours } from "../../src/picture/shown.js";

/** Milliseconds for a layout before the plain one takes its place. */
const layoutDeadline = 8000;

/** Milliseconds without a move of the camera before the page is told. */
const cameraRest = 200;

/** The picture of one model: a canvas for the picture, one over it for hover and selection. */
export class GraphView implements GraphViewInterface {
  readonly #options: GraphViewOptions;
  readonly #layers: Layers;
  readonly #camera: Camera;
  readonly #minimap: Minimap;
  readonly #elk: ElkInWorker;
  readonly #solver: LayoutSolver;
  readonly #pointer: Pointer;
  readonly #painter: Painter;
  #theme: Theme;
  readonly #words: PictureWords;
  #measure: MeasureText;

  #model: PictureModel | null = null;
  #arrangement: Arrangement = initialArrangement;
  #direction: Direction = "down";
  #shown: Shown | null = null;
  #selection: string | null = null;
  #hover: string | null = null;
  #pointedAt: Marks["pointedAt"] = null;
  #onTop: OnTop = { leads: [], hiddenAbove: 0 };
  #cameraTimer: ReturnType<typeof setTimeout> | undefined;
  #showLinks = false;
  #showLegend = false;
  #highlights: ReadonlySet<string> | null = null;
  #tracedFrom: string | null = null;
  #compared: readonly string[] = [];
  #overlay: Overlay | null = null;
  #look: Look;
  #links: readonly RoutedLink[] = [];

  #animation: Animation | null = null;
  #layoutRun = 0;
  #isLayingOut = false;
  #placement: Placement = { kind: "first" };
  #fitWhenSized = false;
  /** Of the view, before it changes. */
  #size = { width: 0, height: 0 };
  #cameraTouched = false;
  #idle: (() => void)[] = [];
  #isDisposed = false;

  constructor(container: HTMLElement, options: GraphViewOptions) {
    this.#options = options;
    this.#theme = options.theme;
    this.#words = options.words ?? englishWords;
    this.#measure = canvasMeasure(this.#theme.fontFamily);
    this.#look = this.#makeLook();
    this.#layers = new Layers(container, {
      paint: (now) => this.#paint(now),
      resized: () => this.#resized(),
    });
    const corner = options.corner ?? { width: 0, height: 0 };
    this.#camera = new Camera(this.#layers.host, corner, (byUser) => {
      this.#cameraTouched ||= byUser;
      this.#layers.invalidate();
      if (byUser) this.#movedByUser();
    });
    this.#minimap = new Minimap(this.#layers.host, corner, (x, y) => this.#camera.center(x, y));
    this.#elk = elkInWorker(options.loadLayoutEngine);
    this.#solver = new LayoutSolver(this.#elk);
    this.#painter = new Painter(this.#layers, this.#camera);
    this.#pointer = new Pointer(
      this.#camera,
      { shown: () => this.#shown, onTop: () => this.#onTop },
      {
        move: (target) => this.#pointAt(target),
        click: (target) => this.#click(target),
        doubleClick: (target) => this.#doubleClick(target),
        contextMenu: (target, x, y) => this.#options.onContextMenu?.(this.#itemAt(target), x, y),
      },
    );
    if (options.state) this.setViewState(options.state);
  }

  // The model and its arrangement

  setModel(snapshot: ModelSnapshot | null): void {
    if (snapshot === null) {
      this.#model = null;
      this.#shown = null;
      this.#placement = { kind: "first" };
      this.#cancelLayout();
      this.#layers.invalidate();
      this.#settle();
      return;
    }
    if (this.#model?.snapshot === snapshot) return;
    const hadModel = this.#model !== null;
    const failedBefore = this.#model?.index.failedPath ?? null;
    this.#model = new PictureModel(snapshot);
    const failed = this.#model.index.failedPath;
    if (failed !== null && failed !== failedBefore) this.#layOut({ kind: "failure" });
    else this.#layOut(hadModel && this.#shown ? { kind: "keep", pin: null } : this.#placement);
  }

  expand(path: string): void {
    this.#setExpanded([path], true, path);
  }

  collapse(path: string): void {
    this.#setExpanded([path], false, path);
  }

  toggle(path: string): void {
    const box = this.#shown?.scene.byId.get(path);
    if (box?.node.expandable) this.#setExpanded([path], box.node.content === null, path);
  }

  expandAll(): void {
    this.#setDepth("all");
  }

  collapseAll(): void {
    this.#setDepth(1);
  }

  expandToDepth(depth: number): void {
    this.#setDepth(depth);
  }

  setExpandedByType(type: string, expanded: boolean): void {
    const paths = this.#model?.index.modules.filter((module) => module.type === type).map((module) => module.path) ?? [];
    this.setExpanded(paths, expanded);
  }

  setUnfolded(path: string, unfolded: boolean): void {
    const over = this.#model?.foldedOver(path);
    if (!over) return;
    const set = new Set(this.#arrangement.unfolded);
    if (unfolded) set.add(over);
    else set.delete(over);
    this.#arrange({ ...this.#arrangement, unfolded: set }, unfolded ? path : (this.#model?.rowOf(path)?.members[0]?.path ?? over));
  }

  row(path: string): EqualSiblings | null {
    for (const { path: each } of this.#model?.index.ancestry(path).toReversed() ?? []) {
      const row = this.#model!.rowOf(each);
      if (!row || row.kind === "single") continue;
      const members = row.members.map((member) => member.path);
      return { members, position: members.indexOf(each), kind: row.kind, unfolded: this.#arrangement.unfolded.has(foldOf(row)) };
    }
    return null;
  }

  calls(path: string): RepeatedCalls | null {
    const over = this.#model?.foldedOver(path);
    const count = this.#model?.turns(path) ?? 0;
    return over && over === path && count > 1 ? { count, unfolded: this.#arrangement.unfolded.has(over) } : null;
  }

  showMember(path: string): void {
    const row = this.#model?.rowOf(path);
    const module = this.#model?.index.module(path);
    if (!row || !module) return;
    const before = this.#shown && this.#model ? visibleBox(this.#model, this.#shown.scene, path)?.node.id : null;
    if (before !== undefined && before === this.#selection) this.#selection = path;
    this.#arrange({ ...this.#arrangement, shown: new Map([...this.#arrangement.shown, ...shownTogether(row, module)]) }, path);
  }

  setDirection(direction: Direction): void {
    if (direction === this.#direction) return;
    this.#direction = direction;
    this.#layOut({ kind: "first" });
  }

  setShowBookkeeping(show: boolean): void {
    if (show !== this.#arrangement.showBookkeeping) this.#arrange({ ...this.#arrangement, showBookkeeping: show }, null);
  }

  setExpanded(paths: readonly string[], expanded: boolean): void {
    this.#setExpanded(paths, expanded, null);
  }

  #setExpanded(paths: readonly string[], expanded: boolean, pin: string | null): void {
    const { scene } = this.#shown ?? {};
    const keys = paths.map((path) => scene?.byId.get(path)?.node.key ?? (this.#model ? arrangementKey(this.#model, this.#arrangement, path) : path));
    this.#arrange(withExpanded(this.#arrangement, keys, expanded), pin);
  }

  #setDepth(depth: Arrangement["depth"]): void {
    const selected = this.#shown?.box(this.#selection);
    const pin = selected && isSeen(this.#camera, selected) ? selected.node.id : null;
    this.#arrange({ ...this.#arrangement, depth, expanded: new Map() }, pin);
  }

  #arrange(arrangement: Arrangement, pin: string | null): void {
    this.#arrangement = arrangement;
    this.#layOut({ kind: "keep", pin });
  }

  // Layout

  #layOut(placement: Placement): void {
    // What an earlier, unfinished layout was to reveal must still be revealed.
    if (!(this.#isLayingOut && placement.kind === "keep" && this.#placement.kind !== "keep")) this.#placement = placement;
    const model = this.#model;
    if (!model) return;
    const run = ++this.#layoutRun;
    if (!this.#isLayingOut) {
      this.#isLayingOut = true;
      this.#options.onBusy?.(true);
    }
    const graph = buildDisplayGraph(model, this.#arrangement);
    const options = {
      direction: this.#direction,
      measure: this.#measure,
      words: this.#words,
      deadline: performance.now() + layoutDeadline,
      isCurrent: () => run === this.#layoutRun,
    };
    void layoutScene(graph, this.#solver, options)
      .then((scene) => {
        if (run === this.#layoutRun) this.#show(new Shown(model, scene, this.#words));
      })
      .finally(() => {
        if (run !== this.#layoutRun) return;
        this.#isLayingOut = false;
        this.#layers.invalidate();
        this.#options.onBusy?.(false);
        this.#options.onChange?.();
      });
  }

  #cancelLayout(): void {
    this.#layoutRun++;
    this.#animation = null;
    if (!this.#isLayingOut) return;
    this.#isLayingOut = false;
    this.#options.onBusy?.(false);
  }

  #show(shown: Shown): void {
    const before = this.#shown;
    const placement = this.#placement;
    this.#placement = { kind: "keep", pin: null };
    this.#shown = shown;
    const isHidden = this.#camera.width === 0;
    this.#fitWhenSized = isHidden;
    const offset = isHidden ? null : place(placement, this.#camera, shown, before);
    if (placement.kind === "first") this.#cameraTouched = false;
    if (placement.kind === "reveal" && placement.id === this.#selection) this.#cameraTouched = true;
    this.#animation = before && offset && !this.#reducedMotion ? new Animation(before.scene, offset) : null;
    if (this.#selection !== null && !shown.box(this.#selection) && !shown.model.index.module(this.#selection)) this.#selection = null;
    this.#hover = null;
    this.#pointedAt = null;
    this.#minimap.setScene(shown.scene, this.#theme);
    this.#refresh();
    // What the user opens next may need it.
    if (!before) requestIdleCallback(() => this.#isDisposed || this.#elk.warm());
  }

  /** A view that the user has not moved goes on to fit. A selection that was in view stays in it. */
  #resized(): void {
    const before = this.#size;
    this.#size = { width: this.#camera.width, height: this.#camera.height };
    if (this.#shown && this.#size.width > 0) {
      const selected = this.#shown.box(this.#selection);
      const wasSeen = selected !== null && isSeen(this.#camera, selected, before);
      if (this.#fitWhenSized || !this.#cameraTouched) {
        this.#fitWhenSized = false;
        firstView(this.#camera, this.#shown);
      }
      if (wasSeen) bringIntoView(this.#camera, selected);
    }
    this.#layers.invalidate();
  }

  // Selection and search

  get selection(): string | null {
    return this.#selection;
  }

  select(id: string | null, { reveal = true }: { readonly reveal?: boolean } = {}): void {
    const changed = id !== this.#selection;
    this.#selection = id;
    if (id !== null && reveal && this.#model) {
      const box = this.#shown?.scene.byId.get(id);
      if (box && this.#shown!.model === this.#model && !this.#isLayingOut) {
        bringIntoView(this.#camera, box);
        this.#cameraTouched = true;
      } else if (this.#model.index.module(id)) {
        this.#arrangement = revealing(this.#model, this.#arrangement, id);
        this.#layOut({ kind: "reveal", id });
      }
    }
    this.#refresh();
    if (changed) this.#options.onChange?.();
  }

  setHighlights(paths: ReadonlySet<string> | null): void {
    this.#highlights = paths;
    this.#refresh();
  }

  setTracedPath(id: string | null): void {
    this.#tracedFrom = id;
    this.#refresh();
  }

  setCompared(paths: readonly string[]): void {
    if (paths.length === this.#compared.length && paths.every((path, index) => path === this.#compared[index])) return;
    this.#compared = paths;
    this.#refresh();
    this.#options.onChange?.();
  }

  setOverlay(overlay: Overlay | null): void {
    this.#overlay = overlay;
    this.#refresh();
  }

  setShowSharedLinks(all: boolean): void {
    this.#showLinks = all;
    this.#refresh();
  }

  setLegendVisible(visible: boolean): void {
    this.#showLegend = visible;
    this.#layers.invalidate();
  }

  setMinimapVisible(visible: boolean): void {
    this.#minimap.setVisible(visible);
    this.#layers.invalidate();
  }

  setTheme(theme: Theme): void {
    const fontChanged = theme.fontFamily !== this.#theme.fontFamily;
    this.#theme = theme;
    if (fontChanged) {
      this.#measure = canvasMeasure(theme.fontFamily);
      this.#layOut({ kind: "keep", pin: null });
    }
    if (this.#shown) this.#minimap.setScene(this.#shown.scene, theme);
    this.#refresh();
  }

  /** Everything that follows from selection, search, theme and so on, made once and not for every frame. */
  #refresh(): void {
    this.#look = this.#makeLook();
    this.#links = this.#visibleLinks([this.#selection, this.#hover]);
    this.#layers.invalidate();
  }

  #makeLook(theme = this.#theme): Look {
    const shown = this.#shown;
    const traced = shown && this.#tracedFrom !== null && shown.scene.byId.has(this.#tracedFrom) ? shown.traced(this.#tracedFrom) : null;
    return {
      theme,
      scale: 1,
      matches: this.#highlights && shown ? new Set([...this.#highlights].flatMap((path) => shown.boxesOf(path))) : null,
      traced,
      compared: this.#comparedBoxes(),
      overlay: this.#overlay && overlayMarks(this.#overlay, theme),
    };
  }

  #comparedBoxes(): Look["compared"] {
    const ordinals = new Map<string, readonly number[]>();
    this.#compared.forEach((path, index) => {
      for (const id of this.#shown?.boxesOf(path) ?? []) ordinals.set(id, [...(ordinals.get(id) ?? []), index + 1]);
    });
    return ordinals;
  }

  /** Those of some boxes, unless all are shown. */
  #visibleLinks(boxes: readonly (string | null)[]): readonly RoutedLink[] {
    const shown = this.#shown;
    if (!shown) return [];
    if (this.#showLinks) return routeLinks(shown.scene, sharedLinks(shown.model, shown.scene, null));
    const links = new Map<string, SharedLink>();
    for (const id of boxes) {
      const node = id === null ? null : shown.scene.byId.get(id)?.node;
      if (node?.kind !== "module" || node.path === "") continue;
      for (const link of sharedLinks(shown.model, shown.scene, node.path)) links.set(`${link.group} ${link.from}\n${link.to}`, link);
    }
    return routeLinks(shown.scene, [...links.values()]);
  }

  // Drawing

  #paint(now: number): void {
    const shown = this.#shown;
    this.#painter.clear(this.#theme.background);
    if (shown) {
      const look: Look = { ...this.#look, scale: this.#camera.scale };
      const progress = this.#animation?.progress(now) ?? 1;
      if (this.#animation && progress < 1) {
        this.#painter.paintMoving(shown, look, this.#animation, progress);
        this.#layers.invalidate();
      } else {
        this.#animation = null;
        this.#painter.paint(shown, look);
        this.#onTop = this.#painter.paintMarks(shown, look, this.#marks, this.#words, this.#measure);
        this.#minimap.setView(this.#painter.view);
      }
    }
    this.#settle();
  }

  get #marks(): Marks {
    return {
      selection: this.#selection,
      hover: this.#hover,
      pointedAt: this.#pointedAt,
      links: this.#links,
      showChips: !this.#showLinks,
      overlay: this.#overlay,
      showLegend: this.#showLegend,
    };
  }

  get #reducedMotion(): boolean {
    return (
      this.#options.reducedMotion?.() ?? (document.body.classList.contains("vscode-reduce-motion") || matchMedia("(prefers-reduced-motion: reduce)").matches)
    );
  }

  // Pointer

  #pointAt(target: Target): void {
    const pointedAt = target.kind === "edges" ? { edges: target.edges, at: target.at } : null;
    if (pointedAt || this.#pointedAt) this.#layers.invalidate();
    this.#pointedAt = pointedAt;
    const id = boxOf(target)?.node.id ?? null;
    if (id === this.#hover) return;
    this.#hover = id;
    this.#links = this.#visibleLinks([this.#selection, this.#hover]);
    this.#layers.invalidate();
    this.#options.onHover?.(this.#itemAt(target));
  }

  #click(target: Target): void {
    switch (target.kind) {
      case "toggle":
        this.toggle(target.box.node.id);
        return;
      case "count":
        this.setUnfolded(target.box.node.path, true);
        return;
      case "lead": {
        const { target: id } = target.lead;
        this.select(id);
        const box = this.#shown?.box(id);
        if (box) bringStartIntoView(this.#camera, box);
        this.#options.onSelect?.(this.item(id));
        return;
      }
      default:
        this.#selection = boxOf(target)?.node.id ?? null;
        this.#refresh();
        this.#options.onSelect?.(this.#itemAt(target));
        this.#options.onChange?.();
    }
  }

  #doubleClick(target: Target): void {
    const box = boxOf(target);
    if (!box || target.kind === "toggle" || target.kind === "count") return;
    if (box.node.expandable) this.toggle(box.node.id);
    else this.#options.onActivate?.(this.#itemAt(target)!);
  }

  #itemAt(target: Target): GraphItem | null {
    const box = boxOf(target);
    return box && this.item(box.node.id);
  }

  // Camera

  zoomIn(): void {
    this.#camera.zoomBy(1.3);
    this.#movedByUser();
  }

  zoomOut(): void {
    this.#camera.zoomBy(1 / 1.3);
    this.#movedByUser();
  }

  resetZoom(): void {
    const middle = this.#camera.toPicture(this.#camera.width / 2, this.#camera.height / 2);
    this.#camera.center(middle.x, middle.y, 1);
    this.#movedByUser();
  }

  fit(id?: string): void {
    if (!this.#shown) return;
    const { scene } = this.#shown;
    const box = id === undefined ? null : scene.byId.get(id);
    this.#camera.fit(box ?? { x: 0, y: 0, width: scene.width, height: scene.height }, box ? 1.5 : 1);
    this.#movedByUser();
  }

  #movedByUser(): void {
    this.#cameraTouched = true;
    clearTimeout(this.#cameraTimer);
    this.#cameraTimer = setTimeout(() => this.#options.onChange?.(), cameraRest);
  }

  // What the page asks

  items(): readonly GraphItem[] {
    return this.#shown?.items.list(this.#itemMarks) ?? [];
  }

  item(id: string): GraphItem | null {
    return this.#shown?.items.get(id, this.#itemMarks) ?? null;
  }

  get #itemMarks(): ItemMarks {
    return { selection: this.#selection, compared: this.#look.compared };
  }

  neighbours(id: string): Neighbours {
    const shown = this.#shown;
    const box = shown?.scene.byId.get(id);
    if (!shown || !box) return { parent: null, firstChild: null, previous: null, next: null, upstream: [], downstream: [] };
    const parent = shown.scene.parents.get(id) ?? null;
    const siblings = shown.box(parent)?.node.content?.nodes ?? shown.scene.boxes.filter(({ depth }) => depth === 0).map(({ node }) => node);
    const place = siblings.indexOf(box.node);
    return {
      parent,
      firstChild: box.node.content?.nodes[0]?.id ?? null,
      previous: siblings[place - 1]?.id ?? null,
      next: siblings[place + 1]?.id ?? null,
      upstream: shown.flow.next(id, "upstream"),
      downstream: shown.flow.next(id, "downstream"),
    };
  }

  getViewState(): GraphViewState {
    const anchor = this.#cameraTouched && this.#shown ? centralBox(this.#camera, this.#shown) : null;
    const middle = this.#camera.toPicture(this.#camera.width / 2, this.#camera.height / 2);
    return {
      version: 1,
      direction: this.#direction,
      ...stateOf(this.#arrangement),
      showSharedLinks: this.#showLinks,
      selection: this.#selection,
      camera: anchor && { scale: this.#camera.scale, anchor: anchor.node.id, dx: middle.x - anchor.x, dy: middle.y - anchor.y },
    };
  }

  setViewState(state: GraphViewState): void {
    this.#direction = state.direction;
    this.#arrangement = arrangementOf(state);
    this.#showLinks = state.showSharedLinks;
    this.#selection = state.selection;
    this.#cameraTouched = state.camera !== null;
    this.#layOut(state.camera ? { kind: "restore", camera: state.camera } : { kind: "first" });
  }

  describe(): PictureDescription {
    const shown = this.#shown;
    const failing = shown?.failed;
    return {
      status: !this.#model ? "empty" : this.#isLayingOut || this.#animation ? "layingOut" : "ready",
      layout: shown?.scene.isPlain ? "plain" : "layered",
      direction: this.#direction,
      scale: this.#camera.scale,
      items: this.items().map((item) => ({ ...item, rectangle: this.#camera.toScreen(shown!.scene.byId.get(item.id)!) })),
      edges: shown?.scene.edges.map(({ from, to, edge, points }) => ({ from, to, label: edge.label, kind: edge.kind, stub: points === null })) ?? [],
      links: this.#links.map(({ from, to, group }) => ({ from, to, group })),
      failure: failing ? { item: failing.node.id, ...failing.node.failure! } : null,
    };
  }

  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#layers.invalidate();
    });
  }

  #settle(): void {
    if (this.#isLayingOut || this.#animation) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  // Export: the model as it is arranged and what was asked of it, not what is selected, searched for or pointed at

  async exportSvg(options: ExportOptions = {}): Promise<string> {
    const { sceneToSvg } = await import("../../src/picture/sceneToSvg.js");
    return sceneToSvg(this.#exported(options));
  }

  async exportPng({ pixelRatio = 2, ...options }: ExportOptions & { readonly pixelRatio?: number } = {}): Promise<Blob> {
    const { sceneToPng } = await import("./view/sceneToPng.js");
    const exported = this.#exported(options);
    return sceneToPng({ ...exported, scale: exported.scale * pixelRatio });
  }

  #exported({ part = "whole", colors = "theme" }: ExportOptions): Exported {
    if (!this.#shown) throw new Error("There is no picture yet.");
    const { model, scene, index } = this.#shown;
    const isWhole = part === "whole";
    const [left, top, right, bottom] = this.#painter.view;
    const theme = colors === "theme" ? this.#theme : { ...lightTheme, fontFamily: this.#theme.fontFamily };
    return {
      title: model.snapshot.name,
      scene,
      boxes: isWhole ? scene.boxes : index.boxesIn(left, top, right, bottom),
      edges: isWhole ? scene.edges : index.edgesIn(left, top, right, bottom),
      links: this.#visibleLinks([]),
      look: { ...this.#makeLook(theme), matches: null },
      overlay: this.#overlay,
      measure: this.#measure,
      area: isWhole ? wholeArea(scene, this.#overlay) : { x: left, y: top, width: right - left, height: bottom - top },
      scale: isWhole ? 1 : this.#camera.scale,
      background: theme.background,
    };
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#cameraTimer);
    this.#cancelLayout();
    this.#settle();
    this.#pointer.dispose();
    this.#camera.dispose();
    this.#layers.dispose();
    this.#elk.dispose();
  }
}
