import * as l10n from "@vscode/l10n";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { initializationSchemes, type InitializationChoice, type ModelSnapshot, type PageModelState, type StateComparison } from "../../src/protocol/index.js";
import { formatValue } from "../../src/describe/format.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { signalRows } from "../../src/describe/signalTable.js";
import { Button, type Choice, Dropdown, TextInput } from "../controls.js";
import { HistogramPair } from "../inspector/histogram.js";
import { useSession } from "../pageSession.js";
import { Headings } from "./headings.js";
import { SignalCurvesView } from "./signalCurves.js";

/** Histograms that stand beside one another at most, where no module is selected. */
const mostHistograms = 8;
/** Other seeds that are offered. */
const seeds = [0, 1, 2];

/** Two states of the model beside one another: weights, distances, signals. States are kept by name, come from files and go to files. */
export function StatesView({ model }: { readonly model: ModelSnapshot }) {
  const { page, request, tell } = useSession();
  const [first, setFirst] = useState("current");
  const [second, setSecond] = useState("seed:0");
  const [name, setName] = useState("");
  const [kept, setKept] = useState<readonly string[]>([]);
  const [compared, setCompared] = useState<{ readonly states: StateComparison; readonly names: readonly [first: string, second: string] } | null>(null);
  const [running, setRunning] = useState<AbortController | null>(null);
  const stopped = useRef(() => {});
  stopped.current = () => running?.abort();
  useEffect(() => {
    const problem = (error: Error) => tell(error.message, "problem");
    request("keptStates", { model: model.name }).then((names) => setKept(names ?? []), problem);
    return () => stopped.current();
  }, []);
  // What was compared is of parameters that are no more.
  useEffect(() => setCompared(null), [model]);

  const input = model.signal?.input ?? null;
  const stateOf = (value: string): PageModelState => {
    const at = value.indexOf(":");
    const [kind, of] = at < 0 ? [value, ""] : [value.slice(0, at), value.slice(at + 1)];
    const reinitialized = (choice: InitializationChoice, seed: number): PageModelState => ({
      kind: "reinitialized",
      reinitialization: { target: { kind: "model" }, choice, seed },
    });
    if (kind === "kept") return { kind, name: of };
    if (kind === "seed") return reinitialized({ kind: "asConstructed" }, Number(of));
    if (kind === "scheme") return reinitialized({ kind: "scheme", function: of, arguments: {} }, 0);
    if (kind === "steps") return { kind: "trained", steps: { steps: Number(of), optimizer: "SGD", rate: 0.01, loss: null, input, seed: 0 } };
    return { kind: "current" };
  };
  const choices: readonly Choice[] = [
    { value: "current", text: l10n.t("as it is") },
    ...kept.map((each) => ({ value: `kept:${each}`, text: each })),
    ...seeds.map((seed) => ({ value: `seed:${seed}`, text: l10n.t("as constructed, seed {0}", seed) })),
    ...[10, 100].map((steps) => ({ value: `steps:${steps}`, text: l10n.t("after {0} steps", steps) })),
    ...initializationSchemes.map(({ function: scheme }) => ({ value: `scheme:${scheme}`, text: scheme })),
  ];
  const textOf = (value: string): string => choices.find((each) => each.value === value)?.text ?? value.slice(value.indexOf(":") + 1);

  const compare = (other = second) => {
    const abort = new AbortController();
    const names = [textOf(first), textOf(other)] as const;
    setRunning(abort);
    request("compareStates", { model: model.name, first: stateOf(first), second: stateOf(other), input, seed: 0 }, { signal: abort.signal })
      .then(
        (states) => setCompared({ states, names }),
        (error: Error) => {
          setCompared(null);
          tell(error.message, "problem");
        },
      )
      .finally(() => setRunning(null));
  };
  const changed = (asked: Promise<readonly string[]>, done: string) =>
    asked.then(
      (names) => {
        setKept(names);
        tell(done);
      },
      (error: Error) => tell(error.message, "problem"),
    );
  const keptName = first.startsWith("kept:") ? first.slice("kept:".length) : null;

  return (
    <div class="training">
      <div class="training-form">
        <Dropdown position="below" label={l10n.t("First state")} value={first} choices={choices} onChoose={setFirst} />
        <Dropdown position="below" label={l10n.t("Second state")} value={second} choices={choices} onChoose={setSecond} />
        {running ? (
          <Button onClick={() => running.abort()}>{l10n.t("Stop")}</Button>
        ) : (
          <Button primary onClick={() => compare()}>
            {l10n.t("Compare")}
          </Button>
        )}
        <TextInput label={l10n.t("Name of the first state")} placeholder={l10n.t("name")} value={name} onInput={setName} />
        <Button
          disabled={name.trim() === ""}
          onClick={() => void changed(request("keepState", { model: model.name, state: stateOf(first), name }), l10n.t("Kept as {0}.", name.trim()))}
        >
          {l10n.t("Keep")}
        </Button>
        {keptName !== null && (
          <Button
            onClick={() => {
              setFirst("current");
              void changed(request("forgetState", { model: model.name, name: keptName }), l10n.t("{0} is kept no more.", keptName));
            }}
          >
            {l10n.t("Forget")}
          </Button>
        )}
        <Button
          onClick={() =>
            void request("importState", { model: model.name }).then(
              ({ names, imported }) => {
                setKept(names);
                if (imported === null) return;
                setSecond(`kept:${imported}`);
                // What of it does not fit shows at once.
                compare(`kept:${imported}`);
              },
              (error: Error) => tell(error.message, "problem"),
            )
          }
        >
          {l10n.t("Import...")}
        </Button>
        <Button
          onClick={() =>
            void request("exportState", { model: model.name, state: stateOf(first), name: keptName ?? model.name }).catch((error: Error) =>
              tell(error.message, "problem"),
            )
          }
        >
          {l10n.t("Export...")}
        </Button>
      </div>
      {compared ? (
        <Compared model={model} compared={compared.states} names={compared.names} selected={page.selected?.path ?? ""} />
      ) : (
        <p class="muted">
          {l10n.t("Compare what the model holds with another seed, a scheme, what some steps make of it, or a file of weights. The model stays as it is.")}
        </p>
      )}
    </div>
  );
}

