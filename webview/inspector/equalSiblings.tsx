import * as l10n from "@vscode/l10n";
import { useState } from "preact/hooks";
import type { ModuleSnapshot } from "../../src/protocol/index.js";
import { IconButton, Link } from "../controls.js";
import { formatCount } from "../../src/describe/format.js";
import type { GraphViewInterface } from "../graph/index.js";
import { useSession } from "../pageSession.js";

interface EqualSiblingsProps {
  readonly graph: GraphViewInterface;
  readonly module: ModuleSnapshot;
}

/** Where a module stands, or lies, in a row of equal siblings: steps through them, and shows them as one box or one by one. */
export function EqualSiblings({ graph, module }: EqualSiblingsProps) {
  const { dispatch } = useSession();
  const [, redraw] = useState(0);
  const row = graph.row(module.path);
  if (!row) return null;
  const { members, position, kind, unfolded } = row;
  const count = formatCount(members.length);
  const inside = module.path.slice(members[position]!.length);
  const go = (to: number) => dispatch({ kind: "choose", selected: { kind: "module", path: members[to]! + inside }, reveal: true });
  const fold = () => {
    graph.setUnfolded(members[position]!, !unfolded);
    redraw((times) => times + 1);
  };
  return (
    <div class="equal-siblings" role="group" aria-label={l10n.t("Equal modules")}>
      <IconButton icon="chevron-left" label={l10n.t("Previous Equal Module")} disabled={position === 0} onClick={() => go(position - 1)} />
      <span>
        {kind === "repeated"
          ? l10n.t("{0} of {1} equal modules", formatCount(position + 1), count)
          : l10n.t("{0} of {1} places of one module", formatCount(position + 1), count)}
      </span>
      <IconButton icon="chevron-right" label={l10n.t("Next Equal Module")} disabled={position === members.length - 1} onClick={() => go(position + 1)} />
      <Link onClick={fold}>{unfolded ? l10n.t("Fold into One") : l10n.t("Show Each")}</Link>
    </div>
  );
}
