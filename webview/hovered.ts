import { useEffect, useState } from "preact/hooks";

/** The module under the pointer, in the picture or in what stands beside it. It changes with every move of the pointer, so that only those hear of it who show it. */
export class Hovered {
  readonly #listeners = new Set<(path: string | null) => void>();

  /** Null: none. */
  tell(path: string | null): void {
    for (const listener of this.#listeners) listener(path);
  }

  /** Returns what ends the subscription. */
  subscribe(listener: (path: string | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export function useHovered(hovered: Hovered): string | null {
  const [path, setPath] = useState<string | null>(null);
  useEffect(() => hovered.subscribe(setPath), [hovered]);
  return path;
}
