import * as l10n from "@vscode/l10n";
import { Fragment, type Ref } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Command } from "./commands.js";
import { Dropdown, IconButton, type TextField } from "./controls.js";
import { Menu, type MenuItem } from "./menu.js";
import { SearchBox, type SearchResults } from "./searchBox.js";
import { useSession } from "./pageSession.js";
import { models } from "./state.js";
import { useWidth } from "./width.js";

export interface ToolbarProps {
  /** In order of importance: those that find no room go into the menu at the end. */
  readonly commands: readonly Command[];
  readonly results: SearchResults;
  readonly searchField: Ref<TextField>;
}

const buttonWidth = 26;
const separatorWidth = 9;
const pickerWidth = 120;
const searchWidth = 200;
const padding = 20;
/** Below this the search box has a row of its own. */
const oneRow = 640;
/** Buttons that are shown however narrow it is. */
const fewest = 3;

/** The commands whose buttons find room beside the model picker (and the search box, in one row) and the menu button. */
function fittingCommands(commands: readonly Command[], width: number): readonly Command[] {
  const room = width - padding - pickerWidth - (width >= oneRow ? searchWidth : 0);
  const ends = commands.map(
    ({ group }, at) =>
      (at + 1) * buttonWidth +
      separatorWidth *
        new Set(
          commands
            .slice(0, at)
            .map((each) => each.group)
            .concat(group),
        ).size,
  );
  // The menu button's own place serves the last command when nothing else is left over.
  const count = ends.filter((end, at) => end + (at === commands.length - 1 ? 0 : buttonWidth) <= room).length;
  return commands.slice(0, Math.max(fewest, count));
}

interface OpenMenu {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly anchor: HTMLElement;
}

export function Toolbar({ commands, results, searchField }: ToolbarProps) {
  const element = useRef<HTMLDivElement>(null);
  const width = useWidth(element);
  const [menu, setMenu] = useState<OpenMenu | null>(null);

  const shown = fittingCommands(commands, width);
  const rest = commands.slice(shown.length);

  // The press that would open a menu again has just closed it.
  const open = (wanted: OpenMenu) => setMenu(menu?.anchor === wanted.anchor && menu.label === wanted.label ? null : wanted);
  const run = (command: Command, anchor: HTMLElement) => {
    if ("run" in command) command.run();
    else open({ label: command.label, items: command.choices(), anchor });
  };
  const openRest = (anchor: HTMLElement) => {
    const items = rest.flatMap((command, at): MenuItem[] => {
      const { icon, label, checked, disabled } = command;
      const item: MenuItem =
        "run" in command
          ? { kind: "action", icon, label, checked, disabled, run: command.run }
          : { kind: "action", icon, label: l10n.t("{0}…", label), disabled, run: () => run(command, anchor) };
      return beginsGroup(rest, at) ? [{ kind: "separator" }, item] : [item];
    });
    open({ label: l10n.t("More Actions"), items, anchor });
  };

  return (
    <div ref={element} class={width >= oneRow ? "toolbar one-row" : "toolbar"} role="group" aria-label={l10n.t("Model")}>
      <ModelPicker />
      <div class="toolbar-buttons">
        {shown.map((command, at) => (
          <Fragment key={command.id}>
            {beginsGroup(shown, at) && <span class="toolbar-separator" aria-hidden="true" />}
            <IconButton
              icon={command.icon}
              label={command.label}
              pressed={command.checked}
              expanded={"choices" in command ? menu?.label === command.label : undefined}
              disabled={command.disabled}
              onClick={(event) => run(command, event.currentTarget as HTMLElement)}
            />
          </Fragment>
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

function beginsGroup(commands: readonly Command[], at: number): boolean {
  return at > 0 && commands[at - 1]!.group !== commands[at]!.group;
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
