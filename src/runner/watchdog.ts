/**
 * A thread beside the model code, which may be in an endless loop: stops it where it is, says where that was, holds it to its memory limit, and
 * ends the process when the parent is gone.
 */
import { rmSync } from "node:fs";
import { Session } from "node:inspector";
import { Socket } from "node:net";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { CallFrame } from "../inspect/callFrames.js";
import type { StopReason } from "./faults.js";
import { killWithPrograms } from "./fork.js";

export interface WatchdogData {
  /** Descriptor of a pipe to the parent: its end is the parent's end, and a line on it is a reason to stop. */
  readonly lifeline: number;
  /** Megabytes. */
  readonly memoryLimit: number;
  /** What the model code runs as. Its folder is removed when the process ends from here. */
  readonly codeFile: string;
  /** Shared; its one element is 1 from the moment that the main thread is being stopped until it has taken notice. */
  readonly stopping: Int32Array;
}

/** To the main thread. */
export type FromWatchdog =
  | { readonly kind: "wake" }
  /** What ran is stopped. */
  | { readonly kind: "stopped"; readonly reason: StopReason; readonly frames: readonly CallFrame[] };

/** Longest wait for the main thread to take notice. */
const stopMilliseconds = 5000;
const memoryCheckMilliseconds = 50;
/** The limit is passed again by this factor: stopping did not help. */
const memoryTolerance = 1.25;

const { lifeline, memoryLimit, codeFile, stopping } = workerData as WatchdogData;
const codeUrl = pathToFileURL(codeFile).href;

const pipe = new Socket({ fd: lifeline, readable: true, writable: false });
pipe.on("error", end);
pipe.on("close", end);
createInterface({ input: pipe }).on("line", (reason) => void stop(reason as StopReason));

let overMemory = false;
setInterval(() => {
  const megabytes = process.memoryUsage.rss() / 1e6;
  if (megabytes < memoryLimit) {
    overMemory = false;
  } else if (!overMemory) {
    overMemory = true;
    void stop("memory");
    setTimeout(() => Atomics.load(stopping, 0) === 1 && end(), stopMilliseconds);
  } else if (megabytes > memoryLimit * memoryTolerance) {
    end();
  }
}, memoryCheckMilliseconds);

function end(): void {
  rmSync(dirname(codeFile), { recursive: true, force: true });
  killWithPrograms(process.pid);
}

/** Stops the main thread's current JavaScript for good; it cannot catch that. Its event loop goes on. */
async function stop(reason: StopReason): Promise<void> {
  Atomics.store(stopping, 0, 1);
  const session = new Session();
  session.connectToMainThread();
  const post = (method: string): Promise<void> => new Promise((resolve) => session.post(method, () => resolve()));
  const urls = new Map<string, string>();
  session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url));
  const paused = new Promise<CallFrame[]>((resolve) => {
    session.on("Debugger.paused", ({ params }) =>
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
  void post("Debugger.enable");
  void post("Debugger.pause");
  // Where nothing runs, there is nothing to pause but the receipt of this.
  parentPort!.postMessage({ kind: "wake" } satisfies FromWatchdog);
  const frames = await paused;
  if (frames.some(({ url }) => url === codeUrl)) {
    void post("Runtime.terminateExecution");
    void post("Debugger.resume");
  }
  await post("Debugger.disable");
  session.disconnect();
  parentPort!.postMessage({ kind: "stopped", reason, frames } satisfies FromWatchdog);
}
