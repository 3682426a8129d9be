import type { ModelSnapshot } from "../../src/protocol/index.js";
import type {
  DescribedLink,
  Direction,
  GraphItem,
  GraphViewInterface,
  GraphViewOptions,
  GraphViewState,
  Neighbours,
  Overlay,
  PictureDescription,
  Rectangle,
} from "./api.js";
import { CanvasSurface } from "./drawing/canvasSurface.js";
import { edgeNote, paintEdgeNote } from "./drawing/edgeNote.js";
import { legendSize, paintLegend } from "./drawing/legend.js";
import { overlayColors, paintOverlayScale } from "./drawing/overlay.js";
import { paintEdge, paintScene, type Look } from "./drawing/paint.js";
import { paintContainerNames } from "./drawing/containerNames.js";
import { chipsOf, paintChips, type Chip } from "./drawing/sharedChips.js";
import { paintSharedLinks, routeLinks, sharedLinks, visibleBox, type RoutedLink } from "./drawing/sharedLinks.js";
import { elkInWorker } from "./layout/elkInWorker.js";
import { LayoutSolver, type Elk } from "./layout/solver.js";
import { initialArrangement, type Arrangement } from "./model/arrangement.js";
import { buildDisplayGraph, PictureModel } from "./model/displayGraph.js";
import { sceneToSvg } from "./sceneToSvg.js";
import { layoutScene, type Scene, type SceneBox, type SceneEdge } from "./scene.js";
import { englishStrings, type GraphStrings } from "./strings.js";
import { canvasMeasure, type MeasureText } from "./text.js";
import type { Theme } from "./theme.js";
import { Animation } from "./view/animation.js";
import { arrangementKey, arrangementOf, revealing, stateOf, withExpanded } from "./view/arranging.js";
import { Camera } from "./view/camera.js";
import { Items } from "./view/items.js";
import { Layers } from "./view/layers.js";
import { Minimap } from "./view/minimap.js";
import { SceneFlow } from "./view/sceneFlow.js";
import { SceneIndex } from "./view/sceneIndex.js";

/** Milliseconds for a layout before the plain one takes its place. */
const layoutDeadline = 8000;

/** A laid-out picture with what it is asked for while it is shown. */
interface Shown {
  readonly model: PictureModel;
  readonly scene: Scene;
  readonly index: SceneIndex;
  readonly flow: SceneFlow;
  readonly items: Items;
}

/** Milliseconds without a move of the camera before the page is told. */
const cameraRest = 200;

/** What must happen to the view when the next layout is there. */
type Then =
  | { readonly kind: "keep"; readonly pin: string | null }
  | { readonly kind: "first" }
  | { readonly kind: "reveal"; readonly id: string }
  | { readonly kind: "restore"; readonly camera: NonNullable<GraphViewState["camera"]> };

/** The picture of one model: a canvas for the picture, one over it for hover and selection. */
export class GraphView implements GraphViewInterface {
  readonly #options: GraphViewOptions;
  readonly #layers: Layers;
  readonly #camera: Camera;
  readonly #minimap: Minimap;
  readonly #elk: Elk;
  readonly #solver: LayoutSolver;
  readonly #listeners = new AbortController();
  #theme: Theme;
  #strings: GraphStrings;
  #measure: MeasureText;

  #model: PictureModel | null = null;
  #arrangement: Arrangement = initialArrangement;
  #direction: Direction = "down";
  #shown: Shown | null = null;
  #selection: string | null = null;
  #focus: string | null = null;
  #hover: string | null = null;
  #hoveredEdge: { readonly edge: SceneEdge; readonly x: number; readonly y: number } | null = null;
  #chips: readonly Chip[] = [];
  #cameraTimer: ReturnType<typeof setTimeout> | undefined;
  #showLinks = false;
  #showLegend = false;
  #highlights: ReadonlySet<string> | null = null;
  #tracedFrom: string | null = null;
  #overlay: Overlay | null = null;
  #look: Look;
  #links: readonly RoutedLink[] = [];

  #animation: Animation | null = null;
  #layoutRun = 0;
  #isLayingOut = false;
  #then: Then = { kind: "first" };
  #fitWhenSized = false;
  #cameraTouched = false;
  #idle: (() => void)[] = [];

