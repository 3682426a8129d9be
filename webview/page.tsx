import * as l10n from "@vscode/l10n";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { commands, perform } from "./commands.js";
import type { TextField } from "./controls.js";
import { parametersText } from "../src/describe/counts.js";
import type { ModelSnapshot, PageState } from "../src/protocol/index.js";
import type { GraphViewInterface } from "./graph/index.js";
import { GraphPane } from "./graphPane.js";
import type { Host } from "./host.js";
import { later } from "./later.js";
import { indexOf } from "../src/describe/modelIndex.js";
import { EmptyScreen, NoPictureScreen, Notices, UntrustedScreen } from "./notices.js";
import { Overview } from "./overview.js";
import { handOnKey } from "./pictureFocus.js";
import { search } from "../src/describe/search.js";
import { type PageSession, PageSessionContext, useSession } from "./pageSession.js";
import { Splitter } from "./splitter.js";
import { type Action, can, shownFindings, shownModel, shownSelection, type Store } from "./state.js";
import { SummaryBar } from "./summaryBar.js";
import { tellSelection } from "./tellSelection.js";
import { Toolbar } from "./toolbar.js";

const Inspector = later(() => import("./inspector/inspector.js").then((module) => module.Inspector));
const SignalPane = later(() => import("./signal/signalPane.js").then((module) => module.SignalPane));
const ParameterTable = later(() => import("./parameterTable.js").then((module) => module.ParameterTable));

export interface PageViewProps {
  readonly store: Store;
  readonly host: Host;
}

interface Message {
  readonly text: string;
  readonly kind: "done" | "problem";
}

/** How long a message in passing stays; a problem stays until the next one or a click. */
const messageMilliseconds = 4000;

/** From this width on the inspector stands beside the picture. */
const wideQuery = "(min-width: 560px)";

export function PageView({ store, host }: PageViewProps) {
  const [page, setPage] = useState(store.page);
  const [message, setMessage] = useState<Message | null>(null);
  const [announcement, setAnnouncement] = useState("");
  useEffect(() => {
    setPage(store.page);
    return store.subscribe(setPage);
  }, [store]);
  useEffect(() => {
    if (message?.kind !== "done") return;
    const timer = setTimeout(() => setMessage(null), messageMilliseconds);
    return () => clearTimeout(timer);
  }, [message]);

  const session = useMemo((): PageSession => {
    const tell: PageSession["tell"] = (text, kind = "done") => setMessage({ text, kind });
    const request: PageSession["request"] = (method, params, asking) => host.request(method, params, asking);
    const act: PageSession["act"] = (method, params, asking) => {
      request(method, params, asking).catch((error: Error) => tell(error.message, "problem"));
    };
    const dispatch = (action: Action) => {
      const before = shownSelection(store.page);
      store.dispatch(action);
      tellSelection(host, before, store.page, true);
    };
    return { page, can: (capability) => can(page, capability), request, act, dispatch, tell, announce: setAnnouncement };
  }, [page, host, store]);

  const { trouble } = page;
  const shown: Message | null = trouble === null ? message : { text: trouble, kind: "problem" };
  const dismiss = () => (trouble === null ? setMessage(null) : store.dispatch({ kind: "damaged", what: null }));
  return (
    <PageSessionContext.Provider value={session}>
      <Content />
      {shown && (
        <button type="button" class={`message ${shown.kind}`} title={l10n.t("Dismiss")} onClick={dismiss}>
          {shown.text}
        </button>
      )}
      <div class="visually-hidden" aria-live="polite">
        {shown?.text ?? announcement}
      </div>
    </PageSessionContext.Provider>
  );
}

