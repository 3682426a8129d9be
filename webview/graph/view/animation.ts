import type { Point } from "../../../src/picture/geometry.js";
import type { Scene, SceneBox } from "../../../src/picture/scene.js";

const milliseconds = 200;

/** Moves boxes from where they were to where they are; boxes that were not there appear. */
export class Animation {
  readonly #start = performance.now();

  /** `offset`: by how much the pinned box, which does not move on the screen, lies elsewhere in the new picture. */
  constructor(
    readonly before: Scene,
    readonly offset: Point,
  ) {}

  /** 0 to 1, eased out. */
  progress(now: number): number {
    const t = Math.min(1, Math.max(0, (now - this.#start) / milliseconds));
    return 1 - (1 - t) ** 3;
  }

  at(box: SceneBox, progress: number): SceneBox {
    const before = this.before.byId.get(box.node.id);
    if (!before || progress >= 1) return box;
    const mix = (from: number, to: number) => from + (to - from) * progress;
    return {
      ...box,
      x: mix(before.x + this.offset.x, box.x),
      y: mix(before.y + this.offset.y, box.y),
      width: mix(before.width, box.width),
      height: mix(before.height, box.height),
    };
  }
}

/** What the system and VS Code's body class say. */
export function prefersReducedMotion(): boolean {
  return document.body.classList.contains("vscode-reduce-motion") || matchMedia("(prefers-reduced-motion: reduce)").matches;
}
