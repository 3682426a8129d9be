import * as l10n from "@vscode/l10n";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import {
  defaultRate,
  type ModelSnapshot,
  mostTrainingSteps,
  type Training,
  trainingLosses,
  type TrainingOptimizer,
  trainingOptimizers,
} from "../../src/protocol/index.js";
import { formatValue } from "../../src/describe/format.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { continued, largestUpdate, statisticsOf, stepCurves, trainedWith, trainingCells } from "../../src/describe/training.js";
import { Button, Dropdown, TextInput } from "../controls.js";
import { HistogramPair } from "../inspector/histogram.js";
import { useSession } from "../pageSession.js";
import { runningTraining } from "../state.js";
import { Headings } from "./headings.js";

/** Histograms that stand beside one another at most, where no module is selected. */
const mostHistograms = 8;

/** Takes a few steps and shows what becomes of the loss, of gradients and of every parameter, as they move; the model stays as it is. */
export function TrainingView({ model }: { readonly model: ModelSnapshot }) {
  const { page, request, announce } = useSession();
  const [steps, setSteps] = useState("50");
  const [optimizer, setOptimizer] = useState<TrainingOptimizer>("SGD");
  const [rate, setRate] = useState(String(defaultRate.SGD));
  const [loss, setLoss] = useState("");
  const [own, setTraining] = useState<Training | null>(null);
  const live = useMemo(() => runningTraining(page, model), [page.host, model]);
  // What the code itself did shows until steps are taken here, what it does first of all.
  const training = live ?? own ?? model.training ?? null;
  useEffect(() => {
    if (live) setTraining(null);
  }, [live]);
  const [problem, setProblem] = useState<string | null>(null);
  const [running, setRunning] = useState<AbortController | null>(null);
  const stopped = useRef(() => {});
  stopped.current = () => running?.abort();
  useEffect(() => () => stopped.current(), []);

  const count = Number(steps);
  const wrong =
    !Number.isInteger(count) || count < 1 || count > mostTrainingSteps
      ? l10n.t("Steps are a whole number from 1 to {0}.", mostTrainingSteps)
      : !(Number(rate) > 0) || !Number.isFinite(Number(rate))
        ? l10n.t("The rate is a number above 0.")
        : null;
  const start = () => {
    if (wrong !== null || running) return;
    const abort = new AbortController();
    let seen: Training | null = null;
    setRunning(abort);
    setProblem(null);
    setTraining(null);
    const chosen = trainingLosses.find((each) => each === loss) ?? null;
    request(
      "train",
      { model: model.name, steps: count, optimizer, rate: Number(rate), loss: chosen, input: model.signal?.input ?? null, seed: 0 },
      { signal: abort.signal, onProgress: ({ training: more }) => more && setTraining((seen = continued(seen, more))) },
    )
      .then(
        (whole) => {
          setTraining(whole);
          announce(outcome(whole));
        },
        // What was seen until it was stopped stays.
        (error: Error) => setProblem(error.message),
      )
      .finally(() => setRunning(null));
  };

  return (
    <div class="training">
      <form
        class="training-form"
        aria-label={l10n.t("A few steps")}
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && event.target instanceof HTMLElement && event.target.tagName === "VSCODE-TEXT-FIELD") start();
        }}
      >
        <TextInput label={l10n.t("Steps")} value={steps} onInput={setSteps}>
          <span class="muted">{l10n.t("steps")}</span>
        </TextInput>
        <Dropdown
          position="below"
          label={l10n.t("Optimizer")}
          value={optimizer}
          choices={trainingOptimizers.map((value) => ({ value, text: value }))}
          onChoose={(name) => {
            const chosen = trainingOptimizers.find((each) => each === name) ?? "SGD";
            setOptimizer(chosen);
            setRate(String(defaultRate[chosen]));
          }}
        />
        <TextInput label={l10n.t("Learning rate")} value={rate} onInput={setRate}>
          <span class="muted">{l10n.t("rate")}</span>
        </TextInput>
        <Dropdown
          position="below"
          label={l10n.t("Loss")}
          value={loss}
          choices={[
            { value: "", text: l10n.t("loss by output") },
            ...trainingLosses.map((value) => ({ value, text: value === "output" ? l10n.t("the output itself") : value })),
          ]}
          onChoose={setLoss}
        />
        {running ? (
          <>
            <Button onClick={() => running.abort()}>{l10n.t("Stop")}</Button>
            <progress max={count} value={own?.steps ?? 0} aria-label={l10n.t("Steps taken")} />
          </>
        ) : (
          <Button primary disabled={wrong !== null} onClick={start}>
            {l10n.t("Take Steps")}
          </Button>
        )}
      </form>
      {(wrong ?? problem) && <p class="training-problem">{wrong ?? problem}</p>}
      {training && training.samples.length > 0 ? (
        <TrainingCurves model={model} training={training} />
      ) : (
        !running && <p class="muted">{l10n.t("Steps show whether it trains. Afterwards the model is as before: weights, buffers, gradients and generator.")}</p>
      )}
    </div>
  );
}

function outcome({ samples, failure }: Training): string {
  const [first, last] = [samples[0]?.loss ?? null, samples.at(-1)?.loss ?? null];
  return failure ?? l10n.t("Loss {0} to {1}", first === null ? "?" : formatValue(first), last === null ? "?" : formatValue(last));
}

