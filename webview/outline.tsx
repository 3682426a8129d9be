import * as l10n from "@vscode/l10n";
import { useMemo, useRef } from "preact/hooks";
import { sourceText } from "../src/describe/shapeSource.js";
import type { ModelSnapshot } from "../src/protocol/index.js";
import type { GraphViewInterface } from "./graph/index.js";
import type { GraphItem } from "../src/picture/items.js";
import { useSession } from "./pageSession.js";
import { idOf, selectedOf } from "./state.js";

export interface OutlineProps {
  readonly graph: GraphViewInterface;
  readonly model: ModelSnapshot;
  /** Changes whenever the picture's items do. */
  readonly arranged: number;
  readonly onReveal: (item: GraphItem) => void;
}

/** Items on each side of the active one that exist as elements: enough for a screen reader to look around in. */
const reach = 30;

/**
 * The picture as a tree for keyboard and screen reader: the same items, the same selection, in the order in which data flows.
 * Up and down go through the visible items, left and right through the hierarchy; with Alt, the two arrows that point along the picture's flow follow the
 * edges, and with Shift too they go over to the other branches of a fork.
 */
export function Outline({ graph, model, arranged, onReveal }: OutlineProps) {
  const { page, dispatch } = useSession();
  const items = useMemo(() => graph.items(), [graph, model, arranged]);
  const places = useMemo(() => placesAmongSiblings(items), [items]);
  const activeId = page.selected ? idOf(page.selected) : null;
  const visible = graph.visibleSelection();
  // With nothing selected any more, the keys go on from where they were.
  const place = useRef<{ readonly model: string; readonly id: string } | null>(null);
  if (visible !== null) place.current = { model: model.name, id: visible };
  const here = visible ?? (place.current?.model === model.name ? place.current.id : null);
  const at = Math.max(
    0,
    items.findIndex((item) => item.id === here),
  );
  const active = items[at];
  const first = Math.max(0, at - reach);
  const near = items.slice(first, at + reach + 1);

  const go = (id: string | null | undefined) => {
    const item = id === null || id === undefined ? null : graph.item(id);
    if (item) dispatch({ kind: "choose", selected: selectedOf(item), reveal: true });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || !active || !act(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** What an arrow with Alt leads to; undefined where it does not lie along the flow. */
  const alongFlow = (event: KeyboardEvent): string | null | undefined => {
    const [back, on] = page.memory.preferences.direction === "down" ? ["ArrowUp", "ArrowDown"] : ["ArrowLeft", "ArrowRight"];
    if (!event.altKey || (event.key !== back && event.key !== on)) return undefined;
    const { upstream, downstream } = graph.neighbours(active!.id);
    if (!event.shiftKey) return (event.key === on ? downstream[0] : upstream[0]) ?? null;
    const fork = upstream.map((id) => graph.neighbours(id).downstream).find((branches) => branches.length > 1) ?? [];
    return fork[fork.indexOf(active!.id) + (event.key === on ? 1 : -1)] ?? null;
  };

  /** Whether the key means something here. */
  const act = (event: KeyboardEvent): boolean => {
    const next = alongFlow(event);
    if (next !== undefined) {
      go(next);
      return true;
    }
    if (event.altKey) return false;
    const neighbours = graph.neighbours(active!.id);
    switch (event.key) {
      case "ArrowDown":
        go(activeId === null ? active!.id : items[at + 1]?.id);
        return true;
      case "ArrowUp":
        go(items[at - 1]?.id);
        return true;
      case "ArrowRight":
        if (active!.expandable && !active!.expanded) graph.expand(active!.id);
        else go(neighbours.firstChild);
        return true;
      case "ArrowLeft":
        if (active!.expandable && active!.expanded) graph.collapse(active!.id);
        else go(neighbours.parent);
        return true;
      case "Home":
        go(items[0]?.id);
        return true;
      case "End":
        go(items.at(-1)?.id);
        return true;
      case "Enter":
        if (active!.expandable) graph.toggle(active!.id);
        else onReveal(active!);
        return true;
      case " ":
        go(active!.id);
        return true;
      case "Escape":
        // One step back at a time.
        if (page.tracing) dispatch({ kind: "trace", on: false });
        else if (page.compared !== null) dispatch({ kind: "compare", with: null });
        else dispatch({ kind: "choose", selected: null, reveal: true });
        return true;
      case "+":
      case "=":
        graph.zoomIn();
        return true;
      case "-":
        graph.zoomOut();
        return true;
      default:
        return false;
    }
  };

  return (
    <div
      class="outline"
      role="tree"
      tabIndex={0}
      aria-label={l10n.t("Modules of {0}", model.name)}
      aria-description={model.trace ? sourceText(model.trace) : undefined}
      aria-activedescendant={active && elementId(at)}
      onKeyDown={onKeyDown}
    >
      {near.map((item, offset) => {
        const place = places.get(item.id)!;
        return (
          <div
            key={item.id}
            id={elementId(first + offset)}
            class="visually-hidden"
            role="treeitem"
            aria-level={item.depth + 1}
            aria-posinset={place.position}
            aria-setsize={place.size()}
            aria-expanded={item.expandable ? item.expanded : undefined}
            aria-selected={item.id === activeId}
          >
            {item.description}
          </div>
        );
      })}
    </div>
  );
}

function elementId(at: number): string {
  return `outline-${at}`;
}

/** Each item's position among its siblings, and how many they are. */
function placesAmongSiblings(items: readonly GraphItem[]): Map<string, { position: number; size: () => number }> {
  const counts = new Map<string | null, number>();
  return new Map(
    items.map(({ id, parent }) => {
      const position = (counts.get(parent) ?? 0) + 1;
      counts.set(parent, position);
      return [id, { position, size: () => counts.get(parent)! }];
    }),
  );
}
