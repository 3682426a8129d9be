import { formatCount } from "../describe/format.js";
import { nodeTitle, turnText, type DisplayNode, type ItemKind, type ItemSource } from "./model/displayGraph.js";
import { fill, type PictureWords, parametersText } from "./words.js";
import type { Scene, SceneBox } from "./scene.js";

/** A box or small node of the picture, as keyboard, screen reader and tests see it. */
export interface GraphItem {
  /** Unique in the picture. The first call of a module has its path, where it lies beneath what calls it. */
  readonly id: string;
  readonly kind: ItemKind;
  /** The module's path; for other kinds the path of the module it runs in. "" is the root. */
  readonly path: string;
  /** Null for modules. */
  readonly source: ItemSource | null;
  /** E.g. "block 0", "add", "input". */
  readonly label: string;
  /** E.g. "Linear"; "" for other kinds than modules. */
  readonly type: string;
  /** 0 for the outermost; the root module is 0. */
  readonly depth: number;
  /** The box around it; null for the outermost. */
  readonly parent: string | null;
  readonly expandable: boolean;
  readonly expanded: boolean;
  readonly selected: boolean;
  /** Which of the compared modules it is or holds, counted from 1. */
  readonly compared: readonly number[];
  /** Number of equal siblings this box stands for; 1 when it stands for itself alone. */
  readonly repeat: number;
  /** Paths of the siblings that a folded box stands for, itself included; empty when repeat is 1. */
  readonly members: readonly string[];
  /** Sharing group, e.g. "A", and the number of places; null when nothing is shared. */
  readonly shared: { readonly group: string; readonly places: number } | null;
  /** How often the module was called in the traced pass; null without a trace. */
  readonly calls: number | null;
  /** Output shape as printed, e.g. "2×8"; "" when unknown. */
  readonly outputShape: string;
  /** Unique parameter elements beneath. */
  readonly parameters: number;
  readonly failed: boolean;
  /** One sentence for a screen reader. */
  readonly description: string;
}

/** What the user marked. */
export interface ItemMarks {
  readonly selection: string | null;
  readonly compared: ReadonlyMap<string, readonly number[]>;
  readonly pinned: ReadonlySet<string>;
}

/** A box as the page, the screen reader and the tests see it. */
function itemOf({ node, depth }: SceneBox, parent: string | null, { selection, compared, pinned }: ItemMarks, words: PictureWords): GraphItem {
  const ordinals = compared.get(node.id) ?? [];
  const sharing = node.sharing[0];
  const members = node.row.kind === "single" ? [] : node.row.members.map((member) => member.path);
  return {
    id: node.id,
    kind: node.kind,
    path: node.path,
    source: node.source,
    label: node.kind === "operation" && !node.part ? node.name : nodeTitle(node, words),
    type: node.type,
    depth,
    parent,
    expandable: node.expandable,
    expanded: node.content !== null,
    selected: node.id === selection,
    compared: ordinals,
    repeat: node.row.kind === "repeated" ? members.length : 1,
    members,
    shared: sharing ? { group: sharing.name, places: sharing.places.length } : null,
    calls: node.calls,
    outputShape: node.outputShape,
    parameters: node.parameters,
    failed: node.status === "failed" || node.failure !== null,
    // Only the few that a screen reader is near are ever asked for.
    get description() {
      return describe(node, ordinals, pinned.has(node.id), words);
    },
  };
}

/** Name, type, what comes out, how many parameters, and what is special about it. */
function describe(node: DisplayNode, compared: readonly number[], isPinned: boolean, words: PictureWords): string {
  const part = node.part ? nodeTitle(node, words) : "";
  const parts = [
    [node.kind === "operation" ? node.name : nodeTitle(node, words), part, node.kind === "removed" ? "" : node.type, node.target, node.detail]
      .filter(Boolean)
      .join(" "),
  ];
  if (node.outputShape) parts.push(node.outputShape);
  if (node.parameters > 0) parts.push(parametersText(node.parameters, node.isFrozen, formatCount, words));
  const { by, changedBy } = node.initialization;
  if (by.length > 0) parts.push(fill(words.initializedBy, by.join(", ")));
  if (changedBy.length > 0) parts.push(fill(words.changedBy, changedBy.join(", ")));
  for (const { mark, text } of node.marks) parts.push(node.kind === "module" ? text : mark);
  if (node.row.kind === "repeated") parts.push(fill(words.repeated, node.row.members.length));
  for (const group of node.sharing) parts.push(fill(words.sharedPlaces, group.name, group.places.length, placesText(group.places)));
  if (node.turn && node.turn.stands < node.turn.of) parts.push(turnText(node.turn, words));
  else if (node.calls !== null && node.calls > 1) parts.push(fill(words.calledTimes, node.calls));
  if (node.status === "notReached") parts.push(words.notReached);
  if (node.status === "notCalled") parts.push(words.notCalled);
  if (node.status === "removed") parts.push(words.removed);
  if (node.status === "used") parts.push(words.usedUncalled);
  if (node.status === "ranElsewhere") parts.push(words.calledElsewhere);
  if (node.isChanged) parts.push(words.changedSince);
  if (node.failure) parts.push(`${words.failedHere}: ${node.failure.message}`);
  if (compared.length > 0) parts.push(fill(words.compared, compared.join(", ")));
  if (isPinned) parts.push(words.pinned);
  return parts.join(", ");
}

/** More would not be listened to. */
const placesNamed = 4;

function placesText(places: readonly string[]): string {
  return [...places.slice(0, placesNamed), ...(places.length > placesNamed ? ["…"] : [])].join(", ");
}

/** All items of a picture, made once; a change of what is marked replaces those that it concerns. */
export class Items {
  #list: GraphItem[] | null = null;
  #places = new Map<string, number>();
  #marks: ItemMarks | null = null;

  constructor(
    readonly scene: Scene,
    readonly words: PictureWords,
  ) {}

  list(marks: ItemMarks): readonly GraphItem[] {
    const before = this.#marks;
    this.#marks = marks;
    if (!this.#list || !before) {
      this.#list = this.scene.boxes.map((box) => this.#make(box, marks));
      this.#places = new Map(this.#list.map((item, place) => [item.id, place]));
    } else if (marks.selection !== before.selection || marks.compared !== before.compared || marks.pinned !== before.pinned) {
      this.#list = [...this.#list];
      for (const id of [before.selection, marks.selection, ...before.compared.keys(), ...marks.compared.keys(), ...before.pinned, ...marks.pinned]) {
        const place = id === null ? undefined : this.#places.get(id);
        if (place !== undefined) this.#list[place] = this.#make(this.scene.boxes[place]!, marks);
      }
    }
    return this.#list;
  }

  get(id: string, marks: ItemMarks): GraphItem | null {
    const box = this.scene.byId.get(id);
    return box ? this.#make(box, marks) : null;
  }

  #make(box: SceneBox, marks: ItemMarks): GraphItem {
    return itemOf(box, this.scene.parents.get(box.node.id) ?? null, marks, this.words);
  }
}
