import * as l10n from "@vscode/l10n";
import type { ModelSnapshot } from "../src/protocol/index.js";
import type { GraphViewInterface } from "./graph/index.js";
import type { MenuItem } from "./menu.js";
import type { PictureSettings } from "../src/picture/state.js";
import { type ModelIndex, indexOf } from "../src/describe/modelIndex.js";
import { overlay, overlayIds, overlayTitle, type OverlayId } from "../src/describe/overlays.js";
import type { PageSession } from "./pageSession.js";
import { idOf, isBusy, type Preferences, shownModel } from "./state.js";

/** Something the user can do from the toolbar or its menu. */
export type Command = {
  readonly id: string;
  /** What it does, roughly: commands of a group stand together. */
  readonly group: "run" | "change" | "view" | "save";
  readonly label: string;
  /** A codicon's name. */
  readonly icon: string;
  readonly checked?: boolean;
  readonly disabled?: boolean;
} & (
  | { readonly run: () => void }
  /** What it opens a menu of. */
  | { readonly choices: () => readonly MenuItem[] }
);

/** Every command in the present state, the most used first. */
export function commands(session: PageSession, graph: GraphViewInterface | null): readonly Command[] {
  const { page, can, act, dispatch } = session;
  if (page.host?.kind !== "file") return [];
  const model = shownModel(page);
  const busy = isBusy(page);
  const run: Command | false = busy
    ? can("stop") && { id: "stop", group: "run", icon: "debug-stop", label: l10n.t("Stop"), run: () => act("stop", null) }
    : can("run") && { id: "run", group: "run", icon: "play", label: l10n.t("Run Model File"), run: () => act("run", null) };
  if (!model) return run ? [run] : [];

  const path = page.selected?.path ?? "";
  const { inspectorOpen } = page.memory.preferences;
  const inEditor = document.documentElement.dataset.placement === "editor";
  const found: (Command | false)[] = [
    run,
    can("forward") && {
      id: "forward",
      group: "run",
      icon: "debug-continue",
      label: l10n.t("Run Forward…"),
      disabled: busy || !model.hasForward,
      run: () => act("chooseForward", { model: model.name }),
    },
    can("reinitialize") && {
      id: "reinitialize",
      group: "change",
      icon: "refresh",
      label: path === "" ? l10n.t("Reinitialize Model…") : l10n.t("Reinitialize {0}…", path),
      disabled: busy,
      run: () => act("chooseReinitialize", { model: model.name, path }),
    },
    can("undoReinitialize") && {
      id: "undo",
      group: "change",
      icon: "discard",
      label: l10n.t("Undo Reinitialization"),
      disabled: busy || model.undoDepth === 0,
      run: () => act("undoReinitialize", { model: model.name }),
    },
    can("showSignal") && {
      id: "signal",
      group: "view",
      icon: "pulse",
      label: l10n.t("Signal"),
      checked: page.memory.preferences.signalOpen && page.tab === "graph",
      disabled: !model.hasForward,
      run: () => {
        dispatch({ kind: "prefer", preferences: { signalOpen: page.tab !== "graph" || !page.memory.preferences.signalOpen } });
        dispatch({ kind: "openTab", tab: "graph" });
      },
    },
    {
      id: "inspector",
      group: "view",
      icon: inspectorOpen ? "layout-sidebar-right" : "layout-sidebar-right-off",
      label: inspectorOpen ? l10n.t("Close Inspector") : l10n.t("Open Inspector"),
      run: () => dispatch({ kind: "prefer", preferences: { inspectorOpen: !inspectorOpen } }),
    },
    !inEditor && { id: "openInEditor", group: "view", icon: "link-external", label: l10n.t("Open in Editor"), run: () => act("openInEditor", null) },
    ...(graph && page.tab === "graph" ? pictureCommands(session, graph, model) : []),
    {
      id: "parameters",
      group: "view",
      icon: "table",
      label: l10n.t("Parameter Table"),
      checked: page.tab === "parameters",
      run: () => dispatch({ kind: "openTab", tab: page.tab === "parameters" ? "graph" : "parameters" }),
    },
    { id: "export", group: "save", icon: "export", label: l10n.t("Save and Copy"), choices: () => exportItems(session, graph, model) },
  ];
  return found.filter((command) => command !== false);
}

