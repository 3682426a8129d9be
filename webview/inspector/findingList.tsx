import "./findingList.css";
import * as l10n from "@vscode/l10n";
import type { Finding } from "../../src/describe/findings/finding.js";
import type { FindingSeverity } from "../../src/protocol/index.js";
import { Icon } from "../controls.js";

const icons: Readonly<Record<FindingSeverity, string>> = { error: "error", warning: "warning", information: "info" };

/** What a run proved about what is shown, with what to do about it. */
export function FindingList({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul class="findings" aria-label={l10n.t("Findings")}>
      {findings.map(({ code, severity, text, remedy }, at) => (
        <li key={at} class={`finding ${severity}`}>
          <Icon name={icons[severity]} />
          <span>
            {text} <span class="muted">{remedy}</span> <code class="finding-code">{code}</code>
          </span>
        </li>
      ))}
    </ul>
  );
}
