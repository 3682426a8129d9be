/**
 * A thread beside the model code, which may be in an endless loop: stops it where it is, says where that was, holds it to its memory limit, and
 * ends the process when the host is gone. It holds the process's end of the pipe to the host: model code cannot take that from the runner, and what
 * answers a request carries an id that only this thread knows.
 */
import { rmSync } from "node:fs";
import { Session } from "node:inspector";
import { Socket } from "node:net";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { type MessagePort, workerData } from "node:worker_threads";
import type { CallFrame } from "../inspect/callFrames.js";
import type { Doing } from "../protocol/index.js";
import type { Stop, StopReason } from "./faults.js";
import { endPrograms, killWithPrograms } from "./fork.js";
import { frame, FrameReader } from "./frames.js";
import { checkFromHost, type FromHost, type FromMain, type Phase, type ToHost, type ToMain } from "./pipeMessages.js";

export interface WatchdogData {
  /** Descriptor of the pipe to the host. */
  readonly pipe: number;
  /** Megabytes. */
  readonly memoryLimit: number;
  /** What the model code runs as. Its folder is removed when the process ends from here. */
  readonly codeFile: string;
  /** Shared; its one element is 1 from the moment that the main thread is being stopped until it has taken notice. */
  readonly stopping: Int32Array;
  /** Shared; 2 in its one element interrupts Python code. */
  readonly interrupting: Uint8Array;
  /** To the main thread. */
  readonly port: MessagePort;
}

/** Longest wait for the main thread to take notice. */
const noticeMilliseconds = 3000;
/** How long the models may be looked at once what ran has been stopped. */
const lookMilliseconds = 4000;
/** Between two questions to a main thread that answers: whether it only waits. */
const busyMilliseconds = 100;
/** The part of that time from which on it does something. */
const busyPart = 0.5;
/** Longest wait for the debugger to pause what runs: longer takes only what cannot be paused. */
const pauseMilliseconds = 2000;
/** An idle main thread answers within this time; who cancels wants it to be short. */
const idleMilliseconds: Readonly<Record<StopReason, number>> = { timeout: 1000, memory: 25, cancelled: 50 };
/** An operation of the engine's ends before Python code hears that it is interrupted. */
const pythonMilliseconds = 2000;
/** The code of the user's own may be between two calls of it. */
const pauses = 200;
const memoryCheckMilliseconds = 25;
/** Between two turns by which time is counted. */
const turnMilliseconds = 20;
/** A single large tensor passes by it within a moment: so long it takes to be stopped where that can be done. Looks at the memory. */
const memoryPatience = 12;
/** The limit is passed by so much that stopping cannot have helped: code that allocates as fast as it can is given the time to be stopped at its line. Megabytes. */
const memoryTolerance = Math.max(0.25 * (workerData as WatchdogData).memoryLimit, 512);

const data = workerData as WatchdogData;
const { memoryLimit, stopping, interrupting, port } = data;
const codeUrl = pathToFileURL(data.codeFile).href;

/** The request under way. */
let id: string | null = null;
let phase: Phase = "code";
/** It is the run of a file, whose code may do anything; what else is asked heeds the end between its steps. */
let isRun = false;
/** Whether Python code runs. */
let inPython = false;
/** Python code is to be interrupted as soon as it is heard of: of what the host and the main thread said, either may be read first. */
let interruptWanted = false;
/** Where the main thread is in a call that cannot be interrupted. */
let blockedAt: readonly CallFrame[] | null = null;
let onPong: ((busy: number) => void) | null = null;
let stop: Stop | null = null;
let frames: readonly CallFrame[] = [];
/** The main thread is in a call that nothing can interrupt. */
let unreachable = false;

const pipe = new Socket({ fd: data.pipe, readable: true, writable: true });
pipe.on("error", end);
pipe.on("close", end);
const reader = new FrameReader(({ head }) => receive(head), end);
pipe.on("data", (bytes) => reader.receive(bytes));

