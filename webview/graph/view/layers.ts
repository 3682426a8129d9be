/** A canvas as large as its element, in CSS pixels for those who draw. */
export class Layer {
  readonly canvas = document.createElement("canvas");
  readonly context = this.canvas.getContext("2d")!;
  #ratio = 1;

  constructor(host: HTMLElement) {
    Object.assign(this.canvas.style, { position: "absolute", inset: "0", width: "100%", height: "100%", pointerEvents: "none" });
    this.canvas.setAttribute("aria-hidden", "true");
    host.append(this.canvas);
  }

  resize(width: number, height: number, ratio: number): void {
    this.#ratio = ratio;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== w) this.canvas.width = w;
    if (this.canvas.height !== h) this.canvas.height = h;
  }

  clear(color: string | null): void {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.globalAlpha = 1;
    if (color === null) this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    else {
      this.context.fillStyle = color;
      this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    }
  }

  setView(x: number, y: number, scale: number): void {
    this.context.setTransform(scale * this.#ratio, 0, 0, scale * this.#ratio, x * this.#ratio, y * this.#ratio);
  }
}

/** The two canvases, their size and their frames: at most one paint a frame, none while nothing changes. */
export class Layers {
  readonly host = document.createElement("div");
  readonly base: Layer;
  readonly overlay: Layer;
  readonly #observer: ResizeObserver;
  #frame = 0;

  constructor(
    container: HTMLElement,
    readonly on: { paint(now: number): void; resized(): void },
  ) {
    Object.assign(this.host.style, { position: "relative", width: "100%", height: "100%", overflow: "hidden", touchAction: "none", userSelect: "none" });
    container.append(this.host);
    this.base = new Layer(this.host);
    this.overlay = new Layer(this.host);
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(this.host);
    this.#resize();
  }

  invalidate(): void {
    this.#frame ||= requestAnimationFrame((now) => {
      this.#frame = 0;
      this.on.paint(now);
    });
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = -1;
    this.#observer.disconnect();
    this.host.remove();
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.host;
    for (const layer of [this.base, this.overlay]) layer?.resize(clientWidth, clientHeight, devicePixelRatio);
    queueMicrotask(() => this.on.resized());
  }
}
