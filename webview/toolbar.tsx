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

export function Toolbar({ commands, results, searchField }: ToolbarProps) {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [menuAnchor, setMenuAnchor] = useState<HTMLElement | null>(null);

  useLayoutEffect(() => {
    const toolbar = element.current!;
    setWidth(toolbar.clientWidth);
    const observer = new ResizeObserver(() => setWidth(toolbar.clientWidth));
    observer.observe(toolbar);
    return () => observer.disconnect();
  }, []);

  const buttons = commands.filter((command) => command.icon !== undefined).slice(0, roomForButtons(width));
  const rest = commands.filter((command) => !buttons.includes(command));

  return (
    <div ref={element} class={width >= oneRow ? "toolbar one-row" : "toolbar"} role="toolbar" aria-label={l10n.t("Model")}>
      <ModelPicker />
      <div class="toolbar-buttons">
        {buttons.map((command) => (
          <IconButton
            key={command.id}
            icon={command.icon!}
            label={command.shortcut ? `${command.label} (${command.shortcut})` : command.label}
            pressed={command.checked}
            disabled={command.disabled}
            onClick={command.run}
          />
        ))}
        {rest.length > 0 && (
          <IconButton
            icon="ellipsis"
            label={l10n.t("More Actions")}
            expanded={menuAnchor !== null}
            onClick={(event) => setMenuAnchor(event.currentTarget as HTMLElement)}
          />
        )}
      </div>
      <SearchBox results={results} field={searchField} />
      {menuAnchor && <Menu label={l10n.t("More Actions")} items={menuItems(rest)} anchor={menuAnchor} onClose={() => setMenuAnchor(null)} />}
    </div>
  );
}

function menuItems(commands: readonly Command[]): MenuItem[] {
  return commands.flatMap((command, at): MenuItem[] => {
    const item: MenuItem = { kind: "action", ...command };
    return at > 0 && command.group !== commands[at - 1]!.group ? [{ kind: "separator" }, item] : [item];
  });
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