const tell = (message: ToHost, body?: string): void => void pipe.write(frame(message, body));
const tellMain = (message: ToMain): void => port.postMessage(message);

function receive(head: unknown): void {
  // Only the host writes here: what is none of its messages means that it is of another version, or broken, and would wait for an answer for ever.
  if (checkFromHost(head) !== null) return end();
  const message = head as FromHost;
  if (message.kind === "stop") return void begin(message.reason, message.reason === "memory" ? memoryLimit : message.limit);
  if (message.kind === "interrupt") {
    interruptWanted = id !== null;
    return interruptIfWanted();
  }
  id = message.id;
  phase = "code";
  isRun = message.request.method === "run";
  tellMain({ kind: "request", request: message.request });
}

/** As of a key, which the code may heed. What describes the models afterwards is not the user's. */
function interruptIfWanted(): void {
  if (!interruptWanted || !inPython || phase !== "code") return;
  interruptWanted = false;
  interrupting[0] = 2;
}

port.on("message", (message: FromMain) => {
  switch (message.kind) {
    case "ready":
      return tell({ kind: "ready" });
    case "pong":
      return onPong?.(message.busy);
    case "phase":
      phase = message.phase;
      return;
    case "blocking":
      blockedAt = message.frames;
      return;
    case "python":
      inPython = message.running;
      if (inPython) tell({ kind: "began" });
      return interruptIfWanted();
    case "noticed": {
      const [noticed, request] = [stop, id];
      stop = null;
      Atomics.store(stopping, 0, 0);
      // What is left of the models is looked at, which has its end too.
      void wait(lookMilliseconds).then(() => {
        if (id === request && noticed) void begin(noticed.reason, noticed.limit);
      });
      return;
    }
    case "part":
      if (id !== null) tell({ kind: "part", id, path: message.path }, message.text);
      return;
    case "progress":
      if (id !== null) tell({ kind: "progress", id, progress: message.progress });
      return;
    case "kept":
      if (id !== null) tell({ kind: "kept", id }, message.text);
      return;
    case "answered":
      if (id !== null) tell({ kind: "answered", id, failed: message.failed, output: message.output });
      id = null;
      interruptWanted = false;
  }
});

/** Looks at the memory in a row that found it over the limit. */
let overMemory = 0;
setInterval(() => {
  const megabytes = process.memoryUsage.rss() / 1e6;
  if (megabytes < memoryLimit) {
    overMemory = 0;
  } else if (overMemory++ === 0) {
    void begin("memory", memoryLimit);
  } else if (megabytes > memoryLimit + memoryTolerance && overMemory > memoryPatience) {
    giveUp(stop ?? { reason: "memory", limit: memoryLimit, doing: "unknown" });
  }
}, memoryCheckMilliseconds);

function end(): void {
  rmSync(dirname(data.codeFile), { recursive: true, force: true });
  killWithPrograms(process.pid);
}

/** Nothing but the end of the process stops it: the host is told why first. */
function giveUp(why: Stop): void {
  pipe.write(frame({ kind: "ending", stop: why, frames } satisfies ToHost), end);
  setTimeout(end, 500);
}

async function begin(reason: StopReason, limit: number): Promise<void> {
  if (stop) return; // It has a reason already.
  Atomics.store(stopping, 0, 1);
  const current: Stop = { reason, limit, doing: "unknown" };
  stop = current;
  frames = [];
  const doing: Doing = (await isIdle(idleMilliseconds[reason]))
    ? isRun && (await isBusy())
      ? await interrupt(true)
      : "waiting"
    : (await interruptPython())
      ? "running"
      : await interrupt(false);
  if (stop !== current) return;
  // Between two things that it does to look at the models, the main thread answers.
  stop = { ...current, doing: doing === "waiting" && phase === "inspecting" ? "inspecting" : doing };
  if (unreachable) return giveUp(stop);
  tellMain({ kind: "stopped", stop, frames });
  await wait(noticeMilliseconds);
  if (Atomics.load(stopping, 0) === 1) giveUp(stop);
}

