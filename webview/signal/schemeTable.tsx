import * as l10n from "@vscode/l10n";
import { useEffect, useRef, useState } from "preact/hooks";
import { initializationSchemes, type InitializationChoice, type ModelSnapshot, type Signal } from "../../src/protocol/index.js";
import { formatValue } from "../../src/describe/format.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { bestFirst, schemeTrial, type SchemeTrial } from "../../src/describe/signalHealth.js";
import { signalRows } from "../../src/describe/signalTable.js";
import { Button, Link } from "../controls.js";
import { useSession } from "../pageSession.js";
import { Headings } from "./headings.js";
import { SignalSparkline } from "./signalCurves.js";

/** Under each of these a scheme is tried. */
const seeds = [0, 1, 2];

const choices: readonly InitializationChoice[] = [
  { kind: "asConstructed" },
  ...initializationSchemes.map(({ function: name }): InitializationChoice => ({ kind: "scheme", function: name, arguments: {} })),
];

const nameOf = (choice: InitializationChoice): string => (choice.kind === "asConstructed" ? "asConstructed" : choice.function);

/** What becomes of the signal under every scheme, the best first. Each is asked for by itself, and the one under way ends when it is stopped. */
export function SchemeTable({
  model,
  signal,
  onChoose,
}: {
  readonly model: ModelSnapshot;
  readonly signal: Signal;
  readonly onChoose: (name: string) => void;
}) {
  const { request } = useSession();
  const [trials, setTrials] = useState<readonly SchemeTrial[]>([]);
  const [left, setLeft] = useState(choices.length);
  const trying = useRef(new AbortController());
  useEffect(() => {
    const { signal: stopped } = (trying.current = new AbortController());
    stopped.addEventListener("abort", () => setLeft(0));
    const tryAll = async () => {
      for (const [at, choice] of choices.entries()) {
        const signals: Signal[] = [];
        try {
          for (const seed of seeds) {
            const trial = { target: { kind: "model" }, choice, seed } as const;
            signals.push(await request("signal", { model: model.name, input: signal.input, seed, trial }, { signal: stopped }));
          }
        } catch {
          // A scheme that takes no weight of this model is none to choose from.
        }
        if (stopped.aborted) return;
        if (signals.length === seeds.length) setTrials((known) => bestFirst([...known, schemeTrial(model, choice, signals)]));
        setLeft(choices.length - at - 1);
      }
    };
    setTrials([]);
    setLeft(choices.length);
    void tryAll();
    return () => trying.current.abort();
  }, [model]);

  const factor = (value: number | null): string => (value === null ? "" : `× ${formatValue(value)}`);
  return (
    <div class="signal-table signal-schemes">
      {left > 0 && (
        <p>
          <progress max={choices.length} value={choices.length - left} aria-label={l10n.t("Schemes tried")} />{" "}
          {l10n.t("{0} of {1} schemes, {2} seeds each", choices.length - left, choices.length, seeds.length)}{" "}
          <Button onClick={() => trying.current.abort()}>{l10n.t("Stop")}</Button>
        </p>
      )}
      <table aria-label={l10n.t("Schemes, the best first")}>
        <Headings names={[l10n.t("Scheme"), l10n.t("Curves"), l10n.t("Activations"), l10n.t("Gradients"), l10n.t("Away from 1"), l10n.t("Found")]} />
        <tbody>
          {trials.map(({ choice, signals, health, findings }) => (
            <tr key={nameOf(choice)}>
              <th scope="row">
                <Link title={l10n.t("Try it on the curves")} onClick={() => onChoose(nameOf(choice))}>
                  {choice.kind === "asConstructed" ? l10n.t("as constructed") : choice.function}
                </Link>
              </th>
              <td>
                <SignalSparkline rows={signalRows(indexOf(model), signals[0]!)} label={l10n.t("Curves of {0}", nameOf(choice))} />
              </td>
              <td>{factor(health.activations)}</td>
              <td>{factor(health.gradients)}</td>
              <td>{formatValue(health.away)}</td>
              <td>{findings.map(({ code }) => code).join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
