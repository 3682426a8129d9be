import * as l10n from "@vscode/l10n";
import type { Language, TensorSnapshot, TensorStatistics } from "../../src/protocol/index.js";
import { goodnessOfFit } from "../../src/describe/density.js";
import { formatCount, formatValue } from "../../src/describe/format.js";
import { initializationTheory } from "../../src/describe/initializationTheory.js";
import { initCall } from "../../src/describe/signal.js";
import { type Fact, Facts } from "./facts.js";

/** The theory of an initialization with its source: formula, fans, what is expected and what the sample says. */
export function Theory({
  tensor,
  statistics,
  language,
}: {
  readonly tensor: TensorSnapshot;
  readonly statistics: TensorStatistics | null;
  readonly language: Language;
}) {
  const theory = initializationTheory(tensor);
  if (!theory || (theory.formula === null && theory.fans === null)) return null;
  const { formula, paper, fans, expectedStd, heStd } = theory;
  const { initialization } = tensor;
  const isChanged = initialization.kind !== "unknown" && initialization.modifiedBy.length > 0;
  const distribution = initialization.kind === "unknown" ? null : initialization.distribution;
  const fit = distribution && statistics && !isChanged ? goodnessOfFit(distribution, statistics) : null;
  const facts: (Fact | false)[] = [
    formula !== null && { name: l10n.t("formula"), value: formula },
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
      {heStd !== null && expectedStd !== null && (
        <p class="muted">
          {l10n.t(
            "This is PyTorch's default, and not what He et al. derive for ReLU, a std of √(2 / fan_in) = {0}: it has {1} of that variance, so that a signal shrinks from layer to layer. He's is {2}.",
            formatValue(heStd),
            formatValue((expectedStd / heStd) ** 2),
            initCall("kaimingNormal_", "weight", { nonlinearity: "relu" }, language),
          )}
        </p>
      )}
      {paper && (
        <p class="muted">
          {paper.authors} ({paper.year}):{" "}
          <a class="link" href={paper.address}>
            {paper.title}
          </a>
        </p>
      )}
    </details>
  );
}