interface ComparedProps {
  readonly model: ModelSnapshot;
  readonly compared: StateComparison;
  readonly names: readonly [first: string, second: string];
  readonly selected: string;
}

function Compared({ model, compared, names, selected }: ComparedProps) {
  const [hovered, setHovered] = useState<number | null>(null);
  const index = indexOf(model);
  const rows = useMemo(
    () =>
      [compared.first, compared.second].map(({ signal }) => (signal ? signalRows(index, signal) : [])) as [
        ReturnType<typeof signalRows>,
        ReturnType<typeof signalRows>,
      ],
    [compared],
  );
  const within = useMemo(() => new Set(index.within(selected).flatMap((module) => module.parameters.map(({ tensor }) => tensor))), [model, selected]);
  const its = compared.tensors.filter(({ tensor }) => within.has(tensor));
  const number = (value: number | null): string => (value === null ? "" : formatValue(value));
  const spread = (finite: { readonly mean: number; readonly std: number } | null): string =>
    finite ? `${formatValue(finite.mean)} ± ${formatValue(finite.std)}` : l10n.t("nothing finite");
  const nameOf = (tensor: number): string => model.tensors[tensor]?.names[0] ?? "";
  const headings = [l10n.t("Tensor"), l10n.t("Relative L2"), l10n.t("Cosine"), l10n.t("Kolmogorov-Smirnov"), ...names];
  return (
    <>
      {[compared.first, compared.second].map(({ problems }, at) =>
        problems.map((problem) => (
          <p key={`${at}${problem}`} class="training-problem">
            {names[at]}: {problem}
          </p>
        )),
      )}
      {rows[0].length > 0 && (
        <div class="states-curves">
          <SignalCurvesView
            rows={rows[0]}
            trial={rows[1].length === rows[0].length ? rows[1] : null}
            trialName={names[1]}
            hovered={hovered}
            selected={null}
            onHover={setHovered}
            onChoose={() => {}}
            label={l10n.t("Signals of {0} and {1}", ...names)}
          />
        </div>
      )}
      <div class="training-histograms">
        {/* Of a layer without parameters, those of the model. */}
        {(its.length > 0 ? its : compared.tensors).slice(0, mostHistograms).map(({ tensor, first, second }) => (
          <div key={tensor}>
            <strong>{nameOf(tensor)}</strong>
            <HistogramPair first={first} second={second} names={names} />
          </div>
        ))}
      </div>
      <div class="signal-table">
        <table aria-label={l10n.t("States, tensor by tensor")}>
          <Headings names={headings} />
          <tbody>
            {compared.tensors.map(({ tensor, first, second, relative, cosine, kolmogorovSmirnov }) => (
              <tr key={tensor} class={selected !== "" && within.has(tensor) ? "active" : ""}>
                <th scope="row">{nameOf(tensor)}</th>
                {[number(relative), number(cosine), number(kolmogorovSmirnov), spread(first.finite), spread(second.finite)].map((cell, at) => (
                  <td key={at}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
