import * as vscode from "vscode";
import type { ModelSnapshot, ModuleSnapshot, Offer, TensorUse } from "../../protocol/index.js";
import { argumentsText } from "../../describe/arguments.js";
import { initializationText } from "../../describe/initialization.js";
import { indexOf } from "../../describe/modelIndex.js";
import { formatCount, formatShape, formatValue } from "../../describe/format.js";
import type { Finding } from "../../describe/findings/finding.js";
import { findingsIn, findingText, severityColor, severityIcons } from "../findings.js";
import type { ModelSession } from "../sessions/modelSession.js";
import type { ModelSessions } from "../sessions/modelSessions.js";

export type ModuleNode = {
  readonly session: ModelSession;
  readonly model: ModelSnapshot;
  readonly module: ModuleSnapshot;
  readonly parent: ModuleNode | null;
} & ({ readonly kind: "module" } | { readonly kind: "tensor"; readonly use: TensorUse });

/** What a model can be built from, in the place of models where there is none. */
interface OfferNode {
  readonly kind: "offer";
  readonly session: ModelSession;
  readonly offer: Offer;
}

type TreeNode = ModuleNode | OfferNode;

/** The native tree: models, modules, and their parameters and buffers. */
export class ModuleTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  static readonly id = "layerscope.modules";
  readonly #changes = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changes.event;
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #subscriptions: vscode.Disposable[];
  /** What the tree is being told to select: its report of that is no choice of the user's, who may have gone on elsewhere. */
  #revealed: string | null = null;
  /** Whose selection is to be revealed next. */
  #waiting: ModelSession | null = null;

  constructor(private readonly sessions: ModelSessions) {
    this.#view = vscode.window.createTreeView(ModuleTree.id, { treeDataProvider: this, showCollapseAll: true });
    const { sessions: all } = this;
    const view = this.#view;
    this.#subscriptions = [
      this.#view,
      this.#changes,
      sessions.onDidChangeCurrent(() => this.#changes.fire()),
      sessions.onDidChange(({ session, change }) => {
        if (session !== sessions.current) return;
        if (change.kind === "state" || change.kind === "findings" || change.kind === "model") this.#changes.fire();
        else if (change.kind === "selection" && change.by !== this) void this.#reveal(session);
      }),
      this.#view.onDidChangeSelection(({ selection: [node] }) => {
        if (node && node.kind !== "offer" && keyOf(node) !== this.#revealed) node.session.select({ model: node.model.name, path: node.module.path }, this);
      }),
      this.#view.onDidChangeVisibility(() => {
        sessions.viewerChanged();
        if (sessions.current) void this.#reveal(sessions.current);
      }),
      sessions.addViewer({
        get visible() {
          return view.visible;
        },
        get session() {
          return all.current;
        },
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  getChildren(node?: TreeNode): TreeNode[] {
    if (!node) {
      const session = this.sessions.current;
      if (!session || !vscode.workspace.isTrusted) return [];
      if (session.models.length === 0) return session.offers.map((offer) => ({ kind: "offer", session, offer }));
      return session.models.map((model) => ({ kind: "module", session, model, module: model.root, parent: null }));
    }
    if (node.kind !== "module") return [];
    const { session, model, module } = node;
    return [
      ...[...module.parameters, ...module.buffers].map((use): ModuleNode => ({ kind: "tensor", session, model, module, use, parent: node })),
      ...module.children.map((child): ModuleNode => ({ kind: "module", session, model, module: child, parent: node })),
    ];
  }

  getParent(node: TreeNode): TreeNode | null {
    return node.kind === "offer" ? null : node.parent;
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    if (node.kind === "offer") return offerItem(node);
    return node.kind === "module" ? moduleItem(node) : tensorItem(node, node.use);
  }

  /** Selects in the tree what the session has selected: one after the other, and only the last of many. */
  async #reveal(session: ModelSession): Promise<void> {
    const isUnderWay = this.#waiting !== null || this.#revealed !== null;
    this.#waiting = session;
    if (isUnderWay) return;
    for (let next: ModelSession | null = session; next; next = this.#waiting) {
      this.#waiting = null;
      await this.#select(next).catch(() => undefined); // The tree may have been filled anew meanwhile.
      this.#revealed = null;
    }
  }

  async #select(session: ModelSession): Promise<void> {
    // With nothing selected it is the model that is shown.
    const model = session.shown;
    if (!this.#view.visible || !model || session.selection === null) return;
    const modules = indexOf(model).ancestry(session.selected?.path ?? "");
    const node = modules.reduce<ModuleNode | null>((parent, module) => ({ kind: "module", session, model, module, parent }), null)!;
    this.#revealed = keyOf(node);
    await this.#view.reveal(node, { select: true, focus: false, expand: false });
  }
}

