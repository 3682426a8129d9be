import { border } from "./model/dataFlow.js";
import type { Scene, SceneEdge } from "./scene.js";

/** Follows the drawn edges through borders, from port to port. */
export class SceneFlow {
  readonly #out = new Map<string, SceneEdge[]>();
  readonly #in = new Map<string, SceneEdge[]>();

  constructor(readonly scene: Scene) {
    for (const edge of scene.edges) {
      const from = edge.edge.from === border ? inside(edge.from) : edge.from;
      const to = edge.edge.to === border ? inside(edge.to) : edge.to;
      push(this.#out, from, edge);
      push(this.#in, to, edge);
    }
  }

  /** All that end at a box, from outside and inside, and where those outside come from and lead to beyond the borders that they cross. */
  edgesAt(id: string): Set<SceneEdge> {
    const found = new Set<SceneEdge>();
    for (const way of ["upstream", "downstream"] as const) {
      const pending = [...this.#edgesOf(id, null, way)];
      for (let edge = pending.pop(); edge; edge = pending.pop()) {
        if (found.has(edge)) continue;
        found.add(edge);
        pending.push(...(this.#through(edge, way) ?? []));
      }
    }
    const within = inside(id);
    for (const edge of [...(this.#in.get(within) ?? []), ...(this.#out.get(within) ?? [])]) found.add(edge);
    return found;
  }

  /** The nearest boxes that are not open containers, one way along the flow. */
  next(id: string, way: "upstream" | "downstream"): string[] {
    const found = new Set<string>();
    const seen = new Set<SceneEdge>();
    const pending = [...this.#edgesOf(id, null, way)];
    for (let edge = pending.pop(); edge; edge = pending.pop()) {
      if (seen.has(edge)) continue;
      seen.add(edge);
      const passed = this.#through(edge, way);
      if (passed) pending.push(...passed);
      else found.add(way === "downstream" ? edge.to : edge.from);
    }
    return [...found];
  }

  /** Everything upstream and downstream of a box, and itself. */
  path(id: string): Set<string> {
    const reached = new Set<string>([id]);
    for (const way of ["upstream", "downstream"] as const) {
      const pending = [id];
      const seen = new Set<string>();
      for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
        for (const box of this.next(next, way)) {
          if (seen.has(box)) continue;
          seen.add(box);
          reached.add(box);
          pending.push(box);
        }
      }
    }
    return reached;
  }

  #edgesOf(id: string, port: string | null, way: "upstream" | "downstream"): readonly SceneEdge[] {
    const edges = (way === "downstream" ? this.#out : this.#in).get(id) ?? [];
    return port === null ? edges : edges.filter(({ edge }) => (way === "downstream" ? edge.fromPort : edge.toPort) === port);
  }

  /** The edges on the other side of the border that an edge ends at; null where it ends at a closed box. */
  #through(edge: SceneEdge, way: "upstream" | "downstream"): readonly SceneEdge[] | null {
    const [end, id, port] = way === "downstream" ? [edge.edge.to, edge.to, edge.edge.toPort] : [edge.edge.from, edge.from, edge.edge.fromPort];
    if (end === border) return this.#edgesOf(id, port, way);
    if (!this.scene.byId.get(id)?.node.content) return null;
    return this.#edgesOf(inside(id), port, way);
  }
}

const inside = (id: string) => `${border}${id}`;

function push(map: Map<string, SceneEdge[]>, key: string, edge: SceneEdge): void {
  const list = map.get(key);
  if (list) list.push(edge);
  else map.set(key, [edge]);
}
