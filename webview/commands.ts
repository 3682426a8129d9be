import * as l10n from "@vscode/l10n";
import type { ModelSnapshot } from "../src/protocol/index.js";
import type { GraphViewInterface } from "./graph/index.js";
import { toCsv, toMarkdown } from "./parameterRows.js";
import { shownRows } from "./parameterTable.js";
import type { Session } from "./session.js";
import { shownModel } from "./state.js";

/** Something the user can do from the toolbar or its menu. */
export interface Command {
  readonly id: string;
  /** Neighbours of one group stand together in the menu. */
  readonly group: "run" | "view" | "picture" | "export";
  readonly label: string;
  /** A codicon's name; without one the command is only in the menu. */
  readonly icon?: string;
  readonly shortcut?: string;
  readonly checked?: boolean;
  readonly disabled?: boolean;
  readonly run: () => void;
}

/** Every command in the present state, the most used first. */
export function commands(session: Session, graph: GraphViewInterface | null): readonly Command[] {
  const { page, act, dispatch } = session;
  if (page.host?.kind !== "file") return [];
  const model = shownModel(page);
  const { preferences } = page.memory;
  const { activity } = page.host;
  const path = page.selected?.path ?? "";
  const busy = activity !== "idle";
  const inEditor = document.documentElement.dataset.placement === "editor";
  const run: Command = busy
    ? { id: "stop", group: "run", icon: "debug-stop", label: l10n.t("Stop"), run: () => act("stop", null) }
    : { id: "run", group: "run", icon: "play", label: l10n.t("Run Model File"), run: () => act("run", null) };
  if (!model) return [run];

  const found: (Command | false)[] = [
    run,
    {
      id: "forward",
      group: "run",
      icon: "debug-continue",
      label: l10n.t("Run Forward…"),
      disabled: busy,
      run: () => act("chooseForward", { model: model.name }),
    },
    {
      id: "reinitialize",
      group: "run",
      icon: "refresh",
      label: path === "" ? l10n.t("Reinitialize Model…") : l10n.t("Reinitialize {0}…", path),
      disabled: busy,
      run: () => act("chooseReinitialize", { model: model.name, path }),
    },
    {
      id: "undo",
      group: "run",
      icon: "discard",
      label: l10n.t("Undo Reinitialization"),
      disabled: busy || model.undoDepth === 0,
      run: () => act("undoReinitialize", { model: model.name }),
    },
    {
      id: "inspector",
      group: "view",
      icon: preferences.inspectorOpen ? "layout-sidebar-right" : "layout-sidebar-right-off",
      label: preferences.inspectorOpen ? l10n.t("Close Inspector") : l10n.t("Open Inspector"),
      run: () => dispatch({ kind: "prefer", preferences: { inspectorOpen: !preferences.inspectorOpen } }),
    },
    {
      id: "parameters",
      group: "view",
      icon: "table",
      label: l10n.t("Parameter Table"),
      checked: page.tab === "parameters",
      run: () => dispatch({ kind: "openTab", tab: page.tab === "parameters" ? "graph" : "parameters" }),
    },
    !inEditor && {
      id: "openInEditor",
      group: "view",
      icon: "link-external",
      label: l10n.t("Open in Editor"),
      run: () => act("openInEditor", null),
    },
    ...(graph && page.tab === "graph" ? pictureCommands(session, graph) : []),
    ...exportCommands(session, graph),
  ];
  return found.filter((command) => command !== false);
}

