import * as l10n from "@vscode/l10n";
import type { ModelSnapshot, ViewAction } from "../src/protocol/index.js";
import type { GraphViewInterface } from "./graph/index.js";
import type { MenuItem } from "./menu.js";
import type { PictureSettings } from "../src/picture/state.js";
import { type ModelIndex, indexOf } from "../src/describe/modelIndex.js";
import { overlay, overlayIds, overlayTitle, type OverlayId } from "../src/describe/overlays.js";
import { focusPicture } from "./pictureFocus.js";
import type { PageSession } from "./pageSession.js";
import { idOf, isBusy, type Preferences } from "./state.js";

/** A button of the toolbar. Its place does not depend on the state of the page. */
export interface ToolbarButton {
  readonly label: string;
  /** A codicon's name. */
  readonly icon: string;
  readonly disabled?: boolean;
  readonly run: () => void;
}

/** A menu of the toolbar, or of its last button where it has no room. */
export interface ToolbarMenu {
  readonly label: string;
  /** What opens it by a command of the editor. */
  readonly action: ViewAction;
  readonly items: () => readonly MenuItem[];
}

export interface ToolbarCommands {
  /** Runs the file, or stops what is under way; null where the source can do neither. */
  readonly run: ToolbarButton | null;
  readonly menus: readonly ToolbarMenu[];
}

/** What the toolbar offers in the present state. */
export function commands(session: PageSession, graph: GraphViewInterface | null, model: ModelSnapshot): ToolbarCommands {
  const { page, can, act } = session;
  const stop: ToolbarButton = { icon: "debug-stop", label: l10n.t("Stop"), run: () => act("stop", null) };
  const run: ToolbarButton = { icon: "play", label: l10n.t("Run"), run: () => act("run", null) };
  const index = indexOf(model);
  return {
    run: isBusy(page) && can("stop") ? stop : can("run") ? { ...run, disabled: isBusy(page) } : null,
    menus: [
      { label: l10n.t("View"), action: "viewMenu", items: () => (graph ? viewItems(session, graph, index) : []) },
      { label: l10n.t("Color By"), action: "colorBy", items: () => overlayItems(session, index) },
      { label: l10n.t("Export"), action: "exportMenu", items: () => exportItems(session, graph, model) },
    ],
  };
}

/** A setting of the picture that is on or off. */
type Switch = { [Name in keyof PictureSettings]: PictureSettings[Name] extends boolean ? Name : never }[keyof PictureSettings];

/** How the settings that are on or off are offered. */
const switches: Readonly<Record<Switch, () => string>> = {
  showSharedLinks: () => l10n.t("Shared Weights"),
  showLegend: () => l10n.t("Legend"),
  showMinimap: () => l10n.t("Minimap"),
  showBookkeeping: () => l10n.t("Reshape Steps"),
};

function viewItems(session: PageSession, graph: GraphViewInterface, index: ModelIndex): MenuItem[] {
  const { page, act, can } = session;
  const { preferences } = page.memory;
  const item = (label: string, action: ViewAction, more: { readonly checked?: boolean; readonly disabled?: boolean } = {}): MenuItem => ({
    kind: "action",
    label,
    ...more,
    run: () => perform(action, session, graph, () => undefined),
  });
  const toggle = (setting: Switch): MenuItem => item(switches[setting](), setting, { checked: preferences[setting] });
  const inEditor = document.documentElement.dataset.placement === "editor";
  return [
    ...expansionItems(graph, index, page.selected?.path ?? null),
    { kind: "separator" },
    ...(can("showSignal")
      ? [item(l10n.t("Signal"), "signal", { checked: preferences.signalOpen && page.tab === "graph", disabled: !index.model.hasForward })]
      : []),
    toggle("showSharedLinks"),
    item(l10n.t("Trace Selection (T)"), "trace", { checked: page.tracing, disabled: page.selected === null && !page.tracing }),
    item(l10n.t("Left to Right"), "leftToRight", { checked: preferences.direction === "right" }),
    toggle("showLegend"),
    toggle("showMinimap"),
    toggle("showBookkeeping"),
    { kind: "separator" },
    item(l10n.t("Fit (F)"), "fit"),
    item(l10n.t("Inspector"), "inspector", { checked: preferences.inspectorOpen }),
    ...(inEditor ? [] : [{ kind: "action", label: l10n.t("Open in Editor"), run: () => act("openInEditor", null) } as const]),
  ];
}

/** Does what a menu, a key or a command of the editor asks of the page. */
export function perform(action: ViewAction, session: PageSession, graph: GraphViewInterface | null, openSearch: () => void): void {
  const { page, dispatch, announce } = session;
  const { preferences } = page.memory;
  const prefer = (changed: Partial<Preferences>) => dispatch({ kind: "prefer", preferences: changed });
  switch (action) {
    case "showGraph":
      return dispatch({ kind: "openTab", tab: "graph" });
    case "showParameters":
      return dispatch({ kind: "openTab", tab: "parameters" });
    case "search":
      return openSearch();
    case "toggleExpansion":
      return toggleExpansion(session, graph);
    case "expandAll":
      return graph?.expandAll();
    case "collapseAll":
      return graph?.collapseAll();
    case "fit":
      return graph?.fit();
    case "zoomIn":
      return graph?.zoomIn();
    case "zoomOut":
      return graph?.zoomOut();
    case "trace":
      if (page.selected === null && !page.tracing) return announce(l10n.t("Select what to trace first."));
      announce(page.tracing ? l10n.t("Everything is shown again.") : l10n.t("Only what lies on the way of the selection is shown."));
      return dispatch({ kind: "trace", on: !page.tracing });
    case "compare":
      return compare(session);
    case "signal":
      prefer({ signalOpen: page.tab !== "graph" || !preferences.signalOpen });
      return dispatch({ kind: "openTab", tab: "graph" });
    case "measure":
    case "training":
      prefer({ signalOpen: true });
      return dispatch({ kind: "openTab", tab: "graph" });
    case "leftToRight":
      return prefer({ direction: preferences.direction === "down" ? "right" : "down" });
    case "inspector":
      return prefer({ inspectorOpen: !preferences.inspectorOpen });
    case "showSharedLinks":
    case "showLegend":
    case "showMinimap":
    case "showBookkeeping":
      return prefer({ [action]: !preferences[action] });
    // The toolbar has the menus.
    case "viewMenu":
    case "colorBy":
    case "exportMenu":
      return;
    case "reinitialize":
    case "forward":
      return dispatch({ kind: "openForm", form: action });
  }
}

function toggleExpansion({ page, announce }: PageSession, graph: GraphViewInterface | null): void {
  const item = page.selected && graph?.item(idOf(page.selected));
  if (item?.expandable) graph!.toggle(item.id);
  else announce(item ? l10n.t("There is nothing in {0} to open.", item.label) : l10n.t("Select what to expand or collapse first."));
}

/** Begins a comparison with the selected module, or the model. */
export function compare({ page, dispatch, announce }: PageSession): void {
  dispatch({ kind: "compare", with: page.selected?.path ?? "" });
  dispatch({ kind: "prefer", preferences: { inspectorOpen: true } });
  announce(l10n.t("Select the module to compare it with."));
  focusPicture();
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
    item(l10n.t("Collapse What Keeps the Shape"), () => graph.setExpanded(keepingShape(index), false)),
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
