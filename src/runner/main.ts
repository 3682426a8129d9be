/** The process that runs one model file: evaluates its bundle, keeps the live modules and answers requests about them. */
import { dirname } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import timers from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import * as l10n from "@vscode/l10n";
import { now } from "../inspect/clock.js";
import { type CallFrame, type Engine, Inspection, lackingIn, ScriptCalls } from "../inspect/index.js";
import type {
  Access,
  Bundle,
  CellModels,
  CellResult,
  Failure,
  ModelSnapshot,
  Progress,
  PythonProgram,
  RunnerMethod,
  RunnerMethods,
  RunnerRequest,
  RunnerState,
  RunResult,
  Training,
  TrainingSample,
} from "../protocol/index.js";
import { watchBlockingCalls } from "./blockingCalls.js";
import { Descriptors, openDescriptors } from "./descriptors.js";
import { brokenPipeFailure, internalFailure, leftOutFailure, type Stop, stoppedFailure, thrownFailure, type Trouble, troubleFailure } from "./faults.js";
import { Guards } from "./guards.js";
import { leaveOutLarge } from "./largeValues.js";
import { Leftovers } from "./leftovers.js";
import { type EvaluatedCode, ModelCode, stopHere } from "./modelCode.js";
import { buildModels, findModels, type Found, modelsSoFar, rootsSoFar } from "./models.js";
import { ModelOutput } from "./modelOutput.js";
import { Pace } from "./pace.js";
import { type Part, partsOf, withoutToJson } from "./parts.js";
import type { FromMain, ToMain } from "./pipeMessages.js";
import type { ProcessOptions } from "./process.js";
import type { PythonCode } from "./python.js";
import { rehearse } from "./rehearsal.js";
import { hasModels, withSoundModels } from "./soundModels.js";
import { loadTranslations } from "./translations.js";
import { awaitedThread, endThreads, type GuardOptions, tellThreads } from "./threads.js";
import { endTraining } from "./trainingEnd.js";
import type { WatchdogData } from "./watchdog.js";

const options = JSON.parse(process.argv[2]!) as ProcessOptions;
loadTranslations(options.stringsFile);

interface Session {
  readonly code: EvaluatedCode & Partial<Pick<PythonCode, "interruptedAt" | "bindings" | "files" | "during">>;
  readonly engine: Engine;
  readonly inspection: Inspection;
  readonly bindings: Bundle["bindings"];
  /** Of a notebook. */
  readonly runCell?: PythonCode["runCell"];
  /** What the last cell gave. */
  readonly cellValue?: unknown;
  /** The modules that it displayed. */
  readonly displayed?: readonly unknown[];
  /** What was told after a cell, in short. */
  readonly toldModels?: string | null;
}

/** What the code was doing when something stopped it. */
interface Interruption {
  readonly failure: Failure;
  readonly frames: readonly CallFrame[];
}

let session: Session | null = null;
let python: ReturnType<typeof startedPython> | null = null;
/** The models as far as they are described; null while none is being. */
let beingDescribed: ModelSnapshot[] | null = null;
/** Sends the models away while the code of a file runs, so that they are not lost with a process that ends meanwhile. */
let keeper: Pace | null = null;
let interrupt: ((interruption: Interruption) => void) | null = null;
const output = new ModelOutput(() => interrupt?.({ failure: brokenPipeFailure(), frames: [] }));

const channel = new MessageChannel();
const stopping = new Int32Array(new SharedArrayBuffer(4));
/** What Python looks at between two of its steps: 2 interrupts it. */
const interrupting = new Uint8Array(new SharedArrayBuffer(1));
/** The way to the host, through the watchdog: taken before any code of the user's runs, which may change what all JavaScript is made of. */
const tell = channel.port1.postMessage.bind(channel.port1) as (message: FromMain) => void;
const loop = { hold: channel.port1.ref.bind(channel.port1), release: channel.port1.unref.bind(channel.port1) };
const { load } = Atomics;
const { setImmediate } = timers;
const loopUsed = performance.eventLoopUtilization.bind(performance);
let loopUsedBefore = loopUsed();

