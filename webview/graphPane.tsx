import * as l10n from "@vscode/l10n";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ModelSnapshot } from "../src/protocol/index.js";
import { IconButton } from "./controls.js";
import { GraphView, type GraphViewInterface } from "./graph/index.js";
import type { GraphItem } from "../src/picture/items.js";
import { pictureWords } from "./pictureWords.js";
import { indexOf } from "../src/describe/modelIndex.js";
import { sourceText } from "../src/describe/shapeSource.js";
import { initialState, type PictureState } from "../src/picture/state.js";
import type { Hovered } from "./hovered.js";
import { loadLayoutEngine } from "./layoutEngine.js";
import { Outline } from "./outline.js";
import { focusPicture } from "./pictureFocus.js";
import { useSession } from "./pageSession.js";
import { comparedPaths, idOf, pinnedPaths, type Page, selectedOf, shownView } from "./state.js";
import { onThemeChange, readTheme } from "./theme.js";

export interface GraphPaneProps {
  readonly model: ModelSnapshot;
  readonly file: string;
  /** Paths that match the search; null without one. */
  readonly matches: ReadonlySet<string> | null;
  /** Covered by something else: it keeps its size and place, and takes no focus. */
  readonly hidden: boolean;
  /** Hears what the pointer is on. */
  readonly hovered: Hovered;
  /** The picture while it is mounted. */
  readonly onGraph: (graph: GraphViewInterface | null) => void;
}

export function GraphPane({ model, file, matches, hidden, hovered, onGraph }: GraphPaneProps) {
  const session = useSession();
  const { page } = session;
  const container = useRef<HTMLDivElement>(null);
  const pane = useRef<HTMLDivElement>(null);
  const [graph, setGraph] = useState<GraphViewInterface | null>(null);
  const [arranged, setArranged] = useState(0);
  const [busy, setBusy] = useState(false);
  // The picture calls back long after the render it was made in.
  const latest = useRef({ session, model });
  latest.current = { session, model };
  const [theme, setTheme] = useState(readTheme);

  useLayoutEffect(() => {
    const view: GraphViewInterface = new GraphView(container.current!, {
      words: pictureWords(),
      loadLayoutEngine,
      corner: zoomControls,
      onSelect: (item) => latest.current.session.dispatch({ kind: "choose", selected: item && selectedOf(item), reveal: false }),
      onHover: (item) => {
        offerMenu(pane.current!, latest.current.model.name, item);
        hovered.tell(item?.path ?? null);
      },
      onActivate: (item) => reveal(item),
      onBusy: setBusy,
      onArrange: (arrangement) => latest.current.session.dispatch({ kind: "arrange", arrangement }),
      onCamera: (camera) => latest.current.session.dispatch({ kind: "moveCamera", camera }),
      onChange: () => setArranged((count) => count + 1),
    });
    const stopFollowing = onThemeChange(() => setTheme(readTheme()));
    // For diagnosis and tests: `picture.describe()` says everything the canvas shows.
    Object.assign(container.current!, { picture: view });
    setGraph(view);
    onGraph(view);
    return () => {
      stopFollowing();
      onGraph(null);
      view.dispose();
    };
  }, []);

  // Before the frame is drawn: what the user did in the picture shows in it at once.
  useLayoutEffect(() => graph?.show({ ...pictureOf(page, model, file), theme, matches }), [graph, page, model, file, theme, matches]);
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
      {model.trace && <p class="graph-caption">{sourceText(model.trace)}</p>}
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

/** What the picture shows of the page. */
function pictureOf(page: Page, model: ModelSnapshot, file: string): Omit<PictureState, "theme" | "matches"> {
  const { arrangement, camera } = shownView(page);
  return {
    subject: `${file}\n${model.name}`,
    model,
    findingLevels: page.host?.kind === "file" ? page.host.findingLevels : initialState.findingLevels,
    settings: page.memory.preferences,
    arrangement,
    camera,
    selection: page.selected && { id: idOf(page.selected), path: page.selected.path },
    reveals: page.reveals,
    isTracing: page.tracing,
    compared: comparedPaths(page),
    pinned: pinnedPaths(page, model),
  };
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
