import * as l10n from "@vscode/l10n";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ModelSnapshot, Progress, Signal } from "../../src/protocol/index.js";
import { formatValue } from "../../src/describe/format.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import { signalFindings } from "../../src/describe/signalHealth.js";
import { measuredWith, signalCells, signalRows, type SignalRow } from "../../src/describe/signalTable.js";
import { Button, IconButton, Link } from "../controls.js";
import { FindingList } from "../inspector/findingList.js";
import { HistogramChart } from "../inspector/histogram.js";
import { HowField, SchemeFields, useReinitialization, WhatField, wholeModel } from "../inspector/reinitializationFields.js";
import { useSession } from "../pageSession.js";
import type { GraphViewInterface } from "../graph/index.js";
import { type Hovered, useHovered } from "../hovered.js";
import { isBusy } from "../state.js";
import { Headings } from "./headings.js";
import { SchemeTable } from "./schemeTable.js";
import { StatesView } from "./statesView.js";
import { TrainingView } from "./trainingView.js";
import { SignalCurvesView } from "./signalCurves.js";

/** How a signal goes through the shown model, beneath the picture. It is measured when the pane opens, and again when parameters change. */
export function SignalPane({
  model,
  graph,
  hovered: pointedAt,
}: {
  readonly model: ModelSnapshot;
  readonly graph: GraphViewInterface | null;
  readonly hovered: Hovered;
}) {
  const session = useSession();
  const { page, act, can, dispatch, request, tell } = session;
  const [shows, setShows] = useState<"curves" | "table" | "schemes" | "steps" | "states">("curves");
  // Also where that is why the pane is opened.
  useEffect(() => {
    if (page.asked?.action === "training") setShows("steps");
    if (page.asked?.action === "measure") setShows("curves");
  }, [page.asked]);
  const [hoveredRow, setHoveredRow] = useState<number | null>(null);
  const inPicture = useHovered(pointedAt);
  const [trial, setTrial] = useState<Signal | null>(null);
  const busy = isBusy(page);
  const { signal } = model;
  const [measured, setMeasured] = useState<Progress | null>(null);
  const [ended, setEnded] = useState(false);
  const measuring = useRef(new AbortController());
  const measure = () => {
    measuring.current = new AbortController();
    setMeasured(null);
    setEnded(false);
    request("showSignal", { model: model.name, input: null, seed: 0 }, { signal: measuring.current.signal, onProgress: setMeasured })
      .catch((error: Error) => tell(error.message, "problem"))
      .finally(() => setEnded(true));
  };
  const asked = useRef<ModelSnapshot | null>(null);
  useEffect(() => {
    if (signal || busy || !model.hasForward || !can("showSignal") || asked.current === model) return;
    asked.current = model;
    measure();
  }, [model, busy]);

  const rows = useMemo(() => (signal ? signalRows(indexOf(model), signal) : []), [model]);
  const tried = useMemo(() => (trial ? signalRows(indexOf(model), trial) : null), [model, trial]);
  // Where the pointer is, here or in the picture; each marks it where the other is.
  const hovered = hoveredRow ?? (inPicture === null ? null : rowOf(rows, inPicture));
  const setHovered = (row: number | null) => {
    setHoveredRow(row);
    graph?.pointTo(row === null ? null : (rows[row]?.layer.path ?? null));
  };
  const selected = page.selected ? rows.findIndex(({ layer }) => layer.path === page.selected!.path) : -1;
  const findings = useMemo(() => (signal ? signalFindings(model, trial ?? signal) : []), [model, trial]);

  const choices = useReinitialization(model, page.selected ? (indexOf(model).module(page.selected.path) ?? null) : null, { how: null, what: wholeModel });
  const { reinitialization, problem, setHow } = choices;
  const key = JSON.stringify(reinitialization);
  // What is filled in shows at once, as soon as there is a pause.
  useEffect(() => {
    if (reinitialization === null) return setTrial(null);
    const asked = new AbortController();
    const timer = setTimeout(() => {
      request("signal", { model: model.name, input: signal?.input ?? null, seed: 0, trial: reinitialization }, { signal: asked.signal }).then(
        (found) => asked.signal.aborted || setTrial(found),
        (error: Error) => asked.signal.aborted || tell(error.message, "problem"),
      );
    }, pause);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [model, key]);
  useEffect(() => setHow(""), [model.name]);

  const choose = (at: number) => {
    const row = rows[at];
    if (!row) return;
    dispatch({ kind: "choose", selected: { kind: "module", path: row.layer.path }, reveal: true });
    session.announce(spoken(row));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = Math.max(0, selected);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || event.target !== event.currentTarget) return;
    choose(Math.min(rows.length - 1, Math.max(0, to)));
    event.preventDefault();
  };
  const shown = hovered ?? (selected >= 0 ? selected : null);
  const experiments = shows !== "steps" && shows !== "states";

  return (
    <section class="signal-pane" aria-label={l10n.t("Signal of {0}", model.name)}>
      <header class="signal-head">
        <h2>{l10n.t("Signal")}</h2>
        {signal && <span class="muted">{measuredWith(signal)}</span>}
        {experiments && <HowField position="below" of={choices} label={l10n.t("Try another initialization")} nothing={l10n.t("as it is")} />}
        {experiments && reinitialization && can("reinitialize") && (
          <Button
            primary
            disabled={busy}
            onClick={() => {
              setHow("");
              act("reinitialize", { model: model.name, ...reinitialization });
            }}
          >
            {l10n.t("Apply")}
          </Button>
        )}
        {experiments && reinitialization && (
          <>
            <Link
              onClick={() =>
                void request("copyAsCode", { model: model.name, ...reinitialization }).then(
                  () => tell(l10n.t("Code copied.")),
                  (error: Error) => tell(error.message, "problem"),
                )
              }
            >
              {l10n.t("Copy as Code")}
            </Link>
            <Link onClick={() => act("insertAsCode", { model: model.name, ...reinitialization })}>{l10n.t("Insert as Code")}</Link>
          </>
        )}
        <span class="signal-buttons">
          <IconButton icon="graph-line" label={l10n.t("Curves")} pressed={shows === "curves"} onClick={() => setShows("curves")} />
          <IconButton icon="table" label={l10n.t("Table")} pressed={shows === "table"} onClick={() => setShows("table")} />
          <IconButton icon="beaker" label={l10n.t("Try All Schemes")} pressed={shows === "schemes"} disabled={!signal} onClick={() => setShows("schemes")} />
          {can("train") && <IconButton icon="run-all" label={l10n.t("A Few Steps")} pressed={shows === "steps"} onClick={() => setShows("steps")} />}
          {can("compareStates") && (
            <IconButton icon="git-compare" label={l10n.t("Compare States")} pressed={shows === "states"} onClick={() => setShows("states")} />
          )}
          <IconButton icon="sync" label={l10n.t("Measure Again")} disabled={busy} onClick={measure} />
          <IconButton icon="close" label={l10n.t("Close Signal")} onClick={() => dispatch({ kind: "prefer", preferences: { signalOpen: false } })} />
        </span>
      </header>
      {experiments && choices.how !== "" && (
        <div class="signal-experiment" role="group" aria-label={l10n.t("Experiment")}>
          <WhatField position="below" of={choices} />
          <SchemeFields of={choices} />
          {problem !== null && <p class="training-problem">{problem}</p>}
        </div>
      )}
      {shows === "steps" ? (
        <TrainingView key={model.name} model={model} />
      ) : shows === "states" ? (
        <StatesView key={model.name} model={model} />
      ) : !signal ? (
        <p class="signal-none muted">
          {!model.hasForward ? l10n.t("{0} defines no forward: there is no signal to measure.", model.name) : busy && l10n.t("Measuring…")}{" "}
          {/* As after a stop. */}
          {model.hasForward && !busy && ended && (
            <>
              {l10n.t("The signal was not measured.")} <Button onClick={measure}>{l10n.t("Measure")}</Button>
            </>
          )}
          {busy && measured && (
            <>
              <progress {...(measured.total !== null && { max: measured.total, value: measured.done })} aria-label={l10n.t("Layers measured")} />{" "}
              {measured.at || model.name} <Button onClick={() => measuring.current.abort()}>{l10n.t("Stop")}</Button>
            </>
          )}
        </p>
      ) : shows === "schemes" ? (
        <SchemeTable model={model} signal={signal} onChoose={(name) => (setShows("curves"), choices.tryOut(name))} />
      ) : (
        <div class="signal-body">
          <div class="signal-main" tabIndex={0} role="group" aria-label={l10n.t("Layers, by arrow keys")} onKeyDown={onKeyDown}>
            {shows === "curves" && (
              <SignalCurvesView
                rows={rows}
                trial={tried && tried.length === rows.length ? tried : null}
                hovered={hovered}
                selected={selected >= 0 ? selected : null}
                onHover={setHovered}
                onChoose={choose}
                label={l10n.t("Standard deviations of activations and gradients over {0} layers", rows.length)}
              />
            )}
            <SignalTable rows={rows} hidden={shows === "curves"} selected={selected} onHover={setHovered} onChoose={choose} />
          </div>
          {shows === "curves" && shown !== null && rows[shown] && <LayerFigures row={rows[shown]} />}
          <FindingList findings={findings} />
        </div>
      )}
    </section>
  );
}

