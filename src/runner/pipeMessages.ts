import { type Check, either, flag, keyOf, kinds, list, numeric, oneOf, shape, text, whole } from "../protocol/check.js";
import type { CallFrame } from "../inspect/callFrames.js";
import type { Progress, RunnerRequest } from "../protocol/index.js";
import { checkRunnerRequest } from "../protocol/requestChecks.js";
import { checkProgress } from "../protocol/trainingChecks.js";
import type { Stop, StopReason } from "./faults.js";
import type { Path } from "./parts.js";

/** What travels between the host, the watchdog, which holds the process's end of the pipe, and the main thread, which runs the model code. */

/** Bytes written to the output streams by the time of an answer: the host has read what came before once it has as many. */
export interface OutputCount {
  readonly stdout: number;
  readonly stderr: number;
}

/** Host to watchdog. The id is random: only who was asked can answer. */
export type FromHost =
  | { readonly kind: "request"; readonly id: string; readonly request: RunnerRequest }
  /** `limit`: the milliseconds that the request had, for "timeout"; nothing to the others. */
  | { readonly kind: "stop"; readonly reason: StopReason; readonly limit: number }
  /** Python code that runs hears of it as of a key: what it has made stays. */
  | { readonly kind: "interrupt" };

/** Watchdog to host. */
export type ToHost =
  /** The process has started and takes requests. */
  | { readonly kind: "ready" }
  /** Python has started: from now on the time is the code's own. */
  | { readonly kind: "began" }
  /** The text of the message is the JSON of a part of the answer. */
  | { readonly kind: "part"; readonly id: string; readonly path: Path }
  /** How far the request has come. */
  | { readonly kind: "progress"; readonly id: string; readonly progress: Progress }
  /** The text of the message is the JSON of the models as far as the run has made them: the answer, if the process ends before it can give another. */
  | { readonly kind: "kept"; readonly id: string }
  /** The answer is complete. `failed`: it is a failure. */
  | { readonly kind: "answered"; readonly id: string; readonly failed: boolean; readonly output: OutputCount }
  /** The process ends itself: what ran could not be stopped in any other way. */
  | { readonly kind: "ending"; readonly stop: Stop; readonly frames: readonly CallFrame[] };

/** What the main thread does: the code of the user's, the description of models. */
export type Phase = "code" | "inspecting";

/** Watchdog to main thread. */
export type ToMain =
  | { readonly kind: "request"; readonly request: RunnerRequest }
  /** To be answered at once, which shows that nothing else runs. */
  | { readonly kind: "ping" }
  /** What ran is stopped. */
  | { readonly kind: "stopped"; readonly stop: Stop; readonly frames: readonly CallFrame[] };

/** Main thread to watchdog. */
export type FromMain =
  | { readonly kind: "ready" }
  /** `busy`: the part of the time since the pong before in which something ran, from 0 to 1. */
  | { readonly kind: "pong"; readonly busy: number }
  | { readonly kind: "phase"; readonly phase: Phase }
  /** A call begins that cannot be interrupted, at this place; null: it is over. */
  | { readonly kind: "blocking"; readonly frames: readonly CallFrame[] | null }
  /** Python code begins to run, or has ended: it is interrupted by shared memory. */
  | { readonly kind: "python"; readonly running: boolean }
  /** What ran has been stopped, and nothing of it runs any more. */
  | { readonly kind: "noticed" }
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "part"; readonly path: Path; readonly text: string }
  | { readonly kind: "kept"; readonly text: string }
  | { readonly kind: "answered"; readonly failed: boolean; readonly output: OutputCount };

const frames: Check<readonly CallFrame[]> = list(shape<CallFrame>({ function: text, url: text, line: whole, column: whole }));
const reason = keyOf<StopReason>({ timeout: true, memory: true, cancelled: true });
const stop: Check<Stop> = shape<Stop>({
  reason,
  limit: numeric,
  doing: keyOf({ bundling: true, running: true, blocked: true, thread: true, waiting: true, inspecting: true, unknown: true }),
});

export const checkFromHost: Check<FromHost> = kinds<FromHost>({
  request: shape<Extract<FromHost, { kind: "request" }>>({ kind: oneOf("request"), id: text, request: checkRunnerRequest }),
  interrupt: shape<Extract<FromHost, { kind: "interrupt" }>>({ kind: oneOf("interrupt") }),
  stop: shape<Extract<FromHost, { kind: "stop" }>>({ kind: oneOf("stop"), reason, limit: numeric }),
});

export const checkToHost: Check<ToHost> = kinds<ToHost>({
  ready: shape<Extract<ToHost, { kind: "ready" }>>({ kind: oneOf("ready") }),
  began: shape<Extract<ToHost, { kind: "began" }>>({ kind: oneOf("began") }),
  part: shape<Extract<ToHost, { kind: "part" }>>({ kind: oneOf("part"), id: text, path: list(either(text, whole)) }),
  progress: shape<Extract<ToHost, { kind: "progress" }>>({ kind: oneOf("progress"), id: text, progress: checkProgress }),
  kept: shape<Extract<ToHost, { kind: "kept" }>>({ kind: oneOf("kept"), id: text }),
  answered: shape<Extract<ToHost, { kind: "answered" }>>({
    kind: oneOf("answered"),
    id: text,
    failed: flag,
    output: shape<OutputCount>({ stdout: whole, stderr: whole }),
  }),
  ending: shape<Extract<ToHost, { kind: "ending" }>>({ kind: oneOf("ending"), stop, frames }),
});
