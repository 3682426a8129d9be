import * as l10n from "@vscode/l10n";
import { type Ref, type RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ToolbarCommands } from "./commands.js";
import { Dropdown, IconButton, type TextField } from "./controls.js";
import { Menu, type MenuItem } from "./menu.js";
import { SearchBox, type SearchResults } from "./searchBox.js";
import { useSession } from "./pageSession.js";
import { models } from "./state.js";
import { useWidth } from "./width.js";

export interface ToolbarProps {
  readonly commands: ToolbarCommands;
  readonly results: SearchResults;
  readonly searchField: Ref<TextField>;
  /** Whether the search box is shown where it has no room of its own. */
  readonly searching: boolean;
  readonly onSearch: (open: boolean) => void;
}

/** From these widths on, in pixels: one row for all; the menus by their names; the search box without being asked for; words on the tabs. */
const widths = { oneRow: 640, menus: 520, search: 400, words: 330 };

interface OpenMenu {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly anchor: HTMLElement;
}

/** What is shown, and of which model; nothing in it moves when the state of the page changes. */
export function Toolbar({ commands: { run, menus }, results, searchField, searching, onSearch }: ToolbarProps) {
  const { page, dispatch } = useSession();
  const element = useRef<HTMLDivElement>(null);
  const buttons = useRef<HTMLDivElement>(null);
  const width = useWidth(element);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const onKeyDown = useOneTabStop(buttons);

  // The press that would open a menu again has just closed it.
  const open = (wanted: OpenMenu) => setMenu(menu?.anchor === wanted.anchor && menu.label === wanted.label ? null : wanted);
  const more = l10n.t("More Actions");
  // What a command of the editor asks for.
  const asked = useRef(page.asked);
  useEffect(() => {
    const wanted = page.asked === asked.current ? undefined : menus.find(({ action }) => action === page.asked?.action);
    asked.current = page.asked;
    const all = [...(buttons.current?.querySelectorAll<HTMLElement>(".icon-button") ?? [])];
    const anchor = wanted && (all.find((button) => button.getAttribute("aria-label") === wanted.label) ?? all.at(-1));
    if (anchor) setMenu({ label: wanted.label, items: wanted.items(), anchor });
  }, [page.asked]);
  const openMore = (anchor: HTMLElement) => {
    const items = menus.map(
      ({ label, items: choices }): MenuItem => ({ kind: "action", label: l10n.t("{0}…", label), run: () => open({ label, items: choices(), anchor }) }),
    );
    open({ label: more, items, anchor });
  };
  const tab = (id: typeof page.tab, icon: string, text: string) => (
    <IconButton
      {...(width >= widths.words ? { text } : { icon })}
      label={text}
      pressed={page.tab === id}
      onClick={() => dispatch({ kind: "openTab", tab: id })}
    />
  );
  const showsSearch = width >= widths.search || searching || page.query.trim() !== "";

  return (
    <div ref={element} class={width >= widths.oneRow ? "toolbar one-row" : "toolbar"}>
      <ModelPicker />
      <div ref={buttons} class="toolbar-buttons" role="toolbar" aria-label={l10n.t("Model")} onKeyDown={onKeyDown}>
        {run && <IconButton icon={run.icon} label={run.label} disabled={run.disabled} onClick={run.run} />}
        <span class="toolbar-tabs">
          {tab("graph", "type-hierarchy-sub", l10n.t("Graph"))}
          {tab("parameters", "table", l10n.t("Parameters"))}
        </span>
        {width < widths.search && <IconButton icon="search" label={l10n.t("Search (/)")} pressed={showsSearch} onClick={() => onSearch(!showsSearch)} />}
        {width >= widths.menus ? (
          menus.map(({ label, items }) => (
            <IconButton
              key={label}
              text={label}
              label={label}
              expanded={menu?.label === label}
              onClick={(event) => open({ label, items: items(), anchor: event.currentTarget as HTMLElement })}
            />
          ))
        ) : (
          <IconButton icon="ellipsis" label={more} expanded={menu?.label === more} onClick={(event) => openMore(event.currentTarget as HTMLElement)} />
        )}
      </div>
      {showsSearch && <SearchBox results={results} field={searchField} onClose={() => onSearch(false)} />}
      {menu && <Menu key={menu.label} {...menu} onClose={() => setMenu(null)} />}
    </div>
  );
}

/** Makes the buttons of a toolbar one tab stop, with arrows from one to the next; gives the handler of its keys. */
function useOneTabStop(toolbar: RefObject<HTMLElement | null>): (event: KeyboardEvent) => void {
  const at = useRef(0);
  const stops = () => [...(toolbar.current?.querySelectorAll<HTMLElement>(".icon-button") ?? [])].filter((button) => !button.hasAttribute("disabled"));
  const mark = (buttons: readonly HTMLElement[]) => {
    at.current = Math.max(0, Math.min(at.current, buttons.length - 1));
    for (const [place, button] of buttons.entries()) button.tabIndex = place === at.current ? 0 : -1;
  };
  useLayoutEffect(() => mark(stops()));
  return (event) => {
    const buttons = stops();
    const from = Math.max(0, buttons.indexOf(document.activeElement as HTMLElement));
    const to = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined || buttons.length === 0) return;
    at.current = (to + buttons.length) % buttons.length;
    mark(buttons);
    buttons[at.current]!.focus();
    event.preventDefault();
    event.stopPropagation();
  };
}

function ModelPicker() {
  const { page, dispatch } = useSession();
  const all = models(page);
  if (all.length < 2) {
    return (
      <span class="model-name" title={all[0]?.name}>
        {all[0]?.name ?? ""}
      </span>
    );
  }
  return (
    <div class="model-picker">
      <Dropdown
        label={l10n.t("Model")}
        value={page.model ?? ""}
        choices={all.map(({ name }) => ({ value: name, text: name }))}
        onChoose={(model) => dispatch({ kind: "chooseModel", model })}
      />
    </div>
  );
}