/** The row of a module, or the first that lies in it; null where there is none. */
function rowOf(rows: readonly SignalRow[], path: string): number | null {
  const own = rows.findIndex(({ layer }) => layer.path === path);
  const at = own >= 0 ? own : rows.findIndex(({ layer }) => layer.path.startsWith(`${path}.`));
  return at < 0 ? null : at;
}

/** Milliseconds without a change before what is filled in is measured. */
const pause = 120;

/** Of one layer: what the curves have no room for. */
function LayerFigures({ row }: { readonly row: SignalRow }) {
  const { activation, gradient } = row.layer;
  const charts = [
    [l10n.t("Activation"), activation],
    [l10n.t("Gradient"), gradient],
  ] as const;
  return (
    <div class="signal-layer">
      <strong>{row.name}</strong> <span class="muted">{row.type}</span>
      {charts.map(
        ([title, flow]) =>
          flow && (
            <div key={title}>
              <span class="muted">{title}</span>{" "}
              {flow.finite ? l10n.t("mean {0}, std {1}", formatValue(flow.finite.mean), formatValue(flow.finite.std)) : l10n.t("nothing finite")}
              <HistogramChart
                expected={null}
                statistics={{
                  count: flow.count,
                  sampled: flow.count,
                  nan: 0,
                  positiveInfinity: 0,
                  negativeInfinity: 0,
                  zeros: 0,
                  finite: flow.finite,
                  histogram: flow.histogram,
                }}
              />
            </div>
          ),
      )}
    </div>
  );
}

