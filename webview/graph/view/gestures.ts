import type { Point } from "../../../src/picture/geometry.js";

/** What the gestures move. */
export interface Movable {
  readonly host: HTMLElement;
  readonly scale: number;
  toPicture(x: number, y: number): Point;
  /** Brings a point of the picture to a point of the view, at a scale. */
  hold(picture: Point, at: Point, scale: number): void;
}

interface Finger {
  /** In the view. */
  at: Point;
  /** What of the picture was under it when the gesture began: stays there. */
  held: Point;
  /** Where it was put down. */
  readonly start: Point;
}

/** A press that moves farther is no click, in pixels. */
const clickDistance = 4;
/** How far one line of a wheel that counts in lines moves, in pixels. */
const lineHeight = 16;

/** Drag and wheel move, wheel with Ctrl (as touchpads report a pinch) and two fingers zoom. */
export class Gestures {
  /** By pointer: a mouse, a pen or a finger; at most two at once. */
  readonly #fingers = new Map<number, Finger>();
  readonly #listeners = new AbortController();
  #hasDragged = false;

  constructor(
    readonly movable: Movable,
    readonly onMove: () => void,
  ) {
    const { host } = movable;
    const listen = <Type extends "pointerdown" | "pointermove" | "pointerup" | "pointercancel" | "wheel" | "click">(
      type: Type,
      act: (event: HTMLElementEventMap[Type]) => void,
      capture = false,
    ) => host.addEventListener(type, act, { signal: this.#listeners.signal, passive: false, capture });
    listen("pointerdown", (event) => this.#begin(event));
    listen("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel"] as const) listen(type, (event) => this.#end(event));
    listen("wheel", (event) => this.#wheel(event));
    // Before anyone takes the end of a drag for a click.
    listen("click", (event) => this.#hasDragged && event.stopImmediatePropagation(), true);
  }

  dispose(): void {
    this.#listeners.abort();
  }

  #pointOf({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.movable.host.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  #begin(event: PointerEvent): void {
    if ((event.button !== 0 && event.button !== 1) || this.#fingers.size === 2) return;
    if (this.#fingers.size === 0) this.#hasDragged = false;
    const at = this.#pointOf(event);
    this.#fingers.set(event.pointerId, { at, held: at, start: at });
    this.#hold();
  }

  #move(event: PointerEvent): void {
    const finger = this.#fingers.get(event.pointerId);
    if (!finger) return;
    // Let go where nobody saw it.
    if (event.buttons === 0) return this.#end(event);
    finger.at = this.#pointOf(event);
    this.#hasDragged ||= this.#fingers.size > 1 || distance(finger.at, finger.start) > clickDistance;
    this.movable.host.setPointerCapture(event.pointerId);
    const [first, second] = [...this.#fingers.values()] as [Finger, Finger?];
    if (!second) this.movable.hold(first.held, first.at, this.movable.scale);
    else
      this.movable.hold(middle(first.held, second.held), middle(first.at, second.at), distance(first.at, second.at) / (distance(first.held, second.held) || 1));
    this.onMove();
  }

  #end(event: PointerEvent): void {
    if (this.#fingers.delete(event.pointerId)) this.#hold();
  }

  /** With each finger that comes or goes a new stretch begins. */
  #hold(): void {
    for (const finger of this.#fingers.values()) finger.held = this.movable.toPicture(finger.at.x, finger.at.y);
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const { movable } = this;
    const at = this.#pointOf(event);
    const held = movable.toPicture(at.x, at.y);
    if (event.ctrlKey || event.metaKey) {
      // A pinch comes in small steps.
      const doublings = -event.deltaY * (event.deltaMode === 1 ? 0.05 : event.deltaMode === 2 ? 1 : 0.002) * (event.ctrlKey ? 10 : 1);
      movable.hold(held, at, movable.scale * 2 ** doublings);
    } else {
      const unit = event.deltaMode === 1 ? lineHeight : event.deltaMode === 2 ? movable.host.clientHeight : 1;
      const [dx, dy] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
      movable.hold(held, { x: at.x - dx * unit, y: at.y - dy * unit }, movable.scale);
    }
    this.onMove();
  }
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