/** A setting of the picture that is on or off. */
type Switch = { [Name in keyof PictureSettings]: PictureSettings[Name] extends boolean ? Name : never }[keyof PictureSettings];

/** How the settings that are on or off are offered. */
const switches: Readonly<Record<Switch, { readonly icon: string; readonly label: () => string }>> = {
  showSharedLinks: { icon: "link", label: () => l10n.t("Show All Shared Weights") },
  showLegend: { icon: "info", label: () => l10n.t("Legend") },
  showMinimap: { icon: "map", label: () => l10n.t("Minimap") },
  showBookkeeping: { icon: "arrow-swap", label: () => l10n.t("Show Reshapes and Transposes") },
};

function pictureCommands(session: PageSession, graph: GraphViewInterface, model: ModelSnapshot): Command[] {
  const { page, dispatch } = session;
  const { preferences } = page.memory;
  const prefer = (changed: Partial<Preferences>) => dispatch({ kind: "prefer", preferences: changed });
  const down = preferences.direction === "down";
  const selected = page.selected && idOf(page.selected);
  const toggle = (setting: Switch): Command => {
    const { icon, label } = switches[setting];
    return { id: setting, group: "view", icon, label: label(), checked: preferences[setting], run: () => prefer({ [setting]: !preferences[setting] }) };
  };
  return [
    {
      id: "expand",
      group: "view",
      icon: "expand-all",
      label: l10n.t("Expand and Collapse"),
      choices: () => expansionItems(graph, indexOf(model), page.selected?.path ?? null),
    },
    toggle("showSharedLinks"),
    {
      id: "trace",
      group: "view",
      icon: "git-compare",
      label: l10n.t("Trace the Data Flow of the Selection"),
      checked: page.tracing,
      disabled: selected === null && !page.tracing,
      run: () => dispatch({ kind: "trace", on: !page.tracing }),
    },
    {
      id: "overlay",
      group: "view",
      icon: "symbol-color",
      label: l10n.t("Color or Size By"),
      checked: preferences.overlay !== null,
      choices: () => overlayItems(session, indexOf(model)),
    },
    {
      id: "direction",
      group: "view",
      icon: down ? "arrow-right" : "arrow-down",
      label: down ? l10n.t("Draw from Left to Right") : l10n.t("Draw from Top to Bottom"),
      run: () => prefer({ direction: down ? "right" : "down" }),
    },
    toggle("showLegend"),
    toggle("showMinimap"),
    toggle("showBookkeeping"),
  ];
}

function expansionItems(graph: GraphViewInterface, index: ModelIndex, path: string | null): MenuItem[] {
  const selected = path === null ? undefined : index.module(path);
  // A leaf has nothing to expand.
  const type = selected && selected.children.length > 0 ? selected.type : null;
  const row = path === null ? null : graph.row(path);
  const calls = path === null ? null : graph.calls(path);
  const item = (label: string, run: () => void): MenuItem => ({ kind: "action", label, run });
  return [
    item(l10n.t("Expand All"), () => graph.expandAll()),
    item(l10n.t("Collapse All"), () => graph.collapseAll()),
    { kind: "separator" },
    item(l10n.t("Expand to 1 Level"), () => graph.expandToDepth(1)),
    item(l10n.t("Expand to {0} Levels", 2), () => graph.expandToDepth(2)),
    item(l10n.t("Expand to {0} Levels", 3), () => graph.expandToDepth(3)),
    { kind: "separator" },
    ...(type
      ? [
          item(l10n.t("Expand Every {0}", type), () => graph.setExpandedByType(type, true)),
          item(l10n.t("Collapse Every {0}", type), () => graph.setExpandedByType(type, false)),
        ]
      : []),
    item(l10n.t("Collapse All That Keep Their Shape"), () => graph.setExpanded(keepingShape(index), false)),
    ...(row
      ? [
          { kind: "separator" } as const,
          row.unfolded
            ? item(l10n.t("Fold the {0} Equal Modules into One", row.members.length), () => graph.setUnfolded(row.members[0]!, false))
            : item(l10n.t("Show Each of the {0} Equal Modules", row.members.length), () => graph.setUnfolded(row.members[row.position]!, true)),
        ]
      : []),
    ...(calls
      ? [
          { kind: "separator" } as const,
          calls.unfolded
            ? item(l10n.t("Fold the {0} Calls into One", calls.count), () => graph.setUnfolded(path!, false))
            : item(l10n.t("Show Each of the {0} Calls", calls.count), () => graph.setUnfolded(path!, true)),
        ]
      : []),
  ];
}

