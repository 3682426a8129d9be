import * as l10n from "@vscode/l10n";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ModelSnapshot } from "../src/protocol/index.js";
import type { GraphViewInterface } from "./graph/index.js";
import { GraphPane } from "./graphPane.js";
import { Hovered } from "./hovered.js";
import { later } from "./later.js";
import { Overview } from "./overview.js";
import { type PageSession, useSession } from "./pageSession.js";
import { Splitter } from "./splitter.js";
import { runningTraining } from "./state.js";
import { SummaryBar } from "./summaryBar.js";

const Inspector = later(() => import("./inspector/inspector.js").then((module) => module.Inspector));
const SignalPane = later(() => import("./signal/signalPane.js").then((module) => module.SignalPane));
const ParameterTable = later(() => import("./parameterTable.js").then((module) => module.ParameterTable));

/** From this width on the inspector stands beside the picture. */
const wideQuery = "(min-width: 560px)";

// Where it is part of the first view, it comes while the host is asked for what to show.
if (matchMedia(wideQuery).matches) Inspector.load();

interface PanesProps {
  readonly model: ModelSnapshot;
  readonly file: string;
  readonly matches: ReadonlySet<string> | null;
  readonly graph: GraphViewInterface | null;
  readonly onGraph: (graph: GraphViewInterface | null) => void;
}

/** The picture or the table, and beside or beneath it what is known of the selection, or of the model in a few lines. */
export function Panes({ model, file, matches, graph, onGraph }: PanesProps) {
  const { page, dispatch } = useSession();
  const wide = useMedia(wideQuery);
  const [modelInspected, setModelInspected] = useState(false);
  const [hovered] = useState(() => new Hovered());
  // The first selection finds it there.
  useEffect(() => {
    const waiting = requestIdleCallback(() => Inspector.load());
    return () => cancelIdleCallback(waiting);
  }, []);
  const { inspectorOpen, inspectorShare, signalOpen } = page.memory.preferences;
  const shape = wide ? "wide" : "narrow";
  const chosen = inspectorShare[shape];
  // Three share a narrow view while a signal is looked at.
  const isShared = !wide && signalOpen && page.tab === "graph";
  const share = chosen ?? (isShared ? 0.34 : 0.45);
  // In a sidebar the inspector has the picture's room only for what the user asked about.
  const summarizesModel = inspectorOpen && !wide && page.selected === null && !modelInspected;
  // An empty place would stand there meanwhile. Beside the picture it is kept, for the picture to be fitted to what it will have.
  const isThere = Inspector.useIsThere(inspectorOpen && !summarizesModel);
  const inspects = inspectorOpen && !summarizesModel && (wide || isThere);
  const summarizes = inspectorOpen && !wide && !inspects;
  const closeInspector = () => {
    setModelInspected(false);
    if (wide || page.selected !== null) dispatch({ kind: "prefer", preferences: { inspectorOpen: false } });
  };
  return (
    <div class={`panes ${shape}`}>
      <main class="content" style={{ flexGrow: inspects ? 1 - share : 1 }}>
        <GraphPane model={model} file={file} matches={matches} hidden={page.tab !== "graph"} hovered={hovered} onGraph={onGraph} />
        {page.tab === "parameters" && <ParameterTable model={model} />}
        {signalOpen && page.tab === "graph" && <SignalPane model={model} graph={graph} hovered={hovered} />}
      </main>
      {summarizes && <Overview model={model} />}
      {summarizes && <SummaryBar model={model} onOpen={() => setModelInspected(true)} />}
      {inspects && (
        <>
          <Splitter
            label={l10n.t("Size of the inspector")}
            orientation={wide ? "vertical" : "horizontal"}
            share={share}
            onChange={(wanted) => dispatch({ kind: "prefer", preferences: { inspectorShare: { ...inspectorShare, [shape]: wanted } } })}
          />
          <div class={chosen === null && !isShared ? "side roomy" : "side"} style={{ flexGrow: share }}>
            {isThere ? <Inspector model={model} graph={graph} focused={modelInspected} onClose={closeInspector} /> : <Overview model={model} />}
          </div>
        </>
      )}
    </div>
  );
}

/** Where a command of the editor had the signal measured, that is what is to be seen. */
export function useShownSignal({ dispatch }: PageSession, model: ModelSnapshot | null): void {
  const measured = useRef(model?.signal ?? null);
  useEffect(() => {
    const signal = model?.signal ?? null;
    if (signal !== null && measured.current === null) dispatch({ kind: "prefer", preferences: { signalOpen: true } });
    measured.current = signal;
  }, [model?.signal]);
}

/** Where a run that may take as long as it likes trains the model, its curves are what is to be seen. */
export function useRunningTraining({ page, dispatch }: PageSession, model: ModelSnapshot | null): void {
  const trains = page.host?.kind === "file" && page.host.timeLimit === null && model !== null && runningTraining(page, model) !== null;
  useEffect(() => {
    if (trains) dispatch({ kind: "perform", action: "training" });
  }, [trains]);
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const follow = () => setMatches(list.matches);
    follow();
    list.addEventListener("change", follow);
    return () => list.removeEventListener("change", follow);
  }, [query]);
  return matches;
}
