import type { Lead } from "../../../src/picture/drawing/sharedChips.js";
import { badgeHeight } from "../../../src/picture/face.js";
import type { Point } from "../../../src/picture/geometry.js";
import type { SceneBox, SceneEdge } from "../../../src/picture/scene.js";
import type { Camera } from "./camera.js";
import type { Shown } from "../../../src/picture/shown.js";

/** What the pointer is on. */
export type Target =
  /** What stands on top of the picture and leads to a box. */
  | { readonly kind: "lead"; readonly lead: Lead }
  /** The sign that opens and closes a box. */
  | { readonly kind: "toggle"; readonly box: SceneBox }
  /** The count of a folded row, or of calls drawn as one. */
  | { readonly kind: "count"; readonly box: SceneBox }
  /** Several where they share a stub. */
  | { readonly kind: "edges"; readonly edges: readonly SceneEdge[]; readonly box: SceneBox | null; readonly at: Point }
  | { readonly kind: "box"; readonly box: SceneBox }
  | { readonly kind: "nothing" };

/** What is drawn on top of the picture, at the edges of the view. */
export interface OnTop {
  readonly leads: readonly Lead[];
  /** How far from the upper edge the picture is hidden. */
  readonly hiddenAbove: number;
}

export interface PointerActions {
  move(target: Target): void;
  click(target: Target): void;
  doubleClick(target: Target): void;
  contextMenu(target: Target, x: number, y: number): void;
}

/** Turns pointer events on the picture into what they mean. Dragging and zooming are the camera's. */
export class Pointer {
  readonly #listeners = new AbortController();

  constructor(
    readonly camera: Camera,
    readonly seen: { shown(): Shown | null; onTop(): OnTop },
    actions: PointerActions,
  ) {
    const { host } = camera;
    const listen = <Type extends "pointermove" | "click" | "dblclick" | "contextmenu" | "pointerleave">(
      type: Type,
      act: (event: HTMLElementEventMap[Type]) => void,
    ) => host.addEventListener(type, act, { signal: this.#listeners.signal });
    listen("pointermove", (event) => {
      if (event.buttons !== 0) return;
      const target = this.#targetOf(event);
      host.style.cursor = target.kind === "lead" || target.kind === "toggle" || target.kind === "count" ? "pointer" : "default";
      actions.move(target);
    });
    listen("pointerleave", () => actions.move({ kind: "nothing" }));
    listen("click", (event) => actions.click(this.#targetOf(event)));
    listen("dblclick", (event) => actions.doubleClick(this.#targetOf(event)));
    listen("contextmenu", (event) => actions.contextMenu(this.#targetOf(event), event.clientX, event.clientY));
  }

  dispose(): void {
    this.#listeners.abort();
  }

  #targetOf(event: MouseEvent): Target {
    const bounds = this.camera.host.getBoundingClientRect();
    const at = { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
    const { leads, hiddenAbove } = this.seen.onTop();
    const lead = leads.find(({ x, y, width, height }) => at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height);
    if (lead) return { kind: "lead", lead };
    const shown = this.seen.shown();
    if (!shown || at.y < hiddenAbove) return { kind: "nothing" };
    const point = this.camera.toPicture(at.x, at.y);
    const box = shown.index.boxAt(point.x, point.y);
    if (box && this.#isOnToggle(box, point)) return { kind: "toggle", box };
    if (box && isOnCount(box, point)) return { kind: "count", box };
    const edges = box && !box.node.content ? [] : shown.index.edgesAt(point.x, point.y, 5 / this.camera.scale);
    if (edges.length > 0) return { kind: "edges", edges, box, at };
    return box ? { kind: "box", box } : { kind: "nothing" };
  }

  /** With room around it for a finger. */
  #isOnToggle({ face: { toggle }, x, y }: SceneBox, point: Point): boolean {
    const reach = Math.min(14, Math.max(10, 10 / this.camera.scale));
    return toggle !== null && Math.abs(point.x - x - toggle.x) <= reach && Math.abs(point.y - y - toggle.y) <= reach;
  }
}

function isOnCount({ face: { badges }, x, y }: SceneBox, point: Point): boolean {
  const badge = badges.find(({ unfolds }) => unfolds);
  const slack = 3;
  return (
    badge !== undefined &&
    point.x >= x + badge.x &&
    point.x <= x + badge.x + badge.width &&
    point.y >= y + badge.y - slack &&
    point.y <= y + badge.y + badgeHeight + slack
  );
}

/** The box that a target is or lies on. */
export function boxOf(target: Target): SceneBox | null {
  return "box" in target ? target.box : null;
}
