import { useEffect } from "preact/hooks";
import { perform } from "./commands.js";
import type { GraphViewInterface } from "./graph/index.js";
import type { PageSession } from "./pageSession.js";
import { handOnKey } from "./pictureFocus.js";

/** The keys of the page. On the window: they work wherever the focus is, on nothing too. */
export function usePageKeys(session: PageSession, graph: GraphViewInterface | null, openSearch: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || isTyping(event)) return;
      if (handOnKey(event)) return event.preventDefault();
      if (event.altKey) return;
      // Caps Lock makes it a capital.
      const key = event.key.toLowerCase();
      if (key === "/") perform("search", session, graph, openSearch);
      else if (key === "f") perform("fit", session, graph, openSearch);
      else if (key === "t") perform("trace", session, graph, openSearch);
      else if (key === "?") session.act("showKeys", null);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [graph, session]);
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
}
