import * as l10n from "@vscode/l10n";
import { useEffect, useState } from "preact/hooks";
import type { Distribution, Initialization, Language, ModelSnapshot, TensorSnapshot, TensorStatistics, TensorUse } from "../../src/protocol/index.js";
import { Icon, Link } from "../controls.js";
import { elementsText } from "../../src/describe/counts.js";
import { deviates } from "../../src/describe/density.js";
import { formatBytes, formatCount, formatPercent, formatShape, formatValue } from "../../src/describe/format.js";
import { distributionText, initializationCode } from "../../src/describe/initialization.js";
import { LocationLink } from "../locationLink.js";
import { isLeftOut } from "../../src/describe/leftOut.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { shownFindings } from "../state.js";
import { FindingList } from "./findingList.js";
import { useSession } from "../pageSession.js";
import { Facts, type Fact } from "./facts.js";
import { Values } from "./values.js";
import { HistogramChart } from "./histogram.js";
import { Places } from "./places.js";
import { Theory } from "./theory.js";

export interface ParameterCardProps {
  readonly model: ModelSnapshot;
  readonly tensor: TensorSnapshot;
  /** The module's own name for it. */
  readonly name: string;
  /** Path of the module that is shown; its own place is not listed among the partners. */
  readonly path: string;
}

/** One parameter or buffer: what it is, how it came by its values, how they are distributed. */
export function ParameterCard({ model, tensor, name, path }: ParameterCardProps) {
  const { initialization } = tensor;
  const expected = initialization.kind !== "unknown" ? initialization.distribution : null;
  const changed = initialization.kind !== "unknown" && initialization.modifiedBy.length > 0;
  const { page, can } = useSession();
  const findings = shownFindings(page, model).ofTensor(tensor.id);
  const { statistics, exact, askExact } = useExactStatistics(model, tensor);
  return (
    <article class="parameter" aria-label={name}>
      <header class="parameter-head">
        <h3>{name}</h3>
        <span class="parameter-shape">{formatShape(tensor.shape)}</span>
        <span class="muted">{tensor.dtype}</span>
        {tensor.kind === "parameter" && !tensor.requiresGrad && (
          <span class="badge">
            <Icon name="lock" /> {l10n.t("frozen")}
          </span>
        )}
        {tensor.device === "meta" && <span class="badge">{l10n.t("meta: no values")}</span>}
      </header>
      {indexOf(model).isUnused(tensor) && <p class="muted">{l10n.t("Not used in this forward pass: training by it would leave the values as they are.")}</p>}
      <FindingList findings={findings} />
      <Partners model={model} tensor={tensor} name={name} path={path} />
      <InitializationText initialization={initialization} kind={tensor.kind} language={model.language} />
      <p class="muted">{sizeText(tensor)}</p>
      <Theory tensor={tensor} use={useOf(model, path, name)} statistics={statistics} language={model.language} />
      {statistics ? (
        <>
          <HistogramChart statistics={statistics} expected={expected} changed={changed} />
          {expected && <Fit expected={expected} statistics={statistics} changed={changed} />}
          {statistics.sampled < statistics.count && (
            <p class="muted">
              {l10n.t("Sampled {0} of {1} values.", formatCount(statistics.sampled), formatCount(statistics.count))}{" "}
              {can("statistics") && <Link onClick={askExact}>{l10n.t("Count All")}</Link>}
            </p>
          )}
          {exact && <p class="muted">{l10n.t("All {0} values counted.", formatCount(statistics.count))}</p>}
          <Facts facts={statisticsFacts(statistics)} />
        </>
      ) : (
        <p class="muted">
          {tensor.shape === null
            ? l10n.t("The shape is known once a first input has passed.")
            : isLeftOut(tensor)
              ? l10n.t("So many values are not computed while you type: run the file to have them.")
              : l10n.t("There are no values on the meta device.")}
        </p>
      )}
      {tensor.gradient && (
        <details>
          <summary>{l10n.t("Gradient")}</summary>
          <HistogramChart statistics={tensor.gradient} expected={null} />
          <Facts facts={statisticsFacts(tensor.gradient)} />
        </details>
      )}
      {statistics && tensor.shape !== null && can("tensorValues") && <Values model={model} tensor={tensor} name={name} use={useOf(model, path, name)} />}
    </article>
  );
}

function useOf(model: ModelSnapshot, path: string, name: string): TensorUse | undefined {
  const module = indexOf(model).module(path);
  return module && [...module.parameters, ...module.buffers].find((use) => use.name === name);
}

/** The snapshot's statistics, or exact ones once asked for; a new snapshot starts from its own again. */
function useExactStatistics(model: ModelSnapshot, tensor: TensorSnapshot) {
  const { request, tell } = useSession();
  const [counted, setCounted] = useState<TensorStatistics | null>(null);
  useEffect(() => setCounted(null), [model, tensor.id]);
  const askExact = () => {
    request("statistics", { model: model.name, tensor: tensor.id, bins: tensor.statistics?.histogram?.bins.length ?? 64 }).then(setCounted, (error: Error) =>
      tell(error.message, "problem"),
    );
  };
  return { statistics: counted ?? tensor.statistics, exact: counted !== null, askExact };
}

