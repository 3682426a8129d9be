import * as l10n from "@vscode/l10n";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { IconButton } from "../controls.js";
import type { GraphViewInterface } from "../graph/index.js";
import { useSession } from "../pageSession.js";
import { Breadcrumbs } from "./breadcrumbs.js";
import { ModuleView } from "./moduleView.js";
import { NodeView } from "./nodeView.js";

/** Scrolls to the card of a parameter, or to the beginning; values that come later move it no more, until the user scrolls. */
function useBeginning(body: RefObject<HTMLElement | null>, tensor: string | undefined, changes: readonly unknown[]): void {
  useEffect(() => {
    const { current } = body;
    if (!current) return;
    const card = tensor === undefined ? null : current.querySelector(`.parameter[aria-label="${CSS.escape(tensor)}"]`);
    if (!card) return current.scrollTo(0, 0);
    const observer = new ResizeObserver(() => current.scrollBy(0, card.getBoundingClientRect().top - current.getBoundingClientRect().top));
    for (const each of [current, ...current.querySelectorAll(".parameter")]) observer.observe(each);
    const end = () => observer.disconnect();
    const byUser = ["wheel", "pointerdown", "keydown"] as const;
    for (const name of byUser) current.addEventListener(name, end, { passive: true });
    return () => {
      end();
      for (const name of byUser) current.removeEventListener(name, end);
    };
  }, changes);
}

interface InspectorProps {
  readonly model: ModelSnapshot;
  /** The picture while it is mounted. */
  readonly graph: GraphViewInterface | null;
  /** Opened by a control that is gone since: takes the focus in its place. */
  readonly focused: boolean;
  readonly onClose: () => void;
}

/** What is known of the selection; of the model where nothing is selected. */
export function Inspector({ model, graph, focused, onClose }: InspectorProps) {
  const { selected } = useSession().page;
  const body = useRef<HTMLDivElement>(null);
  const path = selected?.path ?? "";
  const key = selected?.kind === "node" ? selected.id : path;
  const tensor = selected?.kind === "module" ? selected.tensor : undefined;
  useBeginning(body, tensor, [key, model.name, tensor]);
  useEffect(() => {
    if (focused) body.current?.focus();
  }, [focused]);

  return (
    <aside class="inspector" aria-label={l10n.t("Inspector")}>
      <header class="inspector-head">
        <Breadcrumbs model={model} path={path} last={selected?.kind === "node" ? selected.label : null} />
        <IconButton icon="close" label={l10n.t("Close Inspector")} onClick={onClose} />
      </header>
      <div ref={body} class="inspector-body" tabIndex={0}>
        {selected?.kind === "node" ? <NodeView key={key} model={model} node={selected} /> : <ModuleView key={key} model={model} path={path} graph={graph} />}
      </div>
    </aside>
  );
}
