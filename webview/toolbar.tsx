import "./toolbar.css";
import * as l10n from "@vscode/l10n";
import type { Ref } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Command } from "./commands.js";
import { Dropdown, IconButton, type TextField } from "./controls.js";
import { Menu, type MenuItem } from "./menu.js";
import { SearchBox, type SearchResults } from "./searchBox.js";
import { useSession } from "./session.js";
import { models } from "./state.js";

export interface ToolbarProps {
  /** In order of importance: those that find no room go into the menu at the end. */
  readonly commands: readonly Command[];
  readonly results: SearchResults;
  readonly searchField: Ref<TextField>;
}

const buttonWidth = 26;
const pickerWidth = 120;
const searchWidth = 230;
/** Below this the search box has a row of its own. */
const oneRow = 640;

/** How many buttons find room beside the model picker (and the search box, in one row) and the menu button. */
export function roomForButtons(width: number): number {
  const taken = pickerWidth + buttonWidth + (width >= oneRow ? searchWidth + 40 : 0) + 20;
  return Math.max(3, Math.floor((width - taken) / buttonWidth));
}

interface OpenMenu {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly anchor: HTMLElement;
}

export function Toolbar({ commands, results, searchField }: ToolbarProps) {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [menu, setMenu] = useState<OpenMenu | null>(null);

  useLayoutEffect(() => {
    const toolbar = element.current!;
    setWidth(toolbar.clientWidth);
    const observer = new ResizeObserver(() => setWidth(toolbar.clientWidth));
    observer.observe(toolbar);
    return () => observer.disconnect();
  }, []);

  const room = roomForButtons(width);
  // The menu button's own place serves the last command when nothing else is left over.
  const shown = commands.length <= room + 1 ? commands : commands.slice(0, room);
  const rest = commands.slice(shown.length);

  // The press that would open a menu again has just closed it.
  const open = (wanted: OpenMenu) => setMenu(menu?.anchor === wanted.anchor && menu.label === wanted.label ? null : wanted);
  const run = (command: Command, anchor: HTMLElement) => {
    if ("run" in command) command.run();
    else open({ label: command.label, items: command.choices(), anchor });
  };
  const openRest = (anchor: HTMLElement) => {
    const items = rest.map((command): MenuItem => {
      const { icon, label, checked, disabled } = command;
      return "run" in command
        ? { kind: "action", icon, label, checked, disabled, run: command.run }
        : { kind: "action", icon, label: l10n.t("{0}…", label), disabled, run: () => run(command, anchor) };
    });
    open({ label: l10n.t("More Actions"), items, anchor });
  };

  return (
    <div ref={element} class={width >= oneRow ? "toolbar one-row" : "toolbar"} role="group" aria-label={l10n.t("Model")}>
      <ModelPicker />
      <div class="toolbar-buttons">
        {shown.map((command) => (
          <IconButton
            key={command.id}
            icon={command.icon}
            label={command.label}
            pressed={command.checked}
            expanded={"choices" in command ? menu?.label === command.label : undefined}
            disabled={command.disabled}
            onClick={(event) => run(command, event.currentTarget as HTMLElement)}
          />
        ))}
        {rest.length > 0 && (
          <IconButton
            icon="ellipsis"
            label={l10n.t("More Actions")}
            expanded={menu?.label === l10n.t("More Actions")}
            onClick={(event) => openRest(event.currentTarget as HTMLElement)}
          />
        )}
      </div>
      <SearchBox results={results} field={searchField} />
      {menu && <Menu key={menu.label} {...menu} onClose={() => setMenu(null)} />}
    </div>
  );
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