function sizeText({ count, bytes, shape, kind, requiresGrad }: TensorSnapshot): string {
  if (shape === null) return l10n.t("Not yet initialized");
  const role = kind === "buffer" ? l10n.t("buffer") : requiresGrad ? l10n.t("trainable") : l10n.t("not trained");
  return [elementsText(count), formatBytes(bytes), role].join(" · ");
}

function Partners({ model, tensor, name, path }: ParameterCardProps) {
  const index = indexOf(model);
  const places = index.places(tensor.id);
  const module = index.module(path);
  // Where the module itself is shared, the places of its tensors are its own, which are said above.
  const sameModule = new Set(module && index.samePlaces(module));
  if (places.length > 1 && places.every((place) => place.name === name && sameModule.has(place.path))) {
    return (
      <p class="partners">
        <Icon name="link" /> {l10n.t("Shared with the whole module")}
      </p>
    );
  }
  const listed = places.map((place) => ({ path: place.path, text: place.path === "" ? place.name : `${place.path}.${place.name}` }));
  return <Places title={l10n.t("Shared with")} places={listed} here={places.findIndex((place) => place.path === path && place.name === name)} />;
}

interface InitializationTextProps {
  readonly initialization: Initialization;
  readonly kind: TensorSnapshot["kind"];
  readonly language: Language;
}

function InitializationText({ initialization, kind, language }: InitializationTextProps) {
  if (initialization.kind === "unknown") {
    return kind === "buffer" ? null : <p class="muted">{l10n.t("How it was initialized is not known.")}</p>;
  }
  const { distribution, location, modifiedBy } = initialization;
  const replaced = initialization.kind === "recorded" ? (initialization.replaced ?? []) : [];
  return (
    <div class="initialization">
      <p>
        <code>{initializationCode(initialization, language)}</code>
        {distribution && <span class="distribution"> ~ {distributionText(distribution)}</span>}
      </p>
      <p class="muted">
        {originText(initialization.kind === "made" ? "code" : initialization.by)} {location && <LocationLink location={location} />}
      </p>
      {modifiedBy.length > 0 && (
        <p class="modified">
          <Icon name="edit" /> {l10n.t("Changed since by {0}", modifiedBy.join(", "))}
        </p>
      )}
      {replaced.length > 0 && (
        <details>
          <summary>{l10n.t("Initialized before by {0}", [...new Set(replaced.map((each) => each.function))].join(", "))}</summary>
          <ul class="replaced">
            {replaced.map((each, i) => (
              <li key={i}>
                <code>{initializationCode(each, language)}</code> {each.location && <LocationLink location={each.location} />}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function originText(by: Extract<Initialization, { readonly kind: "recorded" }>["by"]): string {
  switch (by) {
    case "constructor":
      return l10n.t("Set by the layer's constructor");
    case "code":
      return l10n.t("Set by your code");
    case "layerscope":
      return l10n.t("Set by a reinitialization here");
  }
}

/** Says what the curve is, and of values that the code changed whether they follow it still: for others that is a finding. */
function Fit({ expected, statistics, changed }: { readonly expected: Distribution; readonly statistics: TensorStatistics; readonly changed: boolean }) {
  // Values that the code changed are expected to leave it: that is told, and no reason for a warning.
  if (changed) {
    const text = deviates(expected, statistics)
      ? l10n.t("as initialized; the values no longer follow it")
      : l10n.t("as initialized; the values still follow it");
    return expected.kind === "constant" ? <p class="muted">{text}</p> : <ExpectedKey text={text} changed />;
  }
  if (expected.kind === "constant") return null;
  return <ExpectedKey text={l10n.t("declared distribution")} changed={false} />;
}

function ExpectedKey({ text, changed }: { readonly text: string; readonly changed: boolean }) {
  return (
    <p class={changed ? "expected-key changed" : "expected-key"}>
      <span class="expected-line" aria-hidden="true" /> {text}
    </p>
  );
}

function statisticsFacts(statistics: TensorStatistics): (Fact | false)[] {
  const { finite, sampled, zeros, nan, positiveInfinity, negativeInfinity } = statistics;
  const infinite = positiveInfinity + negativeInfinity;
  return [
    ...(finite
      ? [
          { name: l10n.t("mean"), value: formatValue(finite.mean) },
          { name: l10n.t("std"), value: formatValue(finite.std) },
          { name: l10n.t("min"), value: formatValue(finite.min) },
          { name: l10n.t("max"), value: formatValue(finite.max) },
        ]
      : []),
    { name: l10n.t("zeros"), value: zeros === 0 ? "0" : `${formatCount(zeros)} (${formatPercent(zeros / sampled)})` },
    nan > 0 && { name: "NaN", value: formatCount(nan), alarming: true },
    infinite > 0 && { name: l10n.t("infinite"), value: formatCount(infinite), alarming: true },
  ];
}
