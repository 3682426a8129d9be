import type { Scene } from "../../../src/picture/scene.js";
import type { Theme } from "../../../src/picture/theme.js";

const longest = 140;

/** The whole picture in a corner, drawn once a layout, with the view as a frame; a click or drag moves the view there. */
export class Minimap {
  readonly #canvas = document.createElement("canvas");
  #picture: OffscreenCanvas | null = null;
  #scene: Scene | null = null;
  #theme: Theme | null = null;
  #scale = 1;
  #isWanted = false;
  #view: readonly [number, number, number, number] = [0, 0, 0, 0];

  constructor(host: HTMLElement, corner: { readonly width: number }, onMove: (x: number, y: number) => void) {
    Object.assign(this.#canvas.style, { position: "absolute", right: `${Math.max(10, corner.width)}px`, bottom: "10px", display: "none", borderRadius: "4px" });
    this.#canvas.setAttribute("aria-hidden", "true");
    host.append(this.#canvas);
    const move = (event: PointerEvent) => {
      if (event.buttons !== 1) return;
      const bounds = this.#canvas.getBoundingClientRect();
      onMove((event.clientX - bounds.left) / this.#scale, (event.clientY - bounds.top) / this.#scale);
    };
    for (const type of ["click", "dblclick", "wheel"]) this.#canvas.addEventListener(type, (event) => event.stopPropagation());
    this.#canvas.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      this.#canvas.setPointerCapture(event.pointerId);
      move(event);
    });
    this.#canvas.addEventListener("pointermove", (event) => {
      event.stopPropagation();
      move(event);
    });
  }

  setVisible(visible: boolean): void {
    this.#isWanted = visible;
    if (visible && this.#scene && !this.#picture) this.#drawPicture();
    this.#draw();
  }

  setScene(scene: Scene, theme: Theme): void {
    this.#scene = scene;
    this.#theme = theme;
    this.#picture = null;
    if (this.#isWanted) this.#drawPicture();
  }

  /** Corners of the part that is seen. */
  setView(view: readonly [number, number, number, number]): void {
    this.#view = view;
    this.#draw();
  }

  #drawPicture(): void {
    const scene = this.#scene!;
    const theme = this.#theme!;
    this.#scale = longest / Math.max(scene.width, scene.height, 1);
    const [width, height] = [scene.width, scene.height].map((size) => Math.max(8, Math.round(size * this.#scale))) as [number, number];
    this.#picture = new OffscreenCanvas(width * devicePixelRatio, height * devicePixelRatio);
    Object.assign(this.#canvas, { width: width * devicePixelRatio, height: height * devicePixelRatio });
    Object.assign(this.#canvas.style, { width: `${width}px`, height: `${height}px`, outline: `1px solid ${theme.border}` });
    const context = this.#picture.getContext("2d")!;
    context.scale(this.#scale * devicePixelRatio, this.#scale * devicePixelRatio);
    context.fillStyle = theme.background;
    context.fillRect(0, 0, scene.width, scene.height);
    for (const { node, face, x, y, width: w, height: h } of scene.boxes) {
      if (face.shape === "container") {
        context.fillStyle = theme.containerTint;
        context.fillRect(x, y, w, h);
        context.strokeStyle = theme.border;
        context.lineWidth = 0.5 / this.#scale;
        context.strokeRect(x, y, w, h);
      } else {
        context.fillStyle = node.failure ? theme.error : theme.kinds[node.layerKind];
        context.fillRect(x, y, w, Math.max(h, 0.8 / this.#scale));
      }
    }
  }

  #draw(): void {
    const scene = this.#scene;
    // Nothing to overlook where everything is in view.
    const isUseful = scene !== null && (this.#view[0] > 0 || this.#view[1] > 0 || this.#view[2] < scene.width || this.#view[3] < scene.height);
    const isShown = this.#isWanted && isUseful && this.#picture !== null;
    this.#canvas.style.display = isShown ? "block" : "none";
    if (!isShown) return;
    const context = this.#canvas.getContext("2d")!;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.drawImage(this.#picture!, 0, 0);
    const scale = this.#scale * devicePixelRatio;
    const [x0, y0, x1, y1] = this.#view.map((value) => value * scale) as [number, number, number, number];
    context.strokeStyle = this.#theme!.selection;
    context.lineWidth = 1.5 * devicePixelRatio;
    context.strokeRect(
      Math.max(1, x0),
      Math.max(1, y0),
      Math.min(this.#canvas.width - 1, x1) - Math.max(1, x0),
      Math.min(this.#canvas.height - 1, y1) - Math.max(1, y0),
    );
  }
}
