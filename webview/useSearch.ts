import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";
import { indexOf } from "../src/describe/modelIndex.js";
import { search } from "../src/describe/search.js";
import type { ModelSnapshot } from "../src/protocol/index.js";
import type { TextField } from "./controls.js";
import type { PageSession } from "./pageSession.js";
import type { SearchResults } from "./searchBox.js";
import { shownFindings } from "./state.js";

export interface Search {
  readonly results: SearchResults;
  /** Paths that match; null without a search that can be understood. */
  readonly matches: ReadonlySet<string> | null;
  readonly searchField: RefObject<TextField | null>;
  /** Whether its field is shown where it has no room of its own. */
  readonly searching: boolean;
  readonly onSearch: (open: boolean) => void;
  readonly open: () => void;
}

const nothing = { paths: [], error: null } as const;

/** The search in the shown model, and its field. */
export function useSearch({ page, dispatch }: PageSession, model: ModelSnapshot | null): Search {
  const searchField = useRef<TextField>(null);
  const [searching, setSearching] = useState(false);
  const onSearch = (open: boolean) => {
    setSearching(open);
    if (!open) dispatch({ kind: "search", query: "" });
    else searchField.current?.focus();
  };
  // Where it had to be made first. What is typed right after "/" is for the search.
  useLayoutEffect(() => {
    if (searching) searchField.current?.focus();
  }, [searching]);
  const results = useMemo(() => (model ? search(page.query, indexOf(model), shownFindings(page, model)) : nothing), [page.query, model, page.host]);
  const matches = useMemo(() => (page.query.trim() === "" || results.error ? null : new Set(results.paths)), [page.query, results]);
  return { results, matches, searchField, searching, onSearch, open: () => onSearch(true) };
}
