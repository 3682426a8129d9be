import workerThreads, { type Worker, type WorkerOptions } from "node:worker_threads";
import { type CallFrame, parseStack } from "../inspect/callFrames.js";
import type { Access } from "../protocol/index.js";
import { replace } from "./replace.js";

/** The key of what every thread is told. */
const threadData = "layerscope.guards";

/** What guards are made with. */
export interface GuardOptions {
  /** The file of ours that makes the guards in a thread. */
  readonly threadGuard: string;
  /** The process's own folder, where the code that it runs lies: through these functions we ourselves write it and Node reads it. */
  readonly ownFolder: string;
}

export interface ThreadData {
  readonly access: Access;
  readonly guards: GuardOptions;
  readonly stringsFile: string | null;
  /** Of the process, that are not the code's. */
  readonly descriptors: readonly number[];
}

/** The threads of model code that run, with the place where each was started. */
const running = new Map<Worker, readonly CallFrame[]>();
/** Those among them that keep the process waiting. */
const awaited = new Set<Worker>();
const places = new WeakMap<Error, readonly CallFrame[]>();

/** `guard`: the file that every thread begins with. `checkFile` hears of a thread that is to start from a file, and throws where that may not be. Code that is given as text may start: it is guarded too. */
export function guardThreads(guard: string, checkFile: (file: string) => void): void {
  replace(workerThreads, "Worker", (call, [source, given, ...more]) => {
    const options = given as WorkerOptions | undefined;
    const isText = options?.eval === true || (source instanceof URL && source.protocol === "data:");
    if (!isText) checkFile(String(source));
    const worker = call([source, { ...options, execArgv: [...(options?.execArgv ?? []), "--require", guard] }, ...more]) as Worker;
    follow(worker, parseStack(new Error().stack));
    return worker;
  });
}

function follow(worker: Worker, frames: readonly CallFrame[]): void {
  running.set(worker, frames);
  awaited.add(worker);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the thread they are about
  const { emit, ref, unref } = worker;
  worker.emit = ((event: string, ...args: unknown[]) => {
    if (event === "error") remember(args[0], frames);
    if (event === "exit") {
      running.delete(worker);
      awaited.delete(worker);
    }
    try {
      return emit.call(worker, event as "error", ...(args as [Error]));
    } catch (error) {
      remember(error, frames); // Nobody listens for what it threw, or who does throws in turn.
      throw error;
    }
  }) as Worker["emit"];
  worker.ref = () => {
    awaited.add(worker);
    Reflect.apply(ref, worker, []);
  };
  worker.unref = () => {
    awaited.delete(worker);
    Reflect.apply(unref, worker, []);
  };
}

function remember(error: unknown, frames: readonly CallFrame[]): void {
  if (error instanceof Error && !places.has(error)) places.set(error, frames);
}

/** Says to the threads that start from now on what is allowed. */
export function tellThreads(data: ThreadData): void {
  workerThreads.setEnvironmentData(threadData, data);
}

/** Where the thread was started that threw an error; null for an error of this one. */
export function threadPlace(error: Error): readonly CallFrame[] | null {
  return places.get(error) ?? null;
}

/** Where a thread was started that the process waits for; null where there is none. */
export function awaitedThread(): readonly CallFrame[] | null {
  const [worker] = awaited;
  return worker ? running.get(worker)! : null;
}

/** Ends the threads of model code that the process waits for. */
export function endThreads(): void {
  for (const worker of awaited) void worker.terminate();
}

/** What a thread was told. */
export function toldToThread(): ThreadData {
  return workerThreads.getEnvironmentData(threadData) as unknown as ThreadData;
}