/** Containers, the root aside, whose every call gives out the shape it took in. */
function keepingShape(index: ModelIndex): string[] {
  return index.modules
    .filter(({ path, children }) => {
      const calls = path !== "" && children.length > 0 ? index.calls(path) : [];
      return (
        calls.length > 0 &&
        calls.every(({ step: { inputs, outputs } }) => inputs[0] && outputs[0] && index.shape(inputs[0])?.join() === index.shape(outputs[0])?.join())
      );
    })
    .map(({ path }) => path);
}

function overlayItems({ page: { memory }, dispatch }: PageSession, index: ModelIndex): MenuItem[] {
  const isMeasured = (id: OverlayId) => overlay(id, index) !== null;
  const choose = (id: OverlayId | null): MenuItem => ({
    kind: "action",
    label: id === null ? l10n.t("Kind of Layer") : isMeasured(id) ? overlayTitle(id) : l10n.t("{0} (not measured)", overlayTitle(id)),
    checked: memory.preferences.overlay === id,
    disabled: id !== null && !isMeasured(id),
    run: () => dispatch({ kind: "prefer", preferences: { overlay: id } }),
  });
  const mark = (value: Preferences["overlayMark"], label: string): MenuItem => ({
    kind: "action",
    label,
    checked: memory.preferences.overlayMark === value,
    run: () => dispatch({ kind: "prefer", preferences: { overlayMark: value } }),
  });
  return [
    choose(null),
    { kind: "separator" },
    ...overlayIds.map(choose),
    { kind: "separator" },
    mark("color", l10n.t("As Colors")),
    mark("size", l10n.t("As Sizes")),
  ];
}

function exportItems(session: PageSession, graph: GraphViewInterface | null, model: ModelSnapshot): MenuItem[] {
  const { page, dispatch, tell, request } = session;
  const { exportColors: colors } = page.memory.preferences;
  const item = (label: string, run: () => void): MenuItem => ({ kind: "action", label, run });
  // What makes files is loaded when the first is made.
  const save = (what: (saving: typeof import("./saving.js")) => Promise<void> | void) => {
    import("./saving.js").then(what).catch((error: Error) => tell(error.message, "problem"));
  };
  const copied = (done: Promise<null>, message: string) => {
    done.then(
      () => tell(message),
      (error: Error) => tell(error.message, "problem"),
    );
  };
  return [
    ...(graph && page.tab === "graph"
      ? [
          item(l10n.t("Save Picture as SVG…"), () => save(({ savePicture }) => savePicture(session, graph, model, "svg", "whole"))),
          item(l10n.t("Save Picture as PNG…"), () => save(({ savePicture }) => savePicture(session, graph, model, "png", "whole"))),
          item(l10n.t("Save Visible Part as SVG…"), () => save(({ savePicture }) => savePicture(session, graph, model, "svg", "visible"))),
          item(l10n.t("Save Visible Part as PNG…"), () => save(({ savePicture }) => savePicture(session, graph, model, "png", "visible"))),
          {
            kind: "action",
            label: l10n.t("On a White Background"),
            checked: colors === "light",
            run: () => dispatch({ kind: "prefer", preferences: { exportColors: colors === "light" ? "theme" : "light" } }),
          } as const,
        ]
      : [
          item(l10n.t("Copy Table as CSV"), () => save(({ copyTable }) => copyTable(session, model, "csv"))),
          item(l10n.t("Copy Table as Markdown"), () => save(({ copyTable }) => copyTable(session, model, "markdown"))),
          item(l10n.t("Save Table as CSV…"), () => save(({ saveTable }) => saveTable(session, model))),
        ]),
    { kind: "separator" },
    item(l10n.t("Save Snapshot as JSON…"), () => save(({ saveSnapshot }) => saveSnapshot(session, model))),
    item(l10n.t("Copy Summary"), () => copied(request("copySummary", { model: model.name }), l10n.t("Summary copied."))),
  ];
}
