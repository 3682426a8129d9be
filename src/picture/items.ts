import { formatCount } from "../describe/format.js";
import type { GraphItem } from "../../webview/graph/api.js";
import { nodeTitle, type DisplayNode } from "./model/displayGraph.js";
import { fill, type GraphStrings, parametersText } from "./words.js";
import type { Scene, SceneBox } from "./scene.js";

/** What the user marked. */
export interface ItemMarks {
  readonly selection: string | null;
  readonly compared: ReadonlyMap<string, readonly number[]>;
}

/** A box as the page, the screen reader and the tests see it. */
function itemOf({ node, depth }: SceneBox, parent: string | null, { selection, compared }: ItemMarks, strings: GraphStrings): GraphItem {
  const ordinals = compared.get(node.id) ?? [];
  const sharing = node.sharing[0];
  const members = node.row.kind === "single" ? [] : node.row.members.map((member) => member.path);
  return {
    id: node.id,
    kind: node.kind,
    path: node.path,
    source: node.source,
    label: node.kind === "operation" ? node.name : nodeTitle(node, strings),
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
      return describe(node, ordinals, strings);
    },
  };
}

/** Name, type, what comes out, how many parameters, and what is special about it. */
function describe(node: DisplayNode, compared: readonly number[], strings: GraphStrings): string {
  const parts = [[node.kind === "operation" ? node.name : nodeTitle(node, strings), node.type, node.target, node.detail].filter(Boolean).join(" ")];
  if (node.outputShape) parts.push(node.outputShape);
  if (node.isUnregistered) parts.push(strings.unregistered);
  if (node.parameters > 0) parts.push(parametersText(node.parameters, node.isFrozen, formatCount, strings));
  if (node.nonFinite) parts.push(node.nonFinite === "values" ? strings.nonFiniteValues : strings.nonFiniteOutputs);
  if (node.row.kind === "repeated") parts.push(fill(strings.repeated, node.row.members.length));
  for (const group of node.sharing) parts.push(fill(strings.sharedPlaces, group.name, group.places.length));
  if (node.turn?.ordinal) parts.push(fill(strings.callOf, node.turn.ordinal, node.turn.of));
  else if (node.calls !== null && node.calls > 1) parts.push(fill(strings.calledTimes, node.calls));
  if (node.status === "notReached") parts.push(strings.notReached);
  if (node.status === "notCalled") parts.push(strings.notCalled);
  if (node.status === "used") parts.push(strings.usedUncalled);
  if (node.status === "ranElsewhere") parts.push(strings.calledElsewhere);
  if (node.failure) parts.push(`${strings.failedHere}: ${node.failure.message}`);
  if (compared.length > 0) parts.push(fill(strings.compared, compared.join(", ")));
  return parts.join(", ");
}

/** All items of a picture, made once; a change of what is marked replaces those that it concerns. */
export class Items {
  #list: GraphItem[] | null = null;
  #places = new Map<string, number>();
  #marks: ItemMarks | null = null;

  constructor(
    readonly scene: Scene,
    readonly strings: GraphStrings,
  ) {}

  list(marks: ItemMarks): readonly GraphItem[] {
    const before = this.#marks;
    this.#marks = marks;
    if (!this.#list || !before) {
      this.#list = this.scene.boxes.map((box) => this.#make(box, marks));
      this.#places = new Map(this.#list.map((item, place) => [item.id, place]));
    } else if (marks.selection !== before.selection || marks.compared !== before.compared) {
      this.#list = [...this.#list];
      for (const id of [before.selection, marks.selection, ...before.compared.keys(), ...marks.compared.keys()]) {
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
    return itemOf(box, this.scene.parents.get(box.node.id) ?? null, marks, this.strings);
  }
}