channel.port1.on("message", (message: ToMain) => {
  switch (message.kind) {
    case "ping": {
      const before = loopUsedBefore;
      loopUsedBefore = loopUsed();
      return tell({ kind: "pong", busy: loopUsed(loopUsedBefore, before).utilization });
    }
    case "request":
      return void serve(message.request);
    case "stopped":
      tell({ kind: "noticed" });
      stopped(message.stop, message.frames.length > 0 ? message.frames : (session?.code.interruptedAt ?? []));
  }
});

const workerData: Omit<WatchdogData, "port"> & { readonly port: MessagePort } = {
  pipe: options.pipe,
  memoryLimit: options.memoryLimit,
  codeFile: options.codeFile,
  stopping,
  interrupting,
  port: channel.port2,
};
new Worker(new URL("watchdog.js", import.meta.url), { workerData, transferList: [channel.port2] }).unref();

watchBlockingCalls((frames, mayNotReturn) => {
  if (frames && mayNotReturn && session?.inspection.recorder.isOutside) keeper?.atOnce();
  tell({ kind: "blocking", frames });
});
const guardOptions: GuardOptions = { threadGuard: fileURLToPath(new URL("threadGuard.cjs", import.meta.url)), ownFolder: dirname(options.codeFile) };
const descriptors = new Descriptors();
const guards = new Guards(guardOptions);
/** Those of JavaScript; what is to be done later in Python belongs to the interpreter, where a cell's tasks outlive it. */
let leftovers: Leftovers | null = null;

function stopped(stop: Stop, frames: readonly CallFrame[]): void {
  const thread = stop.doing === "waiting" ? awaitedThread() : null;
  endThreads();
  interrupt?.({ failure: stoppedFailure(thread ? { ...stop, doing: "thread" } : stop, thread ?? frames, session?.code.sources ?? null), frames });
}

type Handlers = { readonly [M in RunnerMethod]: (params: RunnerMethods[M]["params"]) => RunnerMethods[M]["result"] | Promise<RunnerMethods[M]["result"]> };

function live(): Inspection {
  if (!session) throw new Error(l10n.t("The model file has not run yet."));
  return session.inspection;
}

const handlers: Handlers = {
  preparePython,
  run,
  runCell,
  cellModels,
  forward: (params) => live().forward(params),
  showOwnPass: ({ model }) => live().showOwnPass(model),
  reinitialize: (params) => live().reinitialize(params),
  undoReinitialize: ({ model }) => live().undoReinitialize(model),
  previewReinitialize: (params) => live().trials.previewReinitialize(params),
  setSeed: ({ seed }) => live().setSeed(seed),
  signal: (params) => live().trials.signal(params),
  showSignal: (params) => live().showSignal(params),
  train,
  compareStates: (params) => withFiles([params.first, params.second], [], () => live().trials.compareStates(params)),
  saveState: (params) => withFiles([params.state], [params.path], () => live().trials.saveState(params)),
  tensorValues: (params) => live().tensorValues(params),
  valueStatistics: (params) => live().trials.valueStatistics(params),
  statistics: (params) => live().statistics(params),
};

/** Files that the host names are the user's choice, whatever the code may do meanwhile. */
function withFiles<Result>(read: readonly RunnerState[], written: readonly string[], body: () => Result): Result {
  const before = allowed;
  if (before) {
    const paths = [...written, ...read.flatMap((state) => (state.kind === "file" ? [state.path] : []))];
    const writable = [...before.writable, ...written.flatMap((path) => [path, dirname(path)])];
    // To have a file written is to ask, also of a run that began by itself.
    limitTo({ ...before, asked: before.asked || written.length > 0, readable: [...before.readable, ...paths], writable });
  }
  try {
    return body();
  } finally {
    if (before) limitTo(before);
  }
}

/** Steps that are under way, which whoever stops them ends. */
let training: Generator<Training, Training> | null = null;

/** Between two steps what is asked meanwhile is heard of: that they are to end. */
async function train(params: RunnerMethods["train"]["params"]): Promise<Training> {
  const steps = (training = live().trials.train(params));
  const seen: TrainingSample[] = [];
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    seen.push(...value.samples);
    if (progress({ done: value.steps, total: params.steps, at: "", training: { ...value, samples: seen } })) seen.length = 0;
    await setImmediate();
  }
}

/** Milliseconds between two words about how far a request has come. */
const progressMilliseconds = 100;
let progressAt = 0;

/** False where it was not told, because it was only just before. */
function progress(progress: Progress): boolean {
  const time = now();
  if (time - progressAt < progressMilliseconds) return false;
  progressAt = time;
  tell({ kind: "progress", progress });
  return true;
}