/** The curves of a training, a table behind them, and a scrubber through the histograms of its parameters. */
export function TrainingCurves({ model, training }: { readonly model: ModelSnapshot; readonly training: Training }) {
  const { page } = useSession();
  const [scrubbed, setScrubbed] = useState<number | null>(null);
  const { samples, parameters } = training;
  const detailed = useMemo(() => samples.filter((sample) => sample.parameters), [training]);
  const at = Math.min(scrubbed ?? Infinity, detailed.length - 1);
  const shown = detailed[at];
  const selected = page.selected?.path ?? "";
  // Of the selected module, and what lies in it; of a layer without parameters, those of the model.
  const wanted = useMemo(() => {
    const within = indexOf(model).within(selected);
    const tensors = new Set(within.flatMap((module) => module.parameters.map(({ tensor }) => tensor)));
    const all = parameters.map(({ tensor, name }, place) => ({ tensor, name, place }));
    const its = all.filter(({ tensor }) => tensors.has(tensor));
    return (its.length > 0 ? its : all).slice(0, mostHistograms);
  }, [model, parameters, selected]);
  const steps = samples.map(({ step }) => step);
  const charts = [
    { title: l10n.t("Loss"), series: [samples.map(({ loss }) => loss)], isLogarithmic: false, of: steps },
    { title: l10n.t("Gradient norm"), series: [samples.map(({ gradientNorm }) => gradientNorm)], isLogarithmic: true, of: steps },
    {
      title: l10n.t("Update / weight"),
      series: [detailed.map((sample) => largestUpdate(model, training, sample)?.ratio ?? null)],
      isLogarithmic: true,
      of: detailed.map(({ step }) => step),
    },
  ];
  const { headings, cells } = trainingCells(model, training, detailed);
  return (
    <>
      <p class="muted">
        {trainedWith(training)}
        {training.failure && <strong> {training.failure}</strong>}
      </p>
      <div class="training-charts">
        {charts.map(({ title, series, isLogarithmic, of }) => (
          <StepChart key={title} title={title} steps={of} series={series} isLogarithmic={isLogarithmic} at={shown?.step ?? null} />
        ))}
      </div>
      {detailed.length > 1 && shown && (
        <label class="training-scrubber">
          {l10n.t("Step {0}", shown.step)}
          <input
            type="range"
            min={0}
            max={detailed.length - 1}
            value={at}
            aria-valuetext={l10n.t("Step {0}", shown.step)}
            onInput={(event) => setScrubbed(Number(event.currentTarget.value))}
          />
        </label>
      )}
      <div class="training-histograms">
        {wanted.map(({ name, place }) => {
          const [first, now] = [detailed[0]?.parameters?.[place], shown?.parameters?.[place]];
          if (!first || !now || !shown) return null;
          return (
            <div key={name}>
              <strong>{name}</strong>{" "}
              <span class="muted">
                {now.std === null ? l10n.t("nothing finite") : l10n.t("mean {0}, std {1}", formatValue(now.mean ?? NaN), formatValue(now.std))}
              </span>
              <HistogramPair
                first={statisticsOf(first)}
                second={statisticsOf(now)}
                names={[l10n.t("Step {0}", detailed[0]!.step), l10n.t("Step {0}", shown.step)]}
              />
            </div>
          );
        })}
      </div>
      <div class="visually-hidden">
        <table aria-label={l10n.t("Training, step by step")}>
          <Headings names={headings} />
          <tbody>
            {cells.map((row) => (
              <tr key={row[0]}>{row.map((cell, column) => (column === 0 ? <th scope="row">{cell}</th> : <td>{cell}</td>))}</tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface StepChartProps {
  readonly title: string;
  readonly steps: readonly number[];
  readonly series: readonly (readonly (number | null)[])[];
  readonly isLogarithmic: boolean;
  /** The step that is looked at. */
  readonly at: number | null;
}

const [width, height] = [300, 100];

function StepChart({ title, steps, series, isLogarithmic, at }: StepChartProps) {
  const { lines, range } = stepCurves(steps, series, isLogarithmic);
  if (range === null) return null;
  const [first, last] = [steps[0]!, steps.at(-1)!];
  const x = at === null || last === first ? null : ((at - first) / (last - first)) * width;
  const ends = l10n.t("{0} over {1} steps, from {2} to {3}", title, last, formatValue(range[0]), formatValue(range[1]));
  return (
    <figure class="training-chart">
      <figcaption>{title}</figcaption>
      <div class="training-axis" aria-hidden="true">
        <span>{formatValue(range[1])}</span>
        <span>{formatValue(range[0])}</span>
      </div>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={ends}>
        {x !== null && <line class="signal-at" x1={x} x2={x} y1={0} y2={height} />}
        {lines.map((runs, line) => (
          <g key={line} class="signal-line activation">
            {runs.map((run) => (
              <polyline key={run[0]!.x} points={run.map((point) => `${(point.x * width).toFixed(1)},${(point.y * height).toFixed(1)}`).join(" ")} />
            ))}
          </g>
        ))}
      </svg>
    </figure>
  );
}
