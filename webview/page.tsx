import * as l10n from "@vscode/l10n";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { useAnnouncedOutcome } from "./announcedOutcome.js";
import { commands, perform } from "./commands.js";
import type { GraphViewInterface } from "./graph/index.js";
import type { Host } from "./host.js";
import { InTabScreen } from "./inTabScreen.js";
import { EmptyScreen, NoPictureScreen, Notices, UntrustedScreen } from "./notices.js";
import { usePageKeys } from "./pageKeys.js";
import { type PageSession, PageSessionContext, useSession } from "./pageSession.js";
import { Panes, useRunningTraining, useShownSignal } from "./panes.js";
import { type Action, can, shownModel, shownSelection, type Store } from "./state.js";
import { tellSelection } from "./tellSelection.js";
import { Toolbar } from "./toolbar.js";
import { useSearch } from "./useSearch.js";

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
  const [graph, setGraph] = useState<GraphViewInterface | null>(null);
  const onGraph = useCallback((view: GraphViewInterface | null) => setGraph(view), []);
  const search = useSearch(session, model);
  usePageKeys(session, graph, search.open);
  useAnnouncedOutcome(session, model);
  useShownSignal(session, model);
  useRunningTraining(session, model);

  // What a command of the editor asks for.
  useEffect(() => {
    if (page.asked) perform(page.asked.action, session, graph, search.open);
  }, [page.asked]);

  if (page.host === null) return null;
  if (page.host.kind === "empty") return <EmptyScreen />;
  if (page.host.kind === "untrusted") return <UntrustedScreen />;
  if (!model) return <NoPictureScreen state={page.host} />;
  if (page.host.isInTab && !page.showsHere) return <InTabScreen model={model} onShow={() => dispatch({ kind: "showHere" })} />;
  return (
    <div class="page">
      <Toolbar commands={commands(session, graph, model)} {...search} />
      <Notices state={page.host} model={model} />
      <Panes model={model} file={page.host.file} matches={search.matches} graph={graph} onGraph={onGraph} />
    </div>
  );
}
