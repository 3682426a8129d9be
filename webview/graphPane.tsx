import * as l10n from "@vscode/l10n";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ModelSnapshot } from "../src/protocol/index.js";
import { IconButton } from "./controls.js";
import { GraphView, type GraphViewInterface } from "./graph/index.js";
import type { GraphItem } from "../src/picture/items.js";
import { pictureWords } from "./pictureWords.js";
import { indexOf } from "../src/describe/modelIndex.js";
import { loadLayoutEngine } from "./layoutEngine.js";
import { Outline } from "./outline.js";
import { overlay } from "../src/describe/overlays.js";
import { focusPicture } from "./pictureFocus.js";
import { useSession } from "./pageSession.js";
import { comparedPaths, idOf, type Preferences, rememberedView, selectedOf } from "./state.js";
import { onThemeChange, readTheme } from "./theme.js";
import { visibleItem } from "./visibleItem.js";

export interface GraphPaneProps {
  readonly model: ModelSnapshot;
  readonly file: string;
  /** Paths that match the search; null without one. */
  readonly matches: ReadonlySet<string> | null;
  /** Covered by something else: it keeps its size and place, and takes no focus. */
  readonly hidden: boolean;
  /** The picture while it is mounted. */
  readonly onGraph: (graph: GraphViewInterface | null) => void;
}

/** How long the picture must rest before its arrangement is kept. */
const restMilliseconds = 300;

export function GraphPane({ model, file, matches, hidden, onGraph }: GraphPaneProps) {
  const session = useSession();
  const { page } = session;
  const { preferences } = page.memory;
  const container = useRef<HTMLDivElement>(null);
  const pane = useRef<HTMLDivElement>(null);
  const [graph, setGraph] = useState<GraphViewInterface | null>(null);
  const [arranged, setArranged] = useState(0);
  const [busy, setBusy] = useState(false);
  // The picture calls back long after the render it was made in.
  const latest = useRef({ session, model, file });
  latest.current = { session, model, file };
  const shown = useRef<string | null>(null);
  const revealed = useRef(0);

  useLayoutEffect(() => {
    let resting: ReturnType<typeof setTimeout> | undefined;
    const view: GraphViewInterface = new GraphView(container.current!, {
      theme: readTheme(),
      words: pictureWords(),
      loadLayoutEngine,
      corner: zoomControls,
      onSelect: (item) => latest.current.session.dispatch({ kind: "choose", selected: item && selectedOf(item), reveal: false }),
      onHover: (item) => offerMenu(pane.current!, latest.current.model.name, item),
      onActivate: (item) => reveal(item),
      onBusy: setBusy,
      onChange: () => {
        setArranged((count) => count + 1);
        const { file, model } = latest.current;
        clearTimeout(resting);
        resting = setTimeout(() => {
          if (shown.current === key(file, model)) {
            latest.current.session.dispatch({ kind: "rememberView", file, model: model.name, view: view.getViewState() });
          }
        }, restMilliseconds);
      },
    });
    const stopFollowing = onThemeChange(() => view.setTheme(readTheme()));
    // For diagnosis and tests: `picture.describe()` says everything the canvas shows.
    Object.assign(container.current!, { picture: view });
    setGraph(view);
    onGraph(view);
    return () => {
      clearTimeout(resting);
      stopFollowing();
      onGraph(null);
      view.dispose();
    };
  }, []);

  useEffect(() => {
    if (!graph) return;
    if (shown.current !== key(file, model)) {
      shown.current = key(file, model);
      graph.setModel(null);
      graph.setViewState({ ...(rememberedView(page) ?? untouched), ...arrangement(preferences) });
    }
    graph.setModel(model);
  }, [graph, model, file]);

  useEffect(() => graph?.setDirection(preferences.direction), [graph, preferences.direction]);
  useEffect(() => graph?.setShowSharedLinks(preferences.showSharedLinks), [graph, preferences.showSharedLinks]);
  useEffect(() => graph?.setShowBookkeeping(preferences.showBookkeeping), [graph, preferences.showBookkeeping]);
  useEffect(() => graph?.setLegendVisible(preferences.showLegend), [graph, preferences.showLegend]);
  useEffect(() => graph?.setMinimapVisible(preferences.showMinimap), [graph, preferences.showMinimap]);
  useEffect(() => graph?.setHighlights(matches), [graph, matches]);
  useEffect(
    () => graph?.setOverlay(page.overlay && overlay(page.overlay, indexOf(model), preferences.overlayMark)),
    [graph, page.overlay, preferences.overlayMark, model],
  );
  useEffect(
    () => graph?.setTracedPath(page.tracing ? visibleItem(page.selected, graph, indexOf(model)) : null),
    [graph, page.tracing, page.selected, model, arranged],
  );
  useEffect(() => graph?.setCompared(comparedPaths(page)), [graph, page.compared, page.selected]);
  useEffect(() => {
    if (!graph) return;
    const id = page.selected && idOf(page.selected);
    const reveal = revealed.current !== page.reveals;
    revealed.current = page.reveals;
    if (reveal || graph.selection !== id) graph.select(id, { reveal });
  }, [graph, page.selected, page.reveals]);
  useEffect(() => {
    if (pane.current) offerMenu(pane.current, model.name, page.selected?.kind === "module" ? { kind: "module", path: page.selected.path } : null);
  }, [model.name, page.selected]);

  const reveal = (item: GraphItem) => {
    const { session, model } = latest.current;
    const location = locationOf(model, item);
    if (location) session.act("reveal", { location });
    else session.tell(l10n.t("Where {0} is in the code is not known.", item.label));
  };

  return (
    <div ref={pane} class="graph-pane" inert={hidden} data-layout={busy ? "busy" : "done"}>
      <div class="graph-stage" onClick={focusPicture}>
        <div ref={container} class="graph-canvas" />
        {graph && <Outline graph={graph} model={model} arranged={arranged} onReveal={reveal} />}
      </div>
      {graph && (
        <div class="graph-zoom" role="group" aria-label={l10n.t("Zoom")}>
          <IconButton icon="zoom-in" label={l10n.t("Zoom In (+)")} onClick={() => graph.zoomIn()} />
          <IconButton icon="zoom-out" label={l10n.t("Zoom Out (-)")} onClick={() => graph.zoomOut()} />
          <IconButton icon="screen-full" label={l10n.t("Fit (F)")} onClick={() => graph.fit()} />
        </div>
      )}
    </div>
  );
}

/** The size of `.graph-zoom` with the space around it. */
const zoomControls = { width: 44, height: 106 };

const untouched = { version: 1, expanded: {}, unfolded: [], shown: {}, selection: null, camera: null } as const;

function arrangement({ direction, showSharedLinks, showBookkeeping }: Preferences) {
  return { direction, showSharedLinks, showBookkeeping };
}

function key(file: string, model: ModelSnapshot): string {
  return `${file}\n${model.name}`;
}

function locationOf(model: ModelSnapshot, item: GraphItem) {
  if (item.source?.kind === "operation") return model.trace?.steps[item.source.step]?.location ?? null;
  return item.kind === "module" ? (indexOf(model).module(item.path)?.location ?? null) : null;
}

/** What VS Code offers a context menu for: the item under the pointer, else the selection. */
function offerMenu(pane: HTMLElement, model: string, item: Pick<GraphItem, "kind" | "path"> | null): void {
  pane.dataset.vscodeContext = JSON.stringify({
    webviewSection: item?.kind === "module" ? "module" : "picture",
    model,
    path: item?.path ?? "",
    preventDefaultContextMenuItems: true,
  });
}
