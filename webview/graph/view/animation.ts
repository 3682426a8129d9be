import type { SceneBox } from "../scene.js";
import type { Rectangle } from "../api.js";

const milliseconds = 200;

/** Moves boxes from where they were to where they are; boxes that were not there appear. */
export class Animation {
  readonly #start = performance.now();

  /** `before`: where boxes were, in today's coordinates. */
  constructor(readonly before: ReadonlyMap<string, Rectangle>) {}

  /** 0 to 1, eased out. */
  progress(now: number): number {
    const t = Math.min(1, Math.max(0, (now - this.#start) / milliseconds));
    return 1 - (1 - t) ** 3;
  }

  at(box: SceneBox, progress: number): SceneBox {
    const before = this.before.get(box.node.id);
    if (!before || progress >= 1) return box;
    const mix = (from: number, to: number) => from + (to - from) * progress;
    return { ...box, x: mix(before.x, box.x), y: mix(before.y, box.y), width: mix(before.width, box.width), height: mix(before.height, box.height) };
  }
}
