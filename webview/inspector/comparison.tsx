import * as l10n from "@vscode/l10n";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ModelSnapshot, ModuleSnapshot, TensorSnapshot, TensorStatistics } from "../../src/protocol/index.js";
import { IconButton, Link } from "../controls.js";
import { formatCount, formatPercent, formatShape, formatValue, nonFiniteText } from "../../src/describe/format.js";
import { indexOf, type ModelIndex } from "../../src/describe/modelIndex.js";
import { initializedBy } from "../../src/describe/initialization.js";
import { useSession } from "../pageSession.js";
import { Section } from "./facts.js";
import { HistogramPair } from "./histogram.js";

export interface ComparisonProps {
  readonly model: ModelSnapshot;
  readonly module: ModuleSnapshot;
}

/** Pairs that are shown at once: a block has a dozen, a whole model thousands. */
const pairsShown = 12;

/** Two modules' parameters side by side, those of one name together; while only one is chosen, how to choose the other. */
export function Comparison({ model, module }: ComparisonProps) {
  const { page, dispatch } = useSession();
  const [all, setAll] = useState(false);
  const index = indexOf(model);
  const other = page.compared === null ? undefined : index.module(page.compared);
  if (!other) return null;
  const end = <IconButton icon="close" label={l10n.t("End Comparison")} onClick={() => dispatch({ kind: "compare", with: null })} />;
  if (other === module) {
    return (
      <Section title={l10n.t("Comparison")} note={end}>
        <p class="muted">{l10n.t("Select the module to compare it with.")}</p>
      </Section>
    );
  }
  const [first, second] = [parametersOf(index, other), parametersOf(index, module)];
  const names = [...new Set([...first.keys(), ...second.keys()])];
  const shown = all ? names : names.slice(0, pairsShown);
  return (
    <Section title={l10n.t("Comparison")} note={end}>
      <p class="comparison-key">
        <Compared ordinal={1}>
          <Link onClick={() => dispatch({ kind: "choose", selected: { kind: "module", path: other.path }, reveal: true })}>{other.path || model.name}</Link>
        </Compared>
        <Compared ordinal={2}>{module.path || model.name}</Compared>
      </p>
      {names.length === 0 && <p class="muted">{l10n.t("Neither has parameters.")}</p>}
      {shown.map((name) => (
        <Pair key={name} model={model} name={name} first={first.get(name)} second={second.get(name)} />
      ))}
      {shown.length < names.length && <Link onClick={() => setAll(true)}>{l10n.t("Show all {0}", formatCount(names.length))}</Link>}
    </Section>
  );
}

/** A compared module: the number that it has in the picture, the colour of its histogram, its name. */
function Compared({ ordinal, children }: { readonly ordinal: 1 | 2; readonly children: ComponentChildren }) {
  return (
    <span class={ordinal === 1 ? "comparison-module first" : "comparison-module second"}>
      <span class="comparison-ordinal">{ordinal}</span>
      <span class="comparison-color" aria-hidden="true" />
      <span>{children}</span>
    </span>
  );
}

/** Parameters of a module and of what lies in it, by their names as seen from there. */
function parametersOf(index: ModelIndex, module: ModuleSnapshot): ReadonlyMap<string, TensorSnapshot> {
  return new Map(index.parameterPlacesWithin(module.path).map(({ name, use }) => [name, index.tensor(use)]));
}

interface PairProps {
  readonly model: ModelSnapshot;
  readonly name: string;
  readonly first: TensorSnapshot | undefined;
  readonly second: TensorSnapshot | undefined;
}

/** Fewest and most bins of a comparison; between them as many as the smaller tensor can fill (Rice's rule). */
const [fewestBins, mostBins] = [6, 32];

/** Statistics of both tensors with bins over one range; their own until the live model has counted them, and where it cannot. */
function useSharedBins(model: ModelSnapshot, first: TensorSnapshot | undefined, second: TensorSnapshot | undefined): readonly (TensorStatistics | null)[] {
  const { can, request } = useSession();
  const own = [first?.statistics ?? null, second?.statistics ?? null] as const;
  const [counted, setCounted] = useState<readonly TensorStatistics[] | null>(null);
  useEffect(() => {
    setCounted(null);
    if (!can("statistics") || !first || !second || !own[0]?.histogram || !own[1]?.histogram) return;
    let current = true;
    const bins = Math.round(Math.max(fewestBins, Math.min(mostBins, 2 * Math.cbrt(Math.min(first.count, second.count)))));
    const count = (known: readonly TensorStatistics[]) => {
      const range = [Math.min(...known.map(({ finite }) => finite!.min)), Math.max(...known.map(({ finite }) => finite!.max))] as const;
      return Promise.all([first, second].map((tensor) => request("statistics", { model: model.name, tensor: tensor.id, bins, range })));
    };
    count([own[0], own[1]])
      // What the snapshot knows of a large tensor is sampled: its full range may be wider.
      .then((found) =>
        found.every(({ finite, histogram }) => finite && histogram && finite.min >= histogram.low && finite.max <= histogram.high) ? found : count(found),
      )
      .then(
        (found) => current && setCounted(found),
        () => undefined,
      );
    return () => {
      current = false;
    };
  }, [model, first?.id, second?.id]);
  return counted ?? own;
}

function Pair({ model, name, first, second }: PairProps) {
  const [ofFirst, ofSecond] = useSharedBins(model, first, second);
  const rows: readonly [string, (tensor: TensorSnapshot) => string][] = [
    [l10n.t("shape"), (tensor) => formatShape(tensor.shape)],
    [l10n.t("elements"), (tensor) => formatCount(tensor.count)],
    [l10n.t("initialized by"), ({ initialization }) => initializedBy(initialization) || "?"],
    [l10n.t("mean"), ({ statistics }) => (statistics?.finite ? formatValue(statistics.finite.mean) : "–")],
    [l10n.t("std"), ({ statistics }) => (statistics?.finite ? formatValue(statistics.finite.std) : "–")],
    [l10n.t("min"), ({ statistics }) => (statistics?.finite ? formatValue(statistics.finite.min) : "–")],
    [l10n.t("max"), ({ statistics }) => (statistics?.finite ? formatValue(statistics.finite.max) : "–")],
    [l10n.t("zeros"), ({ statistics }) => (statistics ? formatPercent(statistics.zeros / Math.max(1, statistics.sampled)) : "–")],
  ];
  const nonFinite = [first, second].map((tensor) => (tensor?.statistics ? nonFiniteText(tensor.statistics) : ""));
  return (
    <article class="comparison" aria-label={name}>
      <h3>{name}</h3>
      {first && second && first.id === second.id && <p class="muted">{l10n.t("One shared parameter: the values are the same.")}</p>}
      <HistogramPair first={ofFirst ?? null} second={ofSecond ?? null} />
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">1</th>
            <th scope="col">2</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([title, text]) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>{first ? text(first) : "–"}</td>
              <td>{second ? text(second) : "–"}</td>
            </tr>
          ))}
          {nonFinite.some((text) => text !== "") && (
            <tr class="alarming">
              <th scope="row">{l10n.t("not finite")}</th>
              {nonFinite.map((text, at) => (
                <td key={at}>{text || "0"}</td>
              ))}
            </tr>
          )}
        </tbody>
      </table>
    </article>
  );
}
