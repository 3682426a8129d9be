import { exportedOf, type Exported } from "../../src/picture/exported.js";
import type { GraphItem, ItemMarks } from "../../src/picture/items.js";
import type { Overlay } from "../../src/describe/overlays.js";
import { lookOf, overlayOf, plainLook } from "../../src/picture/look.js";
import type { Look } from "../../src/picture/drawing/paint.js";
import type { RoutedLink } from "../../src/picture/drawing/linkRoutes.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import type { Arrangement } from "../../src/picture/model/arrangement.js";
import { revealing, type EqualSiblings, type RepeatedCalls } from "../../src/picture/model/arranging.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { layoutScene } from "../../src/picture/scene.js";
import { Shown, type Neighbours } from "../../src/picture/shown.js";
import { initialState, type PictureState } from "../../src/picture/state.js";
import type { MeasureText } from "../../src/picture/text.js";
import { englishWords, type PictureWords } from "../../src/picture/words.js";
import type { ExportOptions, GraphViewInterface, GraphViewOptions, PictureDescription } from "./api.js";
import { Animation, prefersReducedMotion } from "./view/animation.js";
import { Arranger } from "./view/arranger.js";
import { Camera } from "./view/camera.js";
import { canvasMeasure } from "./view/canvasMeasure.js";
import { describePicture } from "./view/describePicture.js";
import { elkInWorker, type ElkInWorker } from "./view/elkInWorker.js";
import { pngFile, svgFile } from "./view/files.js";
import { Idleness } from "./view/idleness.js";
import { Layers } from "./view/layers.js";
import { Minimap } from "./view/minimap.js";
import { overlayScaleRoom, Painter, type Marks } from "./view/painter.js";
import { bringIntoView, bringStartIntoView, cameraPlace, firstView, isSeen, pinned, place, placementAfter, type Placement } from "./view/placement.js";
import { boxOf, Pointer, type OnTop, type Target } from "./view/pointer.js";
import { Rest } from "./view/rest.js";

/** Milliseconds for a layout before the plain one takes its place. */
const layoutDeadline = 8000;

/**
 * The picture of one model: a canvas for the picture, one over it for hover and selection. It shows a state and keeps nothing of it but what is drawn. One
 * file, though a long one: layout, paint, pointer and keys meet in what is drawn.
 */
export class GraphView implements GraphViewInterface {
  readonly #options: GraphViewOptions;
  readonly #words: PictureWords;
  readonly #layers: Layers;
  readonly #camera: Camera;
  readonly #minimap: Minimap;
  readonly #elk: ElkInWorker;
  readonly #solver: LayoutSolver;
  readonly #pointer: Pointer;
  readonly #painter: Painter;
  readonly #arranger: Arranger;

  #state = initialState;
  #model: PictureModel | null = null;
  /** The picture on the canvas, which may be of an earlier state until the layout of the next is done. */
  #shown: Shown | null = null;
  #measure: MeasureText = canvasMeasure(initialState.theme.fontFamily);

  // What follows from state and picture, made once and not for every frame.
  #overlay: Overlay | null = null;
  #look: Omit<Look, "scale"> = plainLook(initialState.theme);
  #links: readonly RoutedLink[] = [];