function pictureCommands({ page, dispatch }: Session, graph: GraphViewInterface): Command[] {
  const { preferences } = page.memory;
  const down = preferences.direction === "down";
  return [
    {
      id: "sharedLinks",
      group: "picture",
      icon: "link",
      label: l10n.t("Show All Shared Weights"),
      checked: preferences.showSharedLinks,
      run: () => dispatch({ kind: "prefer", preferences: { showSharedLinks: !preferences.showSharedLinks } }),
    },
    { id: "expandAll", group: "picture", icon: "expand-all", label: l10n.t("Expand All"), run: () => graph.expandAll() },
    { id: "collapseAll", group: "picture", icon: "collapse-all", label: l10n.t("Collapse All"), run: () => graph.collapseAll() },
    {
      id: "direction",
      group: "picture",
      icon: down ? "arrow-right" : "arrow-down",
      label: down ? l10n.t("Draw from Left to Right") : l10n.t("Draw from Top to Bottom"),
      run: () => dispatch({ kind: "prefer", preferences: { direction: down ? "right" : "down" } }),
    },
    {
      id: "legend",
      group: "picture",
      icon: "symbol-color",
      label: l10n.t("Legend"),
      checked: preferences.showLegend,
      run: () => dispatch({ kind: "prefer", preferences: { showLegend: !preferences.showLegend } }),
    },
    {
      id: "minimap",
      group: "picture",
      icon: "map",
      label: l10n.t("Minimap"),
      checked: preferences.showMinimap,
      run: () => dispatch({ kind: "prefer", preferences: { showMinimap: !preferences.showMinimap } }),
    },
    ...[1, 2, 3].map(
      (depth): Command => ({
        id: `expandTo${depth}`,
        group: "picture",
        label: depth === 1 ? l10n.t("Expand to 1 Level") : l10n.t("Expand to {0} Levels", depth),
        run: () => graph.expandToDepth(depth),
      }),
    ),
    {
      id: "bookkeeping",
      group: "picture",
      label: l10n.t("Show Reshapes and Transposes"),
      checked: preferences.showBookkeeping,
      run: () => dispatch({ kind: "prefer", preferences: { showBookkeeping: !preferences.showBookkeeping } }),
    },
  ];
}

function exportCommands(session: Session, graph: GraphViewInterface | null): Command[] {
  const { page, act, tell, request } = session;
  const model = shownModel(page);
  if (!model) return [];
  const save = (extension: string, content: string, encoding: "utf8" | "base64") =>
    act("save", { suggestedName: `${fileName(model.name)}.${extension}`, content, encoding });
  return [
    ...(graph
      ? [
          { id: "svg", group: "export", label: l10n.t("Save Picture as SVG…"), run: () => save("svg", graph.exportSvg({ background: true }), "utf8") } as const,
          {
            id: "png",
            group: "export",
            label: l10n.t("Save Picture as PNG…"),
            run: () => {
              graph
                .exportPng({ whole: true, pixelRatio: 2 })
                .then(base64)
                .then((content) => save("png", content, "base64"))
                .catch((error: Error) => tell(l10n.t("The picture could not be drawn as PNG: {0}", error.message), "problem"));
            },
          } as const,
        ]
      : []),
    { id: "json", group: "export", label: l10n.t("Save Snapshot as JSON…"), run: () => save("json", JSON.stringify(model, null, 2), "utf8") },
    ...(page.tab === "parameters" ? tableCommands(session, model) : []),
    {
      id: "summary",
      group: "export",
      label: l10n.t("Copy Summary"),
      run: () => {
        request("copySummary", { model: model.name }).then(
          () => tell(l10n.t("Summary copied.")),
          (error: Error) => tell(error.message, "problem"),
        );
      },
    },
  ];
}

function tableCommands({ page, act, tell, request }: Session, model: ModelSnapshot): Command[] {
  const copy = (text: string) => {
    request("copyText", { text }).then(
      () => tell(l10n.t("Table copied.")),
      (error: Error) => tell(error.message, "problem"),
    );
  };
  return [
    { id: "csv", group: "export", label: l10n.t("Copy Table as CSV"), run: () => copy(toCsv(shownRows(page, model))) },
    { id: "markdown", group: "export", label: l10n.t("Copy Table as Markdown"), run: () => copy(toMarkdown(shownRows(page, model))) },
    {
      id: "saveCsv",
      group: "export",
      label: l10n.t("Save Table as CSV…"),
      run: () => act("save", { suggestedName: `${fileName(model.name)}.csv`, content: toCsv(shownRows(page, model)), encoding: "utf8" }),
    },
  ];
}

function fileName(model: string): string {
  return model.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|-+$/g, "") || "model";
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) chunks.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(chunks.join(""));
}