async function run({ bundle, workingDirectory, build, access, isLook = false }: RunnerMethods["run"]["params"]): Promise<RunResult> {
  process.chdir(workingDirectory);
  if (!("code" in bundle)) return runPython(bundle, workingDirectory, build, access);
  limitTo(access);
  return runBundle(bundle, build, isLook);
}

/** What the code may do; null before it runs. */
let allowed: Access | null = null;

function limitTo(access: Access): void {
  if (allowed === null) descriptors.keep(openDescriptors(options.pipe));
  allowed = access;
  guards.allow(access);
  tellThreads({ access, guards: guardOptions, stringsFile: options.stringsFile, descriptors: descriptors.own });
}

async function runBundle(given: Bundle, build: string | null, isLook: boolean): Promise<RunResult> {
  const { engine, bundle } = await engineFor(given);
  leftovers = new Leftovers();
  const code = new ModelCode({
    bundle,
    codeFile: options.codeFile,
    loop,
    isStopping: () => load(stopping, 0) === 1,
    onExit: (failure) => interrupt?.({ failure, frames: [] }),
  });
  const inspection = new Inspection({
    engine,
    calls: new ScriptCalls(code.sources.url),
    language: "typescript",
    locate: (frames) => code.sources.locateFirst(frames),
    names: code.sources,
    quietly: (body) => output.quietly(body),
    progress,
  });
  session = { code, engine, inspection, bindings: bundle.bindings };
  let isEvaluating = true;
  const endWhereRead = (): never => {
    if (!isEvaluating) throw new Error(l10n.t("The values of large tensors are not computed while a file is typed: run it to have them."));
    isEvaluating = false;
    const failure = leftOutFailure(new Error().stack, code.sources);
    void setImmediate().then(() => interrupt?.({ failure, frames: [] }));
    return stopHere();
  };
  if (isLook) leaveOutLarge(engine, endWhereRead);
  if (isLook) endTraining(engine, () => interrupt?.({ failure: stoppedFailure({ reason: "timeout", limit: 0, doing: "running" }, [], null), frames: [] }));
  const running = session;
  keeper = new Pace(() => keepModels(running), { milliseconds: 1000, growth: 2, share: 0.05 });
  inspection.recorder.onPassed = () => keeper?.pass();
  if (!isLook) tellTraining(session);
  const failure = await code.evaluate();
  isEvaluating = false;
  return finished(failure, session, build);
}

/** Sends the models away as they are, whatever becomes of the process. */
function keepModels({ code, engine, inspection, bindings }: Session): void {
  try {
    inspection.setModels(modelsSoFar(code, inspection, engine, bindings), { infer: false });
    const models = output.quietly(() => withoutToJson(() => inspection.snapshots()));
    const [whole, more] = models.length > 0 ? partsOf(models) : [];
    if (whole && !more) tell({ kind: "kept", text: whole.text });
  } catch {
    // What cannot be looked at is said when the run has ended.
  }
}

/** Says now and then what the code trains by itself, as far as it has come. */
function tellTraining({ code, engine, inspection, bindings }: Session): void {
  const told = (): void => {
    try {
      const trainings = output.quietly(() => inspection.runningTrainings(() => rootsSoFar(code, inspection, engine, bindings)));
      for (const { model, training } of trainings) tell({ kind: "progress", progress: { done: training.steps, total: null, at: "", model, training } });
    } catch {
      // As of models that are kept.
    }
  };
  const pace = new Pace(told, { milliseconds: 250, growth: 1, share: 0.01 });
  inspection.recorder.training.onStep = () => pace.pass();
}

async function startedPython(snapshot: string | null) {
  const { PythonCode, startInterpreter } = await import("./python.js");
  const engine = (await import(options.engineUrl)) as Parameters<typeof startInterpreter>[0];
  return { PythonCode, engine, interpreter: await startInterpreter(engine, snapshot, options.stack) };
}

/** The interpreter is loaded when the first Python file is to run, or is expected to, and not before. */
function startPython(snapshot: string | null): ReturnType<typeof startedPython> {
  return (python ??= startedPython(snapshot));
}

async function preparePython({ snapshot }: RunnerMethods["preparePython"]["params"]): Promise<null> {
  await startPython(snapshot);
  return null;
}

