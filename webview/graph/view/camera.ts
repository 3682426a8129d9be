import type { Rectangle, Point } from "../../../src/picture/geometry.js";
import { Gestures } from "./gestures.js";

const leastScale = 0.02;
const greatestScale = 4;

/** A point of the picture lies in the view at k times its place, moved by x and y. */
export interface Transform {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

/** Which part of the picture is seen, and how the pointer moves it. */
export class Camera {
  transform: Transform = { k: 1, x: 0, y: 0 };
  /** So much of the view is covered at its upper edge, by the scale of what colors the picture. */
  top = 0;
  readonly #gestures: Gestures;

  constructor(
    readonly host: HTMLElement,
    /** At the lower right of the view, covered by something else. */
    readonly corner: { readonly width: number; readonly height: number },
    readonly onMove: (byUser: boolean) => void,
  ) {
    this.#gestures = new Gestures(this, () => onMove(true));
  }

  get scale(): number {
    return this.transform.k;
  }

  get width(): number {
    return this.host.clientWidth;
  }

  get height(): number {
    return this.host.clientHeight;
  }

  set(x: number, y: number, scale: number): void {
    this.transform = { k: bounded(scale), x, y };
    this.onMove(false);
  }

  /** Brings a point of the picture to a point of the view. */
  hold(picture: Point, at: Point, scale: number): void {
    const k = bounded(scale);
    this.set(at.x - picture.x * k, at.y - picture.y * k, k);
  }

  /** Moves what is drawn by pixels of the screen. */
  shift(dx: number, dy: number): void {
    this.set(this.transform.x + dx, this.transform.y + dy, this.scale);
  }

  zoomBy(factor: number): void {
    const middle = { x: this.width / 2, y: this.height / 2 };
    this.hold(this.toPicture(middle.x, middle.y), middle, this.scale * factor);
  }

  toPicture(x: number, y: number): Point {
    return { x: (x - this.transform.x) / this.scale, y: (y - this.transform.y) / this.scale };
  }

  toScreen({ x, y, width, height }: Rectangle): Rectangle {
    return { x: x * this.scale + this.transform.x, y: y * this.scale + this.transform.y, width: width * this.scale, height: height * this.scale };
  }

  /** Puts a rectangle of the picture into the middle, as large as it fits and no larger than `most`; beside the covered corner where it would reach into it. */
  fit(box: Rectangle, most = 1, margin = 16): void {
    const { x, y, width, height } = box;
    const scale = (room: number) => Math.min(most, (room - 2 * margin) / width, (this.height - this.top - 2 * margin) / height);
    const middle = { x: x + width / 2, y: y + height / 2 };
    const at = (room: number) => ({ x: room / 2, y: (this.top + this.height) / 2 });
    this.hold(middle, at(this.width), scale(this.width));
    if (!this.isCovered(this.toScreen(box))) return;
    const room = this.width - this.corner.width + margin;
    this.hold(middle, at(room), scale(room));
  }

  /** Whether a rectangle on the screen reaches into the covered corner. */
  isCovered({ x, y, width, height }: Rectangle): boolean {
    return (
      this.corner.width > 0 && x + width > this.width - this.corner.width && y + height > this.height - this.corner.height && x < this.width && y < this.height
    );
  }

  center(x: number, y: number, scale = this.scale): void {
    this.set(this.width / 2 - x * scale, this.height / 2 - y * scale, scale);
  }

  dispose(): void {
    this.#gestures.dispose();
  }
}

function bounded(scale: number): number {
  return Math.max(leastScale, Math.min(greatestScale, scale));
}
