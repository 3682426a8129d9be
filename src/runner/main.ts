/** The process that runs one model file: evaluates its bundle, keeps the live modules and answers requests about them. */
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import * as l10n from "@vscode/l10n";
import { type CallFrame, type Engine, Inspection } from "../inspect/index.js";
import type { Bundle, Failure, RunnerMethod, RunnerMethods, RunnerReply, RunnerRequest, RunResult } from "../protocol/index.js";
import { brokenPipeFailure, stoppedFailure, thrownFailure } from "./faults.js";
import { killWithPrograms } from "./fork.js";
import { ModelCode } from "./modelCode.js";
import { findModels } from "./models.js";
import { ModelOutput } from "./modelOutput.js";
import type { OutputCount, ProcessOptions } from "./process.js";
import { loadStrings } from "./strings.js";
import type { FromWatchdog, WatchdogData } from "./watchdog.js";

const options = JSON.parse(process.argv[2]!) as ProcessOptions;
loadStrings(options.stringsFile);

interface RunningCode {
  readonly code: ModelCode;
  readonly engine: Engine;
  readonly inspection: Inspection;
  readonly bindings: Bundle["bindings"];
  /** The models are being described, which may run code of theirs. */
  describing: boolean;
}

/** What the code was doing when something stopped it. */
interface Interruption {
  readonly failure: Failure;
  readonly frames: readonly CallFrame[];
}

let session: RunningCode | null = null;
let interrupt: ((interruption: Interruption) => void) | null = null;
const output = new ModelOutput(() => interrupt?.({ failure: brokenPipeFailure(), frames: [] }));

const watchdogData: WatchdogData = {
  lifeline: options.lifeline,
  memoryLimit: options.memoryLimit,
  codeFile: options.codeFile,
  stopping: new Int32Array(new SharedArrayBuffer(4)),
};
const watchdog = new Worker(new URL("watchdog.js", import.meta.url), { workerData: watchdogData });
watchdog.on("message", (message: FromWatchdog) => {
  if (message.kind === "wake") return;
  const { reason, frames } = message;
  Atomics.store(watchdogData.stopping, 0, 0);
  const limit = reason === "timeout" ? options.timeLimit : options.memoryLimit;
  interrupt?.({ failure: stoppedFailure({ reason, limit, doing: "unknown" }, frames, session?.code.sources ?? null), frames });
});
watchdog.unref(); // After the listener, which would hold the event loop again.

type Handlers = { readonly [M in RunnerMethod]: (params: RunnerMethods[M]["params"]) => RunnerMethods[M]["result"] | Promise<RunnerMethods[M]["result"]> };

function live(): Inspection {
  if (!session) throw new Error(l10n.t("The model file has not run yet."));
  return session.inspection;
}

const handlers: Handlers = {
  run: ({ bundle, workingDirectory }) => run(bundle, workingDirectory),
  forward: (params) => live().forward(params),
  showOwnPass: ({ model }) => live().showOwnPass(model),
  reinitialize: (params) => live().reinitialize(params),
  undoReinitialize: ({ model }) => live().undoReinitialize(model),
  setSeed: ({ seed }) => live().setSeed(seed),
  tensorValues: (params) => live().tensorValues(params),
  statistics: (params) => live().statistics(params),
};

async function run(bundle: Bundle, workingDirectory: string): Promise<RunResult> {
  process.chdir(workingDirectory);
  const code = new ModelCode({
    bundle,
    codeFile: options.codeFile,
    isStopping: () => Atomics.load(watchdogData.stopping, 0) === 1,
    onExit: (failure) => interrupt?.({ failure, frames: [] }),
  });
  const engine = (await import(bundle.engineUrl)) as Engine;
  const inspection = new Inspection({
    engine,
    codeUrl: code.sources.url,
    locate: (frames) => code.sources.locateFirst(frames),
    names: code.sources,
    quietly: (body) => output.quietly(body),
  });
  session = { code, engine, inspection, bindings: bundle.bindings, describing: false };
  const failure = await code.evaluate();
  return inspect(session, failure, true);
}

/** With `mayRun`, code of the models may run to find out more of them. */
async function inspect(session: RunningCode, failure: Failure | null, mayRun: boolean): Promise<RunResult> {
  const { code, engine, inspection, bindings } = session;
  inspection.setModels(await findModels(code, inspection, engine, bindings, mayRun), { infer: mayRun });
  session.describing = true;
  return { models: inspection.snapshots(), failure };
}

/** What a request ends with that was stopped: a run with the models as far as they got, any other with the reason alone. */
async function interrupted(request: RunnerRequest, { failure, frames }: Interruption): Promise<Answer> {
  process.channel?.ref();
  session?.inspection.interrupted(failure.message, frames);
  if (request.method !== "run" || !session) return { kind: "failure", failure };
  // Nothing more of the code runs: it may be what has just been stopped. Where describing the models was, they cannot be described.
  if (session.describing) return { kind: "result", result: { models: [], failure } satisfies RunResult };
  return { kind: "result", result: await inspect(session, failure, false) };
}

type Answer = { readonly kind: "result"; readonly result: unknown } | { readonly kind: "failure"; readonly failure: Failure };

async function answer(request: RunnerRequest): Promise<Answer> {
  const interruption = new Promise<Interruption>((resolve) => (interrupt = resolve));
  const handle = handlers[request.method] as (params: unknown) => unknown;
  try {
    return await Promise.race([
      Promise.resolve(request.params)
        .then(handle)
        .then((result): Answer => ({ kind: "result", result })),
      interruption.then((how) => interrupted(request, how)),
    ]);
  } catch (error) {
    return { kind: "failure", failure: thrownFailure(error, session?.code.sources ?? null) };
  }
}

async function reply(request: RunnerRequest): Promise<void> {
  output.allow(options.outputLimit);
  const answered = await answer(request);
  interrupt = null;
  process.send!({ ...answered, id: request.id, output: output.written } satisfies RunnerReply & { output: OutputCount });
}

process.on("message", (request: RunnerRequest) => void reply(request));
process.on("disconnect", () => {
  rmSync(dirname(options.codeFile), { recursive: true, force: true });
  killWithPrograms(process.pid);
});

// The engine that most files use is at hand before the first request.
const { summarize } = (await import(options.engineUrl)) as Engine;
summarize(new Float32Array(256)); // Compiles the kernels before they are waited for.