async function runPython(program: PythonProgram, workingDirectory: string, build: string | null, access: Access): Promise<RunResult> {
  const { PythonCode, engine, interpreter } = await startPython(null);
  const code = new PythonCode({
    interpreter,
    program,
    workingDirectory,
    interruptBuffer: interrupting,
    isStopping: () => load(stopping, 0) === 1,
    tell: (running) => tell({ kind: "python", running }),
    onEnd: (failure) => void setImmediate().then(() => interrupt?.({ failure, frames: [] })),
  });
  limitTo(access);
  const inspection = new Inspection({
    engine,
    calls: code.calls,
    language: "python",
    locate: (frames) => code.sources.locateFirst(frames),
    quietly: (body) => output.quietly(body),
    progress,
  });
  session = { code, engine, inspection, bindings: [], runCell: (cell, number) => code.runCell(cell, number) };
  tellTraining(session);
  const failure = await code.evaluate();
  session = { ...session, bindings: code.bindings() };
  return { ...(await finished(failure, session, build)), files: code.files() };
}

async function runCell({ cell, number }: RunnerMethods["runCell"]["params"]): Promise<CellResult> {
  const run = session?.runCell;
  if (!session || !run) throw new Error(l10n.t("The model file has not run yet."));
  tell({ kind: "phase", phase: "code" });
  const { failure, text, value, displayed } = await run(cell, number);
  session = { ...session, cellValue: value, displayed };
  return { failure, text, isModel: value instanceof session.engine.nn.Module };
}

async function cellModels(): Promise<CellModels> {
  if (!session) throw new Error(l10n.t("The model file has not run yet."));
  const { cellValue, displayed = [], toldModels = null } = session;
  const looked = { ...session, bindings: session.code.bindings?.() ?? [] };
  const { models, failure } = await inspect(looked, null, true);
  const text = withoutToJson(() => textOf(models));
  session = { ...looked, cellValue: null, displayed: [], toldModels: text };
  const isTold = text !== null && text === toldModels;
  const { inspection } = session;
  const names = displayed.map((module) => inspection.nameOf(module));
  return { models: isTold ? null : models, failure, model: inspection.nameOf(cellValue), displayed: names, files: session.code.files?.() ?? [] };
}

/** What is compared of models: how long a call took is another each time, and no change. Null where it cannot be had, which the answer then says. */
function textOf(models: readonly ModelSnapshot[]): string | null {
  try {
    return JSON.stringify(models).replace(/"duration":[^,}]+/g, "");
  } catch {
    return null;
  }
}

async function finished(failure: Failure | null, session: Session, build: string | null): Promise<RunResult> {
  const { code, engine } = session;
  if (build === null || failure) return inspect(session, failure, true);
  try {
    return await inspect(session, null, true, await buildModels(build, code, engine));
  } catch (error) {
    const thrown = thrownFailure(error, code.sources);
    return { models: [], failure: { ...thrown, hint: thrown.hint ?? l10n.t("The models were to be built from {0}.", build) }, offers: [] };
  }
}

/** The engine that a bundle asks for; where that lacks what inspection uses, or cannot be loaded, ours, for the bundle too, which is said. */
async function engineFor(bundle: Bundle): Promise<{ readonly engine: Engine; readonly bundle: Bundle }> {
  let why: string;
  try {
    const engine = (await import(bundle.engineUrl)) as Engine;
    const lacking = bundle.engineUrl === options.engineUrl ? null : lackingIn(engine);
    if (lacking === null) return { engine, bundle };
    why = l10n.t("it has no {0}", lacking);
  } catch (error) {
    if (bundle.engineUrl === options.engineUrl) throw error;
    why = thrownFailure(error, null).message;
  }
  process.stderr.write(`${l10n.t("The workspace's own layerscope cannot be used ({0}); that of Layerscope runs instead.", why)}\n`);
  const folder = (url: string): string => JSON.stringify(new URL(".", url).href).slice(0, -1);
  const code = bundle.code.replaceAll(folder(bundle.engineUrl), folder(options.engineUrl));
  return { engine: (await import(options.engineUrl)) as Engine, bundle: { ...bundle, code, engineUrl: options.engineUrl } };
}

