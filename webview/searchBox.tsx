import * as l10n from "@vscode/l10n";
import type { Ref } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { IconButton, Link, TextInput, type TextField } from "./controls.js";
import { focusPicture } from "./pictureFocus.js";
import type { QueryError } from "../src/describe/search.js";
import { useSession } from "./pageSession.js";
import { countText, explain } from "./queryWords.js";
import { useWidth } from "./width.js";

export interface SearchResults {
  readonly paths: readonly string[];
  readonly error: QueryError | null;
}

export interface SearchBoxProps {
  readonly results: SearchResults;
  readonly field: Ref<TextField>;
  /** The search is ended. */
  readonly onClose: () => void;
}

/** From this width on the placeholder has room for examples. */
const roomy = 260;

/** Finds modules; Enter and Shift+Enter step through what matches, Escape ends the search. */
export function SearchBox({ results, field, onClose }: SearchBoxProps) {
  const { page, dispatch, announce } = useSession();
  const { paths, error } = results;
  const element = useRef<HTMLDivElement>(null);
  const width = useWidth(element);
  const searching = page.query.trim() !== "";
  // The step goes on from what is selected, wherever the selection came from.
  const at = page.selected?.kind === "module" ? paths.indexOf(page.selected.path) : -1;

  useEffect(() => {
    if (!searching) return;
    announce(error ? explain(error) : countText(paths.length));
    return () => announce("");
  }, [page.query, paths.length]);

  const search = (query: string) => dispatch({ kind: "search", query });
  const step = (by: 1 | -1) => {
    if (paths.length === 0) return;
    const next = at < 0 ? (by > 0 ? 0 : paths.length - 1) : (at + by + paths.length) % paths.length;
    dispatch({ kind: "choose", selected: { kind: "module", path: paths[next]! }, reveal: true });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") {
      search("");
      onClose();
      focusPicture();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div ref={element} class="search-box" role="search">
      <TextInput
        field={field}
        icon="search"
        label={l10n.t("Search modules")}
        placeholder={width >= roomy ? l10n.t("Search: Linear, 8x4, params>1M") : l10n.t("Search")}
        value={page.query}
        onInput={search}
        onKeyDown={onKeyDown}
      >
        {searching && (
          <>
            <span class={error || paths.length === 0 ? "search-count nothing" : "search-count"}>
              {error ? l10n.t("?") : at < 0 ? String(paths.length) : `${at + 1}/${paths.length}`}
            </span>
            <IconButton icon="chevron-up" label={l10n.t("Previous match (Shift+Enter)")} disabled={paths.length === 0} onClick={() => step(-1)} />
            <IconButton icon="chevron-down" label={l10n.t("Next match (Enter)")} disabled={paths.length === 0} onClick={() => step(1)} />
            <IconButton icon="close" label={l10n.t("End the search (Escape)")} onClick={() => (search(""), onClose())} />
          </>
        )}
      </TextInput>
      {searching && (error || paths.length === 0) && (
        <div class="search-help">
          {error ? explain(error) : l10n.t("No module matches.")} {l10n.t("Search a name, path, type, shape or dtype, or try:")}
          <div class="search-examples">
            {examples.map((example) => (
              <Link key={example} onClick={() => search(example)}>
                {example}
              </Link>
            ))}
          </div>
          <Link onClick={() => search("")}>{l10n.t("Clear")}</Link>
        </div>
      )}
    </div>
  );
}

const examples = ["type:Conv2d", "shape:8x4", "64x*", "params>1M", "std<0.01", "shared", "frozen", "unused", "finding:nan", "finding:never-called"];