function keyOf({ session, model, module }: ModuleNode): string {
  return `${session.file}\n${model.name}\n${module.path}`;
}

function offerItem({ session: { file }, offer: { expression, complete } }: OfferNode): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t("Build from {0}", expression), vscode.TreeItemCollapsibleState.None);
  item.iconPath = new vscode.ThemeIcon("tools");
  item.command = { command: "layerscope.build", title: vscode.l10n.t("Build"), arguments: [{ file, expression, complete }] };
  return item;
}

function moduleItem(node: ModuleNode): vscode.TreeItem {
  const { session, model, module, parent } = node;
  const leaf = module.parameters.length + module.buffers.length + module.children.length === 0;
  const collapsed = parent === null && session.models.length === 1 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
  const item = new vscode.TreeItem(module.name, leaf ? vscode.TreeItemCollapsibleState.None : collapsed);
  item.id = keyOf(node);
  const index = indexOf(model);
  const count = index.totals(module.path).parameters;
  const outputs = index.calls(module.path).at(-1)?.step.outputs ?? [];
  const shape = outputs.map((output) => formatShape(index.shape(output))).join(", ");
  const parameters = count === 0 ? "" : count === 1 ? vscode.l10n.t("1 param") : vscode.l10n.t("{0} params", formatCount(count));
  item.description = [module.type, parameters, shape && `→ ${shape}`].filter(Boolean).join(" · ");
  item.iconPath = new vscode.ThemeIcon(parent === null ? "type-hierarchy-sub" : module.children.length > 0 ? "symbol-namespace" : "symbol-class");
  const findings = findingsIn(session, model).of(module.path);
  item.tooltip = [`${module.type}(${argumentsText(module, model.language)})`, ...findings.map(findingText)].join("\n\n");
  if (findings[0]) item.iconPath = findingIcon(findings[0]);
  item.contextValue = [
    "module",
    ...(parent === null ? ["root"] : []),
    ...(session.can("reinitialize") ? ["reinitializable"] : []),
    ...(parent === null && model.hasForward && session.can("forward") ? ["runnable"] : []),
    ...(module.location ? ["located"] : []),
  ].join(" ");
  return item;
}

function tensorItem(node: ModuleNode, use: TensorUse): vscode.TreeItem {
  const { session, model, module } = node;
  const index = indexOf(model);
  const tensor = index.tensor(use);
  const item = new vscode.TreeItem(use.name, vscode.TreeItemCollapsibleState.None);
  item.id = `${keyOf(node)}\n${use.name}`;
  const shared = index.otherNames(module.path, use);
  const initialization = initializationText(tensor.initialization, model.language);
  const sharing = shared.length > 0 ? vscode.l10n.t("shared with {0}", shared.join(", ")) : "";
  item.description = [formatShape(tensor.shape), initialization, sharing].filter(Boolean).join(" · ");
  item.iconPath = new vscode.ThemeIcon(shared.length > 0 ? "link" : tensor.kind === "parameter" ? "symbol-array" : "symbol-constant");
  const statistics = tensor.statistics?.finite;
  const findings = findingsIn(session, model).ofTensor(tensor.id);
  item.tooltip = [
    `${use.name}: ${tensor.dtype} ${formatShape(tensor.shape)}`,
    ...(statistics
      ? [vscode.l10n.t("mean {0}, std {1}, from {2} to {3}", ...[statistics.mean, statistics.std, statistics.min, statistics.max].map(formatValue))]
      : []),
    ...(tensor.kind === "parameter" && !tensor.requiresGrad ? [vscode.l10n.t("Frozen: requiresGrad is false")] : []),
    ...(sharing ? [sharing] : []),
    ...findings.map(findingText),
  ].join("\n");
  if (findings[0]) item.iconPath = findingIcon(findings[0]);
  item.contextValue = ["tensor", ...(module.location ? ["located"] : [])].join(" ");
  return item;
}

/** In the place of its own icon: a finding is what to see first of a module or tensor. */
function findingIcon({ severity }: Finding): vscode.ThemeIcon {
  return new vscode.ThemeIcon(severityIcons[severity], severityColor(severity));
}