/** With `mayRun`, code of the models may run to find out more of them. `built`: the models, where the user has said what they are. */
async function inspect(session: Session, failure: Failure | null, mayRun: boolean, built: Found | null = null): Promise<RunResult> {
  const { code, engine, inspection, bindings } = session;
  keeper = null;
  inspection.recorder.onPassed = null;
  inspection.recorder.training.onStep = null;
  // The run has ended: what it leaves behind would go on beside the models for as long as they are kept.
  endThreads();
  leftovers?.end();
  tell({ kind: "phase", phase: "inspecting" });
  const troubles: Trouble[] = [];
  inspection.letGo();
  const { models, offers } = built ?? (await findModels(code, inspection, engine, bindings, mayRun, troubles));
  inspection.setModels(models, { infer: mayRun });
  const described: ModelSnapshot[] = (beingDescribed = []);
  for (const name of inspection.names) {
    try {
      described.push(withoutToJson(() => inspection.describe(name)));
    } catch (error) {
      troubles.push({ name, location: models.find((model) => model.name === name)?.location ?? null, error });
    }
  }
  beingDescribed = null;
  const [trouble] = troubles;
  return { models: described, failure: failure ?? (trouble ? troubleFailure(trouble, code.sources, described.length > 0) : null), offers };
}

/** What a request ends with that was stopped: a run with the models as far as they got, any other with the reason alone. */
async function interrupted(request: RunnerRequest, { failure, frames }: Interruption): Promise<Answer> {
  loop.hold();
  endTrainingSteps();
  session?.inspection.interrupted(failure.message, frames);
  if (request.method !== "run" || !session) return { failed: true, value: failure };
  // Nothing more of the code runs: it may be what has just been stopped. Where describing the models was, the rest of them cannot be described.
  if (beingDescribed) return { failed: false, value: { models: beingDescribed, failure, offers: [] } satisfies RunResult };
  return { failed: false, value: await inspect(session, failure, false) };
}

/** What was stopped within a step cannot be ended any more: the inspection then has the model as it was. */
function endTrainingSteps(): void {
  try {
    training?.return(undefined as never);
  } catch {
    // It is being stopped.
  }
  training = null;
}

interface Answer {
  readonly failed: boolean;
  readonly value: unknown;
}

async function serve(request: RunnerRequest): Promise<void> {
  output.allow(options.outputLimit);
  leftovers?.begin();
  let answered = false;
  const settle = async (answer: () => Answer | Promise<Answer>): Promise<void> => {
    let given: Answer;
    try {
      given = await answer();
    } catch (error) {
      given = { failed: true, value: thrownFailure(error, session?.code.sources ?? null) };
    }
    if (answered) return;
    answered = true;
    interrupt = null;
    leftovers?.rest();
    reply(given);
  };
  interrupt = (how) => {
    // The models are looked at once more. Where that does not end either, what is described by then is the answer.
    interrupt = () => void settle(() => ({ failed: false, value: { models: beingDescribed ?? [], failure: how.failure, offers: [] } satisfies RunResult }));
    void settle(() => interrupted(request, how));
  };
  await settle(async () => {
    if (!Object.hasOwn(handlers, request.method)) throw new Error(l10n.t("There is no request named {0}.", String(request.method)));
    const handle = handlers[request.method] as (params: unknown) => unknown;
    const isRun = request.method === "run" || request.method === "runCell" || session?.code.during === undefined;
    return { failed: false, value: await (isRun ? handle(request.params) : session!.code.during!(() => handle(request.params))) };
  });
}

/** Whatever an answer holds, something is answered. */
function reply({ failed, value }: Answer): void {
  const parted = (whole: unknown): Part[] => withoutToJson(() => [...partsOf(whole)]);
  let parts: Part[];
  try {
    try {
      parts = parted(value);
    } catch (error) {
      if (!hasModels(value)) throw error;
      parts = parted(withSoundModels(value));
    }
  } catch (error) {
    failed = true;
    parts = parted(internalFailure(thrownFailure(error, null).message));
  }
  for (const { path, text } of parts) tell({ kind: "part", path, text });
  tell({ kind: "answered", failed, output: output.written });
}

// The engine that most files use is at hand before the first request.
const ownEngine = (await import(options.engineUrl)) as Parameters<typeof rehearse>[0];
ownEngine.summarize(new Float32Array(256)); // Compiles the kernels before they are waited for.
rehearse(ownEngine);
tell({ kind: "ready" });