  #hover: string | null = null;
  #pointedAt: Marks["pointedAt"] = null;
  #onTop: OnTop = { leads: [], hiddenAbove: 0 };
  /** The page is told where the camera is when it has not moved for so many milliseconds. */
  readonly #cameraRest = new Rest(200, () => {
    const place = this.#shown && cameraPlace(this.#camera, this.#shown);
    if (place) this.#options.onCamera?.(place);
  });
  #cameraTouched = false;

  #animation: Animation | null = null;
  #layoutRun = 0;
  #isLayingOut = false;
  #placement: Placement = { kind: "first" };
  /** What is to stay where it is in arrangements that were made here. */
  readonly #pins = new WeakMap<Arrangement, string | null>();
  #fitWhenSized = false;
  /** Of the view, before it changes. */
  #size = { width: 0, height: 0 };
  readonly #idle = new Idleness();
  #isDisposed = false;

  constructor(container: HTMLElement, options: GraphViewOptions) {
    this.#options = options;
    this.#words = options.words ?? englishWords;
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
    this.#arranger = new Arranger(
      () => ({ model: this.#model, arrangement: this.#state.arrangement, shown: this.#shown, pin: pinned(this.#camera, this.#shown, this.#selected) }),
      (arrangement, pin) => {
        this.#pins.set(arrangement, pin);
        this.#options.onArrange?.(arrangement);
      },
    );
  }

  // The state

  show(state: PictureState): void {
    const before = this.#state;
    this.#state = state;
    if (state.theme.fontFamily !== before.theme.fontFamily) this.#measure = canvasMeasure(state.theme.fontFamily);
    let placement = this.#changeModel(before) ?? placementAfter(before, state, this.#pins);
    const revealed = state.reveals === before.reveals ? null : this.#reveal(placement !== null);
    if (revealed) {
      this.#state = { ...state, arrangement: revealed };
      placement = { kind: "reveal", id: state.selection!.id };
    }
    if (placement) this.#layOut(placement);
    if (state.theme !== before.theme && this.#shown) this.#minimap.setScene(this.#shown.scene, state.theme);
    this.#minimap.setVisible(state.settings.showMinimap);
    this.#refresh();
    if (revealed) this.#options.onArrange?.(revealed);
    const marks = ({ selection, compared, pinned }: PictureState) => [selection?.id, "", ...compared, "", ...pinned].join("\n");
    if (marks(state) !== marks(before)) this.#options.onChange?.();
  }

  /** Takes another model, or another snapshot of the one that is shown. Where the view is to go with it; null where the model is the same. */
  #changeModel({ subject, model, findingLevels }: PictureState): Placement | null {
    const state = this.#state;
    const isOther = state.subject !== subject;
    // The host sends the levels anew with each of its states.
    const isTold = JSON.stringify(state.findingLevels) === JSON.stringify(findingLevels);
    if (!isOther && state.model === model && isTold) return null;
    const failedBefore = isOther ? null : (this.#model?.index.failedPath ?? null);
    this.#model = state.model && new PictureModel(state.model, state.findingLevels);
    if (isOther || !this.#model) {
      this.#shown = null;
      this.#cameraRest.cancel();
      this.#cancelLayout();
    }
    if (!this.#model) {
      this.#placement = { kind: "first" };
      return null;
    }
    if (isOther || !model) {
      this.#cameraTouched = state.camera !== null;
      return state.camera ? { kind: "restore", camera: state.camera } : { kind: "first" };
    }
    const failed = this.#model.index.failedPath;
    if (failed !== null && failed !== failedBefore) return { kind: "failure" };
    return this.#shown ? { kind: "keep", pin: null } : this.#placement;
  }

  /** Brings the selection into view. Where it is not in the picture yet, the arrangement that has it there. */
  #reveal(isChanging: boolean): Arrangement | null {
    const { selection, arrangement } = this.#state;
    if (!selection || !this.#model) return null;
    const box = this.#shown?.boxOf(selection.id);
    if (box && this.#shown!.model === this.#model && !this.#isLayingOut && !isChanging) {
      bringIntoView(this.#camera, box);
      this.#movedByUser();
      return null;
    }
    return this.#model.index.module(selection.id) ? revealing(this.#model, arrangement, selection.id) : null;
  }

  get #selected(): string | null {
    return this.#state.selection?.id ?? null;
  }

  // Arranging

  expand(path: string): void {
    this.#arranger.setExpanded([path], true, path);
  }

  collapse(path: string): void {
    this.#arranger.setExpanded([path], false, path);
  }

  toggle(path: string): void {
    this.#arranger.toggle(path);
  }

  expandAll(): void {
    this.#arranger.setDepth("all");
  }

  collapseAll(): void {
    this.expandToDepth(1);
  }

  expandToDepth(depth: number): void {
    this.#arranger.setDepth(depth);
  }

  setExpandedByType(type: string, expanded: boolean): void {
    this.#arranger.setExpandedByType(type, expanded);
  }

  setExpanded(paths: readonly string[], expanded: boolean): void {
    this.#arranger.setExpanded(paths, expanded);
  }

  setUnfolded(path: string, unfolded: boolean): void {
    this.#arranger.setUnfolded(path, unfolded);
  }

  pointTo(path: string | null): void {
    this.#hovers(path === null ? null : (this.#shown?.visible({ id: path, path }) ?? null));
  }

  row(path: string): EqualSiblings | null {
    return this.#arranger.row(path);
  }

  calls(path: string): RepeatedCalls | null {
    return this.#arranger.calls(path);
  }

  // Layout

  #layOut(placement: Placement): void {
    // What an earlier, unfinished layout was to reveal must still be revealed.
    if (!(this.#isLayingOut && placement.kind === "keep" && this.#placement.kind !== "keep")) this.#placement = placement;
    const model = this.#model;
    if (!model) return;
    const { arrangement, settings } = this.#state;
    const run = ++this.#layoutRun;
    if (!this.#isLayingOut) {
      this.#isLayingOut = true;
      this.#options.onBusy?.(true);
    }
    const options = {
      direction: settings.direction,
      measure: this.#measure,
      words: this.#words,
      deadline: performance.now() + layoutDeadline,
      isCurrent: () => run === this.#layoutRun,
    };
    void layoutScene(buildDisplayGraph(model, arrangement, settings.showBookkeeping), this.#solver, options)
      .then((scene) => {
        if (run === this.#layoutRun) this.#place(new Shown(model, scene, this.#words, options.measure));
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
    this.#layers.invalidate();
    if (!this.#isLayingOut) return;
    this.#isLayingOut = false;
    this.#options.onBusy?.(false);
  }

  /** Puts a picture that was laid out in the place of the one before. */
  #place(shown: Shown): void {
    const before = this.#shown;
    const placement = this.#placement;
    this.#placement = { kind: "keep", pin: null };
    this.#shown = shown;
    const isHidden = this.#camera.width === 0;
    this.#fitWhenSized = isHidden;
    const offset = isHidden ? null : place(placement, this.#camera, shown, before);
    if (placement.kind === "first") this.#cameraTouched = false;
    if (placement.kind === "reveal" && placement.id === this.#selected) this.#cameraTouched = true;
    if (this.#cameraTouched) this.#movedByUser();
    this.#animation = before && offset && !(this.#options.reducedMotion ?? prefersReducedMotion)() ? new Animation(before.scene, offset) : null;
    this.#hover = null;
    this.#pointedAt = null;
    this.#minimap.setScene(shown.scene, this.#state.theme);
    this.#refresh();
    // What the user opens next may need it.
    if (!before) requestIdleCallback(() => this.#isDisposed || this.#elk.warm());
  }

  /** A view that the user has not moved goes on to fit. A selection that was in view stays in it. */
  #resized(): void {
    const before = this.#size;
    this.#size = { width: this.#camera.width, height: this.#camera.height };
    if (this.#shown && this.#size.width > 0) {
      const selected = this.#selected === null ? null : this.#shown.boxOf(this.#selected);
      const wasSeen = selected !== null && isSeen(this.#camera, selected, before);
      if (this.#fitWhenSized || !this.#cameraTouched) {
        this.#fitWhenSized = false;
        firstView(this.#camera, this.#shown);
      }
      if (wasSeen) bringIntoView(this.#camera, selected);
    }
    this.#layers.invalidate();
  }

  // Drawing

  #refresh(): void {
    const shown = this.#shown;
    this.#overlay = shown && overlayOf(shown.model, this.#state.settings);
    const top = this.#overlay ? overlayScaleRoom : 0;
    if (top !== this.#camera.top) {
      this.#camera.top = top;
      this.#resized();
    }
    this.#look = shown ? lookOf(shown, this.#state, this.#overlay) : plainLook(this.#state.theme);
    this.#links = this.#visibleLinks;
    this.#layers.invalidate();
  }

  get #visibleLinks(): readonly RoutedLink[] {
    return this.#shown?.links(this.#state.settings.showSharedLinks ? "all" : [this.#selected, this.#hover]) ?? [];
  }

  #paint(now: number): void {
    const shown = this.#shown;
    this.#painter.clear(this.#state.theme.background);
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
    const { showSharedLinks, showLegend } = this.#state.settings;
    return {
      selection: this.#selected,
      hover: this.#hover,
      pointedAt: this.#pointedAt,
      links: this.#links,
      showChips: !showSharedLinks,
      overlay: this.#overlay,
      showLegend,
    };
  }

  // Pointer

  #pointAt(target: Target): void {
    const pointedAt = target.kind === "edges" ? { edges: target.edges, at: target.at } : null;
    if (pointedAt || this.#pointedAt) this.#layers.invalidate();
    this.#pointedAt = pointedAt;
    const id = boxOf(target)?.node.id ?? null;
    if (id === this.#hover) return;
    this.#hovers(id);
    this.#options.onHover?.(this.#itemAt(target));
  }

  #hovers(id: string | null): void {
    if (id === this.#hover) return;
    this.#hover = id;
    this.#links = this.#visibleLinks;
    this.#layers.invalidate();
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
        const box = this.#shown?.box(target.lead.target);
        if (!box) return;
        bringIntoView(this.#camera, box);
        bringStartIntoView(this.#camera, box);
        this.#movedByUser();
        this.#options.onSelect?.(this.item(box.node.id));
        return;
      }
      default:
        this.#options.onSelect?.(this.#itemAt(target));
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
    this.#cameraRest.begin();
  }

  // What the page asks

  items(): readonly GraphItem[] {
    return this.#shown?.items.list(this.#itemMarks) ?? [];
  }

  item(id: string): GraphItem | null {
    return this.#shown?.items.get(id, this.#itemMarks) ?? null;
  }

  get #itemMarks(): ItemMarks {
    return { selection: this.#selected, compared: this.#look.compared, pinned: this.#look.pinned };
  }

  neighbours(id: string): Neighbours {
    return this.#shown?.neighbours(id) ?? { parent: null, firstChild: null, previous: null, next: null, upstream: [], downstream: [] };
  }

  visibleSelection(): string | null {
    return this.#shown?.visible(this.#state.selection) ?? null;
  }

  describe(): PictureDescription {
    const status = !this.#model ? "empty" : this.#isLayingOut || this.#animation ? "layingOut" : "ready";
    return { ...describePicture(status, this.#state.settings.direction, this.#shown, this.items(), this.#links, this.#camera), hover: this.#hover };
  }

  whenIdle(): Promise<void> {
    return this.#idle.wait(() => this.#layers.invalidate());
  }

  #settle(): void {
    if (!this.#isLayingOut && !this.#animation) this.#idle.reached();
  }

  // Export: the model as it is arranged and what was asked of it, not what is selected, searched for or pointed at

  async exportSvg(options: ExportOptions = {}): Promise<string> {
    return svgFile(this.#exported(options));
  }

  async exportPng({ pixelRatio = 2, ...options }: ExportOptions & { readonly pixelRatio?: number } = {}): Promise<Blob> {
    return pngFile(this.#exported(options), pixelRatio);
  }

  #exported({ part = "whole" }: ExportOptions): Exported {
    if (!this.#shown) throw new Error("There is no picture yet.");
    return exportedOf(
      this.#shown,
      this.#state,
      this.#words,
      this.#measure,
      part === "whole" ? null : { corners: this.#painter.view, scale: this.#camera.scale },
    );
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#cameraRest.cancel();
    this.#cancelLayout();
    this.#settle();
    this.#pointer.dispose();
    this.#camera.dispose();
    this.#layers.dispose();
    this.#elk.dispose();
  }
}
