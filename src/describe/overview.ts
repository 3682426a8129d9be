import * as l10n from "@vscode/l10n";
import type { ModelSnapshot, TensorSnapshot } from "../protocol/index.js";
import { parametersText } from "./counts.js";
import { formatCount } from "./format.js";
import { initializedBy } from "./initialization.js";
import { indexOf } from "./modelIndex.js";

/** What a model answers without being asked: how its parameters were initialized, which are shared, and whether they are as the code left them. */
export interface Overview {
  /** "121 parameters, all trainable". */
  readonly parameters: string;
  /** Who made it, where that is not the code; null where it is. */
  readonly instance: string | null;
  /** "2 kaimingUniform, 3 uniform, 1 changed since (fill_)"; null where there are no parameters. */
  readonly initialized: string | null;
  /** "2 = 4 (72 parameters counted once)"; null where nothing is shared. */
  readonly shared: string | null;
  /** Parameters that a reinitialization from the editor filled. */
  readonly reinitialized: number;
}

/** Groups of shared weights that are named; the others are counted. */
const groupsNamed = 2;

export function overviewOf(model: ModelSnapshot): Overview {
  const parameters = indexOf(model).parametersWithin("");
  const { totals } = model;
  const frozen = totals.parameters - totals.trainableParameters;
  const count = parametersText(totals.parameters);
  return {
    parameters:
      totals.parameters === 0
        ? count
        : frozen === 0
          ? l10n.t("{0}, all trainable", count)
          : frozen === totals.parameters
            ? l10n.t("{0}, all frozen", count)
            : l10n.t("{0}, {1} of them frozen", count, formatCount(frozen)),
    instance: model.madeHere ? l10n.t("made by Layerscope: the file makes none") : null,
    initialized: parameters.length === 0 ? null : initialized(parameters),
    shared: shared(model, parameters),
    reinitialized: parameters.filter(({ initialization }) => initialization.kind === "recorded" && initialization.by === "layerscope").length,
  };
}

function initialized(parameters: readonly TensorSnapshot[]): string {
  const counts = new Map<string, number>();
  const changes = new Set<string>();
  let changed = 0;
  for (const { initialization } of parameters) {
    // PyTorch's names end with the sign of what works in place, which says nothing here.
    const by = initializedBy(initialization).replace(/_$/, "") || l10n.t("unknown");
    counts.set(by, (counts.get(by) ?? 0) + 1);
    if (initialization.kind === "unknown" || initialization.modifiedBy.length === 0) continue;
    changed++;
    for (const name of initialization.modifiedBy) changes.add(name);
  }
  const functions = [...counts].sort(([, one], [, other]) => other - one).map(([name, count]) => `${formatCount(count)} ${name}`);
  return [...functions, ...(changed > 0 ? [l10n.t("{0} changed since ({1})", formatCount(changed), [...changes].join(", "))] : [])].join(", ");
}

function shared(model: ModelSnapshot, parameters: readonly TensorSnapshot[]): string | null {
  const index = indexOf(model);
  const groups = new Map<string, number>();
  for (const { id, count } of parameters) {
    const paths = [...new Set(index.places(id).map(({ path }) => path || model.name))];
    if (paths.length < 2) continue;
    const name = paths.length > 4 ? `${paths.slice(0, 3).join(" = ")} = …` : paths.join(" = ");
    groups.set(name, (groups.get(name) ?? 0) + count);
  }
  if (groups.size === 0) return null;
  const named = [...groups].slice(0, groupsNamed).map(([name, count]) => l10n.t("{0} ({1} counted once)", name, parametersText(count)));
  const rest = groups.size - named.length;
  return [...named, ...(rest > 0 ? [l10n.t("{0} more", formatCount(rest))] : [])].join("; ");
}
