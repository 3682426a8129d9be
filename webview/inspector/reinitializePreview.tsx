import * as l10n from "@vscode/l10n";
import { useEffect, useState } from "preact/hooks";
import { formatCount, formatValue } from "../../src/describe/format.js";
import { reachedTensors } from "../../src/describe/initializationTarget.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import type { ModelSnapshot, ModuleSnapshot, Reinitialization, TensorId, TensorStatistics } from "../../src/protocol/index.js";
import { Link } from "../controls.js";
import { useSession } from "../pageSession.js";
import { isBusy } from "../state.js";
import { HistogramPair } from "./histogram.js";

/** Tensors that are shown by themselves; more on request. */
const tensorsShown = 2;

/** Values that are drawn for it at most: what takes longer to draw than a user waits for a letter is not drawn ahead. */
const mostValues = 8_000_000;

/** Milliseconds without a change before it is asked for. */
const pause = 120;

interface ReinitializePreviewProps {
  readonly model: ModelSnapshot;
  /** Whose parameters are shown. */
  readonly module: ModuleSnapshot;
  readonly reinitialization: Reinitialization;
}

/** What parameters of a module would become, over what they are: drawn from the same seed, and put back. */
export function ReinitializePreview({ model, module, reinitialization }: ReinitializePreviewProps) {
  const { page, can, request } = useSession();
  const [all, setAll] = useState(false);
  const [drawn, setDrawn] = useState<readonly { readonly id: TensorId; readonly then: TensorStatistics | null }[] | string>([]);
  const { target } = reinitialization;
  const index = indexOf(model);
  const reached = reachedTensors(index, target);
  const near = nearOf(model, module, reached);
  const tensors = all ? near : likelyOf(model, near);
  const tooMany = reached.reduce((sum, id) => sum + model.tensors[id]!.count, 0) > mostValues;
  const key = JSON.stringify([reinitialization, tensors]);
  const waits = isBusy(page) || tooMany || tensors.length === 0 || !can("previewReinitialize");
  useEffect(() => {
    if (waits) return;
    let current = true;
    const timer = setTimeout(() => {
      request("previewReinitialize", { model: model.name, tensors, ...reinitialization }).then(
        (found) => current && setDrawn(tensors.map((id, at) => ({ id, then: found[at] ?? null }))),
        (error: Error) => current && setDrawn(error.message),
      );
    }, pause);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [model, key, waits]);

  if (tooMany) return <p class="muted">{l10n.t("More than {0} values: they are not drawn ahead.", formatCount(mostValues))}</p>;
  if (typeof drawn === "string") return <p class="muted">{drawn}</p>;
  // What was drawn before stays until the next has come.
  const pairs = drawn.flatMap(({ id, then }) => (then && model.tensors[id] ? [{ id, now: model.tensors[id].statistics, then }] : []));
  if (pairs.length === 0) return null;
  return (
    <section class="reinitialize-preview" aria-label={l10n.t("Preview")}>
      {pairs.map(({ id, now, then }) => (
        <figure key={id}>
          <figcaption>
            <span>{nameIn(index.places(id)[0]!, target, module.path)}</span>
            <Spread place="first" name={l10n.t("now")} statistics={now} />
            <Spread place="second" name={l10n.t("then")} statistics={then} />
          </figcaption>
          <HistogramPair first={now} second={then} />
        </figure>
      ))}
      {near.length > tensors.length && <Link onClick={() => setAll(true)}>{l10n.t("Show all {0}", formatCount(near.length))}</Link>}
    </section>
  );
}

function Spread({ place, name, statistics }: { readonly place: "first" | "second"; readonly name: string; readonly statistics: TensorStatistics | null }) {
  const { finite } = statistics ?? {};
  if (!finite) return null;
  return (
    <span class={`comparison-module ${place}`}>
      <span class="comparison-color" aria-hidden="true" />
      <span>{finite.min === finite.max ? l10n.t("{0}: all {1}", name, formatValue(finite.mean)) : l10n.t("{0}: std {1}", name, formatValue(finite.std))}</span>
    </span>
  );
}

/** What is reached of the module that is looked at; where that is nothing, all that is. */
function nearOf(model: ModelSnapshot, module: ModuleSnapshot, reached: readonly TensorId[]): readonly TensorId[] {
  const within = new Set(
    indexOf(model)
      .parametersWithin(module.path)
      .map(({ id }) => id),
  );
  const own = reached.filter((id) => within.has(id));
  return own.length > 0 ? own : reached;
}

/** The first weights; biases only where there is nothing else. */
function likelyOf(model: ModelSnapshot, near: readonly TensorId[]): readonly TensorId[] {
  const weights = near.filter((id) => (model.tensors[id]!.shape?.length ?? 0) >= 2);
  return (weights.length > 0 ? weights : near).slice(0, tensorsShown);
}

/** As seen from the module that is looked at. */
function nameIn({ path, name }: { readonly path: string; readonly name: string }, target: Reinitialization["target"], shown: string): string {
  return target.kind === "module" && path === shown ? name : path === "" ? name : `${path}.${name}`;
}
