import * as l10n from "@vscode/l10n";
import type { Language, TensorSnapshot, TensorStatistics, TensorUse } from "../../src/protocol/index.js";
import { axisText } from "../../src/describe/axisNames.js";
import { goodnessOfFit } from "../../src/describe/density.js";
import { formatCount, formatValue } from "../../src/describe/format.js";
import { initializationTheory } from "../../src/describe/initializationTheory.js";
import { initCall } from "../../src/describe/signal.js";
import { type Fact, Facts } from "./facts.js";

/** The theory of an initialization with its source: formula, fans, what is expected and what the sample says. */
export function Theory({
  tensor,
  use,
  statistics,
  language,
}: {
  readonly tensor: TensorSnapshot;
  /** Of the layer that it is looked at in. */
  readonly use: TensorUse | undefined;
  readonly statistics: TensorStatistics | null;
  readonly language: Language;
}) {
  const theory = initializationTheory(tensor, use);
  if (!theory || (theory.formula === null && theory.fans === null)) return null;
  const { formula, papers, gain, fans, otherAxes, expectedStd, heStd } = theory;
  const { initialization } = tensor;
  const isChanged = initialization.kind !== "unknown" && initialization.modifiedBy.length > 0;
  const distribution = initialization.kind === "unknown" ? null : initialization.distribution;
  const fit = distribution && statistics && !isChanged ? goodnessOfFit(distribution, statistics) : null;
  const facts: (Fact | false)[] = [
    formula !== null && { name: l10n.t("formula"), value: formula },
    gain !== null && { name: "gain", value: formatValue(gain) },
    fans !== null && { name: "fan_in", value: formatCount(fans.in) },
    fans !== null && { name: "fan_out", value: formatCount(fans.out) },
    expectedStd !== null && { name: l10n.t("expected std"), value: formatValue(expectedStd) },
    fit !== null && {
      name: l10n.t("fit (Kolmogorov-Smirnov)"),
      value: l10n.t("D = {0}, as much by chance: {1}", formatValue(fit.distance), formatValue(fit.probability)),
    },
  ];
  return (
    <details class="theory">
      <summary>{l10n.t("Theory")}</summary>
      <Facts facts={facts} />
      {otherAxes && (
        <p class="muted">
          {l10n.t(
            "The fans are as PyTorch counts them, by dimensions 1 and 0 whatever those stand for: here for {0} and {1}, so that they do not say what a unit takes and gives.",
            axisText(otherAxes[1]),
            axisText(otherAxes[0]),
          )}
        </p>
      )}
      {heStd !== null && expectedStd !== null && (
        <p class="muted">
          {l10n.t(
            "The constructor's default, a = √5, makes the bound 1 / √fan_in and the std 1 / √(3 · fan_in): a bound that PyTorch has kept from Torch, for no nonlinearity in particular. He et al. derive a std of √(2 / fan_in) = {0} for ReLU. This has {1} of that variance: without normalization, the mean square of a signal through ReLU is multiplied by as much at every layer, biases aside. He's is {2}.",
            formatValue(heStd),
            formatValue((expectedStd / heStd) ** 2),
            initCall("kaimingNormal_", "weight", { nonlinearity: "relu" }, language),
          )}
        </p>
      )}
      {papers.map(({ authors, year, title, address }) => (
        <p key={address} class="muted">
          {authors} ({year}):{" "}
          <a class="link" href={address}>
            {title}
          </a>
        </p>
      ))}
    </details>
  );
}