/** Python code that hears of it ends as by the keyboard, and knows where it was. False where none runs, or it does not hear. */
async function interruptPython(): Promise<boolean> {
  if (!inPython) return false;
  interrupting[0] = 2;
  return isIdle(pythonMilliseconds);
}

/** Whether the main thread answers: then nothing runs in it, or it does one small thing after the other. */
async function isIdle(milliseconds: number): Promise<boolean> {
  return (await ping(milliseconds)) !== null;
}

/** Whether a main thread that answers does one small thing after the other. */
async function isBusy(): Promise<boolean> {
  await wait(busyMilliseconds);
  return ((await ping(pauseMilliseconds)) ?? 1) > busyPart;
}

/** How much of its time the main thread was busy since it was last asked; null where it does not answer. */
async function ping(milliseconds: number): Promise<number | null> {
  const answered = new Promise<number>((resolve) => (onPong = resolve));
  tellMain({ kind: "ping" });
  return Promise.race([answered, wait(milliseconds).then(() => null)]);
}

/**
 * Stops the main thread's current JavaScript for good; it cannot catch that. Its event loop goes on. Says what it was, and leaves where in `frames`.
 * `answers`: it does one small thing after the other, between which it can be told.
 */
async function interrupt(answers: boolean): Promise<Doing> {
  const session = new Session();
  session.connectToMainThread();
  const post = (method: string): Promise<void> => new Promise((resolve) => session.post(method, () => resolve()));
  const urls = new Map<string, string>();
  session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url));
  const pause = (how: "Debugger.pause" | "Debugger.stepInto"): Promise<CallFrame[] | null> => {
    const paused = new Promise<CallFrame[]>((resolve) => {
      session.once("Debugger.paused", ({ params }) =>
        resolve(
          params.callFrames.map(({ functionName, location }) => ({
            function: functionName,
            url: urls.get(location.scriptId) ?? "",
            line: location.lineNumber + 1,
            column: (location.columnNumber ?? 0) + 1,
          })),
        ),
      );
    });
    void post(how);
    return Promise.race([paused, wait(pauseMilliseconds).then(() => null)]);
  };
  if (blockedAt) {
    frames = blockedAt;
    void post("Runtime.terminateExecution"); // Once the call returns.
    unreachable = !(await endPrograms(process.pid));
    return "blocked";
  }
  let answered = false;
  onPong = () => (answered = true);
  void post("Debugger.enable");
  let doing: Doing = phase === "inspecting" ? "inspecting" : "running";
  for (let i = 0; i < pauses; i++) {
    const found = await pause(i === 0 ? "Debugger.pause" : "Debugger.stepInto");
    if (!found && answers) {
      doing = "waiting";
      break;
    }
    // A step can lead into a loop that has no other.
    if (!found && i > 0) break;
    if (!found) {
      unreachable = !answered;
      doing = "blocked";
      break;
    }
    if (found.some(({ url }) => url === codeUrl)) {
      frames = found;
      doing = "running";
      break;
    }
    // Where Python is, it knows itself: none of its calls is the bundle's.
    if (phase === "inspecting" || inPython) break;
    // The debugger ends a calculation that it cannot pause: what comes to be paused after that is the answer to the ping.
    if (answered) {
      doing = "blocked";
      void post("Debugger.resume");
      break;
    }
  }
  if (doing !== "blocked" && doing !== "waiting") {
    void post("Runtime.terminateExecution");
    void post("Debugger.resume");
  }
  if (unreachable) return doing;
  await Promise.race([post("Debugger.disable"), wait(pauseMilliseconds)]);
  session.disconnect();
  return doing;
}

/**
 * Waits by the turns that this process is given, which a busy machine makes fewer, and not by the clock: what has not answered after it has had as many turns, and did
 * not only wait for the first of them.
 */
async function wait(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= turnMilliseconds) await new Promise((resolve) => setTimeout(resolve, Math.min(left, turnMilliseconds)));
}