function Content() {
  const session = useSession();
  const { page, dispatch } = session;
  const model = shownModel(page);
  const wide = useMedia(wideQuery);
  const [modelInspected, setModelInspected] = useState(false);
  const [graph, setGraph] = useState<GraphViewInterface | null>(null);
  const searchField = useRef<TextField>(null);
  const [searching, setSearching] = useState(false);
  const openSearch = (open: boolean) => {
    setSearching(open);
    if (!open) dispatch({ kind: "search", query: "" });
    else searchField.current?.focus();
  };
  // Where it had to be made first. What is typed right after "/" is for the search.
  useLayoutEffect(() => {
    if (searching) searchField.current?.focus();
  }, [searching]);
  const onGraph = useCallback((view: GraphViewInterface | null) => setGraph(view), []);
  const results = useMemo(() => (model ? search(page.query, indexOf(model), shownFindings(page, model)) : nothing), [page.query, model, page.host]);
  const matches = useMemo(() => (page.query.trim() === "" || results.error ? null : new Set(results.paths)), [page.query, results]);

  // On the window: the keys work wherever the focus is, on nothing too.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || isTyping(event)) return;
      if (handOnKey(event)) return event.preventDefault();
      if (event.altKey) return;
      // Caps Lock makes it a capital.
      const key = event.key.toLowerCase();
      if (key === "/") openSearch(true);
      else if (key === "f") perform("fit", session, graph);
      else if (key === "t") perform("trace", session, graph);
      else if (key === "?") session.act("showKeys", null);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [graph, session]);

  // What a command of the editor asks for.
  useEffect(() => {
    if (page.asked) perform(page.asked.action, session, graph);
  }, [page.asked]);

  const activity = page.host?.kind === "file" ? page.host.activity : "idle";
  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && activity === "idle" && page.host?.kind === "file") session.announce(outcomeText(page.host, model));
    wasBusy.current = activity !== "idle";
  }, [activity]);

  // Where a command of the editor had it measured, that is what is to be seen.
  const measured = useRef(model?.signal ?? null);
  useEffect(() => {
    const signal = model?.signal ?? null;
    if (signal !== null && measured.current === null) dispatch({ kind: "prefer", preferences: { signalOpen: true } });
    measured.current = signal;
  }, [model?.signal]);

  if (page.host === null) return null;
  if (page.host.kind === "empty") return <EmptyScreen />;
  if (page.host.kind === "untrusted") return <UntrustedScreen />;
  if (!model) return <NoPictureScreen state={page.host} />;

  const { inspectorOpen, inspectorShare, signalOpen } = page.memory.preferences;
  const shape = wide ? "wide" : "narrow";
  const share = inspectorShare[shape];
  // In a sidebar the inspector has the picture's room only for what the user asked about.
  const summarizes = inspectorOpen && !wide && page.selected === null && !modelInspected;
  const inspects = inspectorOpen && !summarizes;
  const closeInspector = () => {
    setModelInspected(false);
    if (wide || page.selected !== null) dispatch({ kind: "prefer", preferences: { inspectorOpen: false } });
  };
  return (
    <div class="page">
      <Toolbar commands={commands(session, graph, model)} results={results} searchField={searchField} searching={searching} onSearch={openSearch} />
      <Notices state={page.host} model={model} />
      <div class={`panes ${shape}`}>
        <main class="content" style={{ flexGrow: inspects ? 1 - share : 1 }}>
          <GraphPane model={model} file={page.host.file} matches={matches} hidden={page.tab !== "graph"} onGraph={onGraph} />
          {page.tab === "parameters" && <ParameterTable model={model} />}
          {signalOpen && page.tab === "graph" && <SignalPane model={model} />}
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
            <div class="side" style={{ flexGrow: share }}>
              <Inspector model={model} graph={graph} focused={modelInspected} onClose={closeInspector} />
            </div>
          </>
        )}
      </div>
    </div>
  );
}

/** What a run or a request came to, for who does not see it. */
function outcomeText({ lastRun }: Extract<PageState, { readonly kind: "file" }>, model: ModelSnapshot | null): string {
  if (lastRun.kind === "failed") return l10n.t("The run did not come to its end: {0}", lastRun.failure.message);
  if (!model) return l10n.t("The file ran, and no model was alive at its end.");
  return l10n.t("{0} is up to date: {1}.", model.name, parametersText(model.totals.parameters));
}

const nothing = { paths: [], error: null } as const;

function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
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