interface SignalTableProps {
  readonly rows: readonly SignalRow[];
  /** Behind the curves, for those who do not see them. */
  readonly hidden: boolean;
  readonly selected: number;
  readonly onHover: (row: number | null) => void;
  readonly onChoose: (row: number) => void;
}

function SignalTable({ rows, hidden, selected, onHover, onChoose }: SignalTableProps) {
  const { headings, cells } = signalCells(rows);
  const table = useRef<HTMLDivElement>(null);
  // What arrow keys choose is in sight, below the headings.
  useEffect(() => {
    if (!hidden) table.current?.querySelector("tr.active")?.scrollIntoView({ block: "nearest" });
  }, [selected, hidden]);
  return (
    <div ref={table} class={hidden ? "visually-hidden" : "signal-table"}>
      <table aria-label={l10n.t("Signal, layer by layer")}>
        <Headings names={headings} />
        <tbody>
          {cells.map((row, at) => (
            <tr
              key={at}
              class={at === selected ? "active" : ""}
              aria-selected={at === selected}
              onMouseEnter={() => onHover(at)}
              onMouseLeave={() => onHover(null)}
              onClick={() => onChoose(at)}
            >
              {row.map((cell, column) => (column === 0 ? <th scope="row">{cell}</th> : <td>{cell}</td>))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A row as it is read out. */
function spoken(row: SignalRow): string {
  const { headings, cells } = signalCells([row]);
  return cells[0]!.flatMap((cell, column) => (cell === "" ? [] : [column < 2 ? cell : `${headings[column]} ${cell}`])).join(", ");
}
