import { select, type Selection } from "d3-selection";
import { zoom, zoomIdentity, type D3ZoomEvent, type ZoomBehavior, type ZoomTransform } from "d3-zoom";
import type { Rectangle } from "../api.js";

const leastScale = 0.02;
const greatestScale = 4;

/** Which part of the picture is seen, and how the pointer moves it: drag and wheel pan, wheel with Ctrl (a pinch) zooms. */
export class Camera {
  transform: ZoomTransform = zoomIdentity;
  readonly #zoom: ZoomBehavior<HTMLElement, unknown>;
  readonly #element: Selection<HTMLElement, unknown, null, undefined>;
  readonly #onWheel: (event: WheelEvent) => void;

  constructor(
    readonly host: HTMLElement,
    /** At the lower right of the view, covered by something else. */
    readonly corner: { readonly width: number; readonly height: number },
    onMove: (byUser: boolean) => void,
  ) {
    this.#zoom = zoom<HTMLElement, unknown>()
      .scaleExtent([leastScale, greatestScale])
      .clickDistance(4)
      .filter((event: MouseEvent | WheelEvent) => (event.type === "wheel" ? event.ctrlKey || event.metaKey : event.button === 0 || event.button === 1))
      .on("zoom", (event: D3ZoomEvent<HTMLElement, unknown>) => {
        this.transform = event.transform;
        onMove(event.sourceEvent !== null);
      });
    this.#element = select(host);
    this.#element.call(this.#zoom).on("dblclick.zoom", null);
    this.#onWheel = (event) => {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? host.clientHeight : 1;
      const [dx, dy] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
      this.#zoom.translateBy(this.#element, (-dx * unit) / this.transform.k, (-dy * unit) / this.transform.k);
      onMove(true);
    };
    host.addEventListener("wheel", this.#onWheel, { passive: false });
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
    const bounded = Math.max(leastScale, Math.min(greatestScale, scale));
    this.#zoom.transform(this.#element, zoomIdentity.translate(x, y).scale(bounded));
  }

  /** Moves what is drawn by pixels of the screen. */
  shift(dx: number, dy: number): void {
    this.set(this.transform.x + dx, this.transform.y + dy, this.scale);
  }

  zoomBy(factor: number): void {
    this.#zoom.scaleBy(this.#element, factor);
  }

  toPicture(x: number, y: number): { x: number; y: number } {
    return { x: (x - this.transform.x) / this.scale, y: (y - this.transform.y) / this.scale };
  }

  toScreen({ x, y, width, height }: Rectangle): Rectangle {
    return { x: x * this.scale + this.transform.x, y: y * this.scale + this.transform.y, width: width * this.scale, height: height * this.scale };
  }

  /** Puts a rectangle of the picture into the middle, as large as it fits and no larger than `most`; beside the covered corner where it would reach into it. */
  fit(box: Rectangle, most = 1, margin = 16): void {
    const { x, y, width, height } = box;
    const scale = (room: number) => Math.min(most, (room - 2 * margin) / width, (this.height - 2 * margin) / height);
    this.center(x + width / 2, y + height / 2, scale(this.width));
    if (!this.isCovered(this.toScreen(box))) return;
    const room = this.width - this.corner.width + margin;
    this.set(room / 2 - (x + width / 2) * scale(room), this.height / 2 - (y + height / 2) * scale(room), scale(room));
  }

  /** Whether a rectangle on the screen reaches into the covered corner. */
  isCovered({ x, y, width, height }: Rectangle): boolean {
    return this.corner.width > 0 && x + width > this.width - this.corner.width && y + height > this.height - this.corner.height && x < this.width && y < this.height;
  }

  center(x: number, y: number, scale = this.scale): void {
    this.set(this.width / 2 - x * scale, this.height / 2 - y * scale, scale);
  }

  dispose(): void {
    this.#element.on(".zoom", null);
    this.host.removeEventListener("wheel", this.#onWheel);
  }
}