  constructor(container: HTMLElement, options: GraphViewOptions) {
    this.#options = options;
    this.#theme = options.theme;
    this.#strings = options.strings ?? englishStrings;
    this.#measure = canvasMeasure(this.#theme.fontFamily);
    this.#look = this.#makeLook();
    this.#layers = new Layers(container, {
      paint: (now) => this.#paint(now),
      resized: () => this.#resized(),
    });
    this.#camera = new Camera(this.#layers.host, (byUser) => {
      this.#cameraTouched ||= byUser;
      this.#layers.invalidate();
      if (byUser) this.#movedByUser();
    });
    this.#minimap = new Minimap(this.#layers.host, (x, y) => this.#camera.center(x, y));
    this.#elk = elkInWorker(options.layoutEngine);
    this.#solver = new LayoutSolver(this.#elk);
    this.#listen();
    if (options.state) this.setViewState(options.state);
  }

  // The model and its arrangement

  setModel(snapshot: ModelSnapshot | null): void {
    if (snapshot === null) {
      this.#model = null;
      this.#shown = null;
      this.#then = { kind: "first" };
      this.#layoutRun++;
      this.#isLayingOut = false;
      this.#animation = null;
      this.#layers.invalidate();
      this.#settle();
      return;
    }
    if (this.#model?.snapshot === snapshot) return;
    const hadModel = this.#model !== null;
    const failedBefore = this.#model?.failedPath ?? null;
    this.#model = new PictureModel(snapshot);
    const failed = this.#model.failedPath;
    if (failed !== null && failed !== failedBefore) this.#layOut({ kind: "reveal", id: failed });
    else this.#layOut(hadModel && this.#shown ? { kind: "keep", pin: this.#centralBox()?.node.id ?? null } : this.#then);
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
    const first = this.#model?.rowOf(path)?.members[0]?.path;
    if (first === undefined) return;
    const set = new Set(this.#arrangement.unfolded);
    if (unfolded) set.add(first);
    else set.delete(first);
    this.#arrange({ ...this.#arrangement, unfolded: set }, unfolded ? path : first);
  }

  showMember(path: string): void {
    const first = this.#model?.rowOf(path)?.members[0]?.path;
    if (first === undefined) return;
    const before = this.#shown && this.#model ? visibleBox(this.#model, this.#shown.scene, path)?.node.id : null;
    if (before !== undefined && before === this.#selection) this.#selection = path;
    this.#arrange({ ...this.#arrangement, shown: new Map(this.#arrangement.shown).set(first, path) }, path);
  }

  setDirection(direction: Direction): void {
    if (direction === this.#direction) return;
    this.#direction = direction;
    this.#layOut({ kind: "first" });
  }

  setShowBookkeeping(show: boolean): void {
    if (show !== this.#arrangement.showBookkeeping) this.#arrange({ ...this.#arrangement, showBookkeeping: show }, this.#centralBox()?.node.id ?? null);
  }

  setExpanded(paths: readonly string[], expanded: boolean): void {
    this.#setExpanded(paths, expanded, this.#centralBox()?.node.id ?? null);
  }

  #setExpanded(paths: readonly string[], expanded: boolean, pin: string | null): void {
    const { scene } = this.#shown ?? {};
    const keys = paths.map((path) => scene?.byId.get(path)?.node.key ?? (this.#model ? arrangementKey(this.#model, this.#arrangement, path) : path));
    this.#arrange(withExpanded(this.#arrangement, keys, expanded), pin);
  }

  #setDepth(depth: Arrangement["depth"]): void {
    this.#arrangement = { ...this.#arrangement, depth, expanded: new Map() };
    this.#layOut({ kind: "first" });
  }

  #arrange(arrangement: Arrangement, pin: string | null): void {
    this.#arrangement = arrangement;
    this.#layOut({ kind: "keep", pin });
  }

  // Layout

  #layOut(then: Then): void {
    // What an earlier, unfinished layout was to reveal must still be revealed.
    if (!(this.#isLayingOut && then.kind === "keep" && this.#then.kind !== "keep")) this.#then = then;
    const model = this.#model;
    if (!model) return;
    const run = ++this.#layoutRun;
    if (!this.#isLayingOut) {
      this.#isLayingOut = true;
      this.#options.onBusy?.(true);
    }
    const graph = buildDisplayGraph(model, this.#arrangement);
    void layoutScene(graph, this.#solver, {
      direction: this.#direction,
      measure: this.#measure,
      strings: this.#strings,
      deadline: performance.now() + layoutDeadline,
      isCurrent: () => run === this.#layoutRun,
    }).then((scene) => {
      if (run !== this.#layoutRun) return;
      this.#show({ model, scene, index: new SceneIndex(scene), flow: new SceneFlow(scene), items: new Items(scene, this.#strings) });
      this.#isLayingOut = false;
      this.#options.onBusy?.(false);
      this.#options.onChange?.();
    });
  }

  #show(shown: Shown): void {
    const before = this.#shown;
    const then = this.#then;
    this.#then = { kind: "keep", pin: null };
    this.#shown = shown;
    const offset = this.#place(then, before);
    if (before && offset && !this.#reducedMotion) {
      const places = new Map<string, Rectangle>();
      for (const { node, x, y, width, height } of before.scene.boxes) places.set(node.id, { x: x + offset.x, y: y + offset.y, width, height });
      this.#animation = new Animation(places);
    } else this.#animation = null;
    if (this.#selection !== null && !shown.scene.byId.has(this.#selection) && !shown.model.index.module(this.#selection)) this.#selection = null;
    this.#hover = null;
    this.#hoveredEdge = null;
    this.#minimap.setScene(shown.scene, this.#theme);
    this.#refresh();
  }

  /** Moves the camera as asked. Returns by how much the pinned box moved in the picture; null where nothing is pinned. */
  #place(then: Then, before: Shown | null): { x: number; y: number } | null {
    const { scene, model } = this.#shown!;
    if (this.#camera.width === 0) {
      this.#fitWhenSized = true;
      return null;
    }
    switch (then.kind) {
      case "first":
        this.#firstView();
        return null;
      case "restore": {
        const anchor = scene.byId.get(then.camera.anchor) ?? visibleBox(model, scene, model.index.nearest(then.camera.anchor).path);
        if (!anchor) this.#firstView();
        else this.#camera.center(anchor.x + then.camera.dx, anchor.y + then.camera.dy, then.camera.scale);
        return null;
      }
      case "reveal": {
        if (!before) this.#firstView();
        const box = scene.byId.get(then.id);
        if (box) this.#bringIntoView(box);
        return null;
      }
      case "keep": {
        const pin = this.#commonBox(then.pin, before);
        if (!pin) {
          if (!before) this.#firstView();
          return null;
        }
        const offset = { x: pin.after.x - pin.before.x, y: pin.after.y - pin.before.y };
        this.#camera.shift(-offset.x * this.#camera.scale, -offset.y * this.#camera.scale);
        return offset;
      }
    }
  }

  /** The pinned box, or the nearest around it, that is in both pictures. */
  #commonBox(pin: string | null, before: Shown | null): { before: SceneBox; after: SceneBox } | null {
    for (let id = pin ?? this.#centralBox(before)?.node.id ?? null; id !== null; id = before?.scene.parents.get(id) ?? null) {
      const [old, now] = [before?.scene.byId.get(id), this.#shown!.scene.byId.get(id)];
      if (old && now) return { before: old, after: now };
      if (!before?.scene.parents.has(id)) id = this.#shown!.model.index.parent(id)?.path ?? id;
    }
    return null;
  }

  /** The whole picture where it stays legible; else its beginning, as wide as it fits. What failed comes first. */
  #firstView(): void {
    const { scene, model } = this.#shown!;
    const legible = 0.62;
    const margin = 16;
    const whole = Math.min((this.#camera.width - 2 * margin) / scene.width, (this.#camera.height - 2 * margin) / scene.height);
    const failed = model.failedPath === null ? null : visibleBox(model, scene, model.failedPath);
    if (whole >= legible) this.#camera.fit({ x: 0, y: 0, width: scene.width, height: scene.height });
    else if (failed) this.#camera.center(failed.x + failed.width / 2, failed.y + failed.height / 2, 1);
    else {
      const isDown = scene.direction === "down";
      const across = isDown ? (this.#camera.width - 2 * margin) / scene.width : (this.#camera.height - 2 * margin) / scene.height;
      const scale = Math.min(1, Math.max(legible, across));
      if (isDown) this.#camera.set(this.#camera.width / 2 - (scene.width / 2) * scale, margin, scale);
      else this.#camera.set(margin, this.#camera.height / 2 - (scene.height / 2) * scale, scale);
    }
    this.#cameraTouched = false;
  }

  #centralBox(shown = this.#shown): SceneBox | null {
    if (!shown) return null;
    const middle = this.#camera.toPicture(this.#camera.width / 2, this.#camera.height / 2);
    return shown.index.boxAt(middle.x, middle.y) ?? shown.scene.byId.get("") ?? null;
  }

  #bringIntoView(box: SceneBox): void {
    const margin = 24;
    const legible = 0.7;
    if (this.#camera.scale < legible && box.node.content === null) {
      this.#camera.center(box.x + box.width / 2, box.y + box.height / 2, legible);
      return;
    }
    const { x, y, width, height } = this.#camera.toScreen(box);
    const into = (start: number, size: number, room: number) =>
      size > room - 2 * margin ? margin - start : start < margin ? margin - start : start + size > room - margin ? room - margin - start - size : 0;
    const isSeen = x < this.#camera.width - margin && x + width > margin && y < this.#camera.height - margin && y + height > margin;
    if (isSeen && (width > this.#camera.width || height > this.#camera.height)) return;
    this.#camera.shift(into(x, width, this.#camera.width), into(y, height, this.#camera.height));
  }

  #resized(): void {
    if (this.#fitWhenSized && this.#shown && this.#camera.width > 0) {
      this.#fitWhenSized = false;
      this.#firstView();
    } else if (this.#shown && !this.#cameraTouched && this.#camera.width > 0) this.#firstView();
    this.#layers.invalidate();
  }

  // Selection and search

  get selection(): string | null {
    return this.#selection;
  }

  select(id: string | null, { reveal = true }: { readonly reveal?: boolean } = {}): void {
    const current = this.#selection === null ? null : this.#shown?.scene.byId.get(this.#selection);
    // A later call of a module is selected as itself, not as the module's first call.
    const target = id !== null && current?.node.path === id && current.node.kind === "module" ? current.node.id : id;
    const changed = target !== this.#selection;
    this.#selection = target;
    if (target !== null && reveal && this.#model) {
      const box = this.#shown?.scene.byId.get(target);
      if (box && this.#shown!.model === this.#model && !this.#isLayingOut) this.#bringIntoView(box);
      else if (this.#model.index.module(target)) {
        this.#arrangement = revealing(this.#model, this.#arrangement, target);
        this.#layOut({ kind: "reveal", id: target });
      }
    }
    this.#refresh();
    if (changed) this.#options.onChange?.();
  }

  setFocus(id: string | null): void {
    this.#focus = id;
    this.#layers.invalidate();
  }

  setHighlights(paths: ReadonlySet<string> | null): void {
    this.#highlights = paths;
    this.#refresh();
  }

  setTracedPath(id: string | null): void {
    this.#tracedFrom = id;
    this.#refresh();
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

  setStrings(strings: GraphStrings): void {
    this.#strings = strings;
    this.#layOut({ kind: "keep", pin: null });
  }

  /** Everything that follows from selection, search, theme and so on, made once and not for every frame. */
  #refresh(): void {
    this.#look = this.#makeLook();
    this.#links = this.#visibleLinks();
    this.#layers.invalidate();
  }

  #makeLook(): Look {
    const shown = this.#shown;
    const visible = (path: string) => shown && visibleBox(shown.model, shown.scene, path)?.node.id;
    const traced = shown && this.#tracedFrom !== null && shown.scene.byId.has(this.#tracedFrom) ? shown.flow.path(this.#tracedFrom) : null;
    if (shown && traced) {
      for (const id of [...traced]) for (let outer = shown.scene.parents.get(id); outer !== null && outer !== undefined; outer = shown.scene.parents.get(outer)) traced.add(outer);
    }
    return {
      theme: this.#theme,
      scale: 1,
      matches: this.#highlights && shown ? new Set([...this.#highlights].map(visible).filter((id) => id !== null && id !== undefined)) : null,
      traced,
      overlay: this.#overlay && overlayColors(this.#overlay, this.#theme),
    };
  }

  #visibleLinks(): readonly RoutedLink[] {
    const shown = this.#shown;
    if (!shown) return [];
    if (this.#showLinks) return routeLinks(shown.scene, sharedLinks(shown.model, shown.scene, null));
    const links = new Map<string, DescribedLink>();
    for (const id of [this.#selection, this.#hover]) {
      const node = id === null ? null : shown.scene.byId.get(id)?.node;
      if (node?.kind !== "module" || node.path === "") continue;
      for (const link of sharedLinks(shown.model, shown.scene, node.path)) links.set(`${link.group} ${link.from}\n${link.to}`, link);
    }
    return routeLinks(shown.scene, [...links.values()]);
  }

  // Drawing

  #paint(now: number): void {
    const { base, overlay } = this.#layers;
    base.clear(this.#theme.background);
    overlay.clear(null);
    const shown = this.#shown;
    if (!shown) return;
    const { k: scale, x, y } = this.#camera.transform;
    const look: Look = { ...this.#look, scale };
    const topLeft = this.#camera.toPicture(0, 0);
    const bottomRight = this.#camera.toPicture(this.#camera.width, this.#camera.height);
    const progress = this.#animation?.progress(now) ?? 1;

    base.setView(x, y, scale);
    const surface = new CanvasSurface(base.context, this.#theme.fontFamily);
    const view = [topLeft.x, topLeft.y, bottomRight.x, bottomRight.y] as const;
    if (this.#animation && progress < 1) {
      const moving = this.#animation;
      const boxes = shown.scene.boxes.map((box) => moving.at(box, progress)).filter((box) => box.x < view[2] && box.y < view[3] && box.x + box.width > view[0] && box.y + box.height > view[1]);
      paintScene(surface, shown.scene, boxes, [], look);
      this.#layers.invalidate();
    } else {
      if (this.#animation) {
        this.#animation = null;
        this.#settle();
      }
      paintScene(surface, shown.scene, shown.index.boxesIn(...view), shown.index.edgesIn(...view), look);
      this.#paintOver(shown, look, view);
    }
    if (!this.#isLayingOut && !this.#animation) this.#settle();
  }

  #paintOver(shown: Shown, look: Look, view: readonly [number, number, number, number]): void {
    const { overlay } = this.#layers;
    const { scale, theme } = look;
    const surface = new CanvasSurface(overlay.context, theme.fontFamily);
    overlay.setView(this.#camera.transform.x, this.#camera.transform.y, scale);
    const outline = (id: string | null, color: string, lineWidth: number, dash?: readonly number[]) => {
      const box = id === null ? null : shown.scene.byId.get(id);
      if (!box) return;
      const grow = 2 / scale;
      const round = box.face.shape === "pill" || box.face.shape === "circle" ? box.height : 6;
      surface.rectangle(box.x - grow, box.y - grow, box.width + 2 * grow, box.height + 2 * grow, Math.min(round, box.height) / (round > 6 ? 2 : 1) + grow, {
        stroke: color, lineWidth: lineWidth / scale, ...(dash && { dash: dash.map((length) => length / scale) }),
      });
    };
    const selected = this.#selection ?? this.#hover;
    if (selected !== null) {
      for (const edge of shown.flow.edgesAt(selected)) {
        paintEdge(surface, edge.points ? edge : { ...edge, points: [...edge.ends] }, shown.scene, look, theme.selection);
      }
    }
    outline(this.#hover, theme.hover, 1.5);
    outline(this.#focus, theme.selection, 1.5, [4, 3]);
    outline(this.#selection, theme.selection, 2);
    paintSharedLinks(surface, this.#links, look);
    const linked = new Set(this.#links.flatMap((link) => [link.from, link.to]));
    for (const id of linked) if (id !== this.#selection) outline(id, theme.shared, 1.5);

    const edge = this.#hoveredEdge?.edge;
    if (edge) paintEdge(surface, edge, shown.scene, look, theme.selection);

    overlay.setView(0, 0, 1);
    paintContainerNames(surface, shown.index.boxesIn(...view), this.#camera, look, this.#measure);
    if (this.#showLegend) {
      const size = legendSize(shown.scene, this.#strings, this.#measure);
      paintLegend(surface, 10, this.#camera.height - size.height - 10, shown.scene, look, this.#strings, this.#measure);
    }
    if (this.#overlay) paintOverlayScale(surface, 10, 10, this.#overlay, theme, this.#measure);
    this.#chips = this.#showLinks ? [] : chipsOf(shown.scene, this.#links, this.#camera, this.#measure);
    paintChips(surface, this.#chips, theme);
    if (this.#hoveredEdge) paintEdgeNote(surface, edgeNote(shown.scene, this.#hoveredEdge.edge, this.#strings), this.#hoveredEdge, this.#camera, theme, this.#measure);
    this.#minimap.setView(view);
  }

  get #reducedMotion(): boolean {
    return this.#options.reducedMotion?.() ?? (document.body.classList.contains("vscode-reduce-motion") || matchMedia("(prefers-reduced-motion: reduce)").matches);
  }

  // Pointer

  #listen(): void {
    const { host } = this.#layers;
    const signal = { signal: this.#listeners.signal };
    const boxAt = (event: MouseEvent) => {
      const bounds = host.getBoundingClientRect();
      const screen = { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
      const point = this.#camera.toPicture(screen.x, screen.y);
      const chip = this.#chips.find(({ x, y, width, height }) => screen.x >= x && screen.x <= x + width && screen.y >= y && screen.y <= y + height) ?? null;
      return { screen, point, chip, box: this.#shown?.index.boxAt(point.x, point.y) ?? null };
    };
    host.addEventListener("pointermove", (event) => {
      if (event.buttons !== 0) return;
      const { box, point, screen, chip } = boxAt(event);
      host.style.cursor = chip || (box && (this.#hitsToggle(box, point) || this.#hitsRepeatBadge(box, point))) ? "pointer" : "default";
      if (chip) return;
      const edge = box && !box.node.content ? null : (this.#shown?.index.edgeAt(point.x, point.y, 5 / this.#camera.scale) ?? null);
      if (edge || this.#hoveredEdge) this.#layers.invalidate();
      this.#hoveredEdge = edge && { edge, ...screen };
      this.#setHover(box?.node.id ?? null);
    }, signal);
    host.addEventListener("pointerleave", () => {
      this.#hoveredEdge = null;
      this.#setHover(null);
    }, signal);
    host.addEventListener("click", (event) => {
      const { box, point, chip } = boxAt(event);
      if (chip) {
        this.#goTo(chip.target);
        return;
      }
      if (box && this.#hitsToggle(box, point)) {
        this.toggle(box.node.id);
        return;
      }
      if (box && this.#hitsRepeatBadge(box, point)) {
        this.setUnfolded(box.node.path, true);
        return;
      }
      this.#selection = box?.node.id ?? null;
      this.#refresh();
      this.#options.onSelect?.(box && this.item(box.node.id));
      this.#options.onChange?.();
    }, signal);
    host.addEventListener("dblclick", (event) => {
      const { box, point } = boxAt(event);
      if (!box || this.#hitsToggle(box, point)) return;
      if (box.node.expandable) this.toggle(box.node.id);
      else this.#options.onActivate?.(this.item(box.node.id)!);
    }, signal);
    host.addEventListener("contextmenu", (event) => {
      const { box } = boxAt(event);
      this.#options.onContextMenu?.(box && this.item(box.node.id), event.clientX, event.clientY);
    }, signal);
  }

  /** Selects a box as if it were clicked, and brings it into view. */
  #goTo(id: string): void {
    this.select(id);
    this.#options.onSelect?.(this.item(id));
  }

  #setHover(id: string | null): void {
    if (id === this.#hover) return;
    this.#hover = id;
    if (this.#shown) this.#links = this.#visibleLinks();
    this.#layers.invalidate();
    this.#options.onHover?.(id === null ? null : this.item(id));
  }

  /** The sign that opens and closes, with room around it for a finger. */
  #hitsToggle(box: SceneBox, point: { x: number; y: number }): boolean {
    const { toggle } = box.face;
    const reach = Math.min(14, Math.max(10, 10 / this.#camera.scale));
    return toggle !== null && Math.abs(point.x - box.x - toggle.x) <= reach && Math.abs(point.y - box.y - toggle.y) <= reach;
  }

  #hitsRepeatBadge(box: SceneBox, point: { x: number; y: number }): boolean {
    const badge = box.face.badges.find(({ kind }) => kind === "repeated");
    return badge !== undefined && point.x >= box.x + badge.x && point.x <= box.x + badge.x + badge.width && point.y >= box.y + badge.y - 3 && point.y <= box.y + badge.y + 19;
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
    return this.#shown?.items.list(this.#selection) ?? [];
  }

  item(id: string): GraphItem | null {
    return this.#shown?.items.get(id, this.#selection) ?? null;
  }

  neighbours(id: string): Neighbours {
    const shown = this.#shown;
    const box = shown?.scene.byId.get(id);
    if (!shown || !box) return { parent: null, firstChild: null, previous: null, next: null, upstream: [], downstream: [] };
    const parent = shown.scene.parents.get(id) ?? null;
    const siblings = shown.scene.boxes.filter((other) => (shown.scene.parents.get(other.node.id) ?? null) === parent);
    const place = siblings.indexOf(box);
    return {
      parent,
      firstChild: box.node.content?.nodes[0]?.id ?? null,
      previous: siblings[place - 1]?.node.id ?? null,
      next: siblings[place + 1]?.node.id ?? null,
      upstream: shown.flow.next(id, "upstream"),
      downstream: shown.flow.next(id, "downstream"),
    };
  }

  getViewState(): GraphViewState {
    const anchor = this.#cameraTouched ? this.#centralBox() : null;
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
    const failing = shown?.scene.boxes.find((box) => box.node.failure);
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

  // Export

  exportSvg({ background = true }: { readonly background?: boolean } = {}): string {
    if (!this.#shown) return "";
    return sceneToSvg(this.#shown.model, this.#shown.scene, this.#theme, this.#showLinks, background ? this.#theme.background : null);
  }

  async exportPng({ whole = true, pixelRatio = 2 }: { readonly whole?: boolean; readonly pixelRatio?: number } = {}): Promise<Blob> {
    const shown = this.#shown;
    const { k, x, y } = this.#camera.transform;
    const margin = 12;
    const [width, height] = whole && shown ? [shown.scene.width + 2 * margin, shown.scene.height + 2 * margin] : [this.#camera.width, this.#camera.height];
    // Browsers refuse canvases larger than this; a larger picture is drawn smaller.
    const ratio = Math.min(pixelRatio, 16_000 / Math.max(width, height, 1));
    const canvas = new OffscreenCanvas(Math.max(1, Math.ceil(width * ratio)), Math.max(1, Math.ceil(height * ratio)));
    const context = canvas.getContext("2d")!;
    context.fillStyle = this.#theme.background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (shown) {
      const scale = whole ? 1 : k;
      context.setTransform(scale * ratio, 0, 0, scale * ratio, (whole ? margin : x) * ratio, (whole ? margin : y) * ratio);
      const surface = new CanvasSurface(context, this.#theme.fontFamily);
      const look = { ...this.#look, scale: scale * ratio };
      paintScene(surface, shown.scene, shown.scene.boxes, shown.scene.edges, look);
      paintSharedLinks(surface, this.#links, look);
    }
    return canvas.convertToBlob({ type: "image/png" });
  }

  dispose(): void {
    clearTimeout(this.#cameraTimer);
    this.#layoutRun++;
    this.#isLayingOut = false;
    this.#animation = null;
    this.#settle();
    this.#listeners.abort();
    this.#camera.dispose();
    this.#layers.dispose();
    this.#elk.dispose();
  }
}
