import { type Check, flag, keyOf, kinds, list, numeric, oneOf, optional, record, shape, text, whole } from "./check.js";
import type { FindingLevels } from "./finding.js";
import {
  type Activity,
  type EarlierChange,
  type LastRun,
  type PageMessage,
  type PageMethod,
  type PageMethods,
  type PageRequest,
  type PageState,
  type Selection,
  viewActions,
} from "./page.js";
import { checkParams } from "./requestChecks.js";
import { checkReinitialization } from "./signalChecks.js";
import { checkFailure, checkLocation, checkModel, checkOffer, checkResult, kind, type Of } from "./snapshotChecks.js";
import { checkCompareRequest, checkPageState } from "./stateChecks.js";
import { checkProgress, checkRunningTraining } from "./trainingChecks.js";
import { capabilities, type Capability } from "./source.js";

/** What travels between the host and the page, in both directions: neither believes what arrives before it was held against these. */

const nothing: Check<null> = (value) => (value === null ? null : " is not null");
const selection: Check<Selection> = shape({ model: text, path: optional(text) });
const modelOnly: Check<{ readonly model: string }> = shape({ model: text });
const activity = keyOf<Activity>({ idle: true, running: true, forward: true, reinitialize: true });

const lastRun: Check<LastRun> = kinds<LastRun>({
  none: shape<Of<LastRun, "none">>({ kind: kind("none") }),
  completed: shape<Of<LastRun, "completed">>({ kind: kind("completed") }),
  failed: shape<Of<LastRun, "failed">>({ kind: kind("failed"), failure: checkFailure, shown: oneOf("thisRun", "earlierRun") }),
});
const findingLevels: Check<FindingLevels> = record(oneOf("information", "warning", "error", "off"));

const state: Check<PageState> = kinds<PageState>({
  empty: shape<Of<PageState, "empty">>({ kind: kind("empty") }),
  untrusted: shape<Of<PageState, "untrusted">>({ kind: kind("untrusted") }),
  file: shape<Of<PageState, "file">>(
    {
      kind: kind("file"),
      file: text,
      capabilities: list(oneOf<Capability>(...capabilities)),
      activity,
      models: list(checkModel),
      lastRun,
      offers: list(checkOffer),
      build: optional(text),
      stale: flag,
      findingLevels,
      timeLimit: optional(numeric),
      earlierChanges: list(shape<EarlierChange>({ model: text, reinitialization: checkReinitialization, standing: oneOf("kept", "ended", "offered") })),
      isInTab: flag,
    },
    { note: text, trainings: list(checkRunningTraining) },
  ),
});

const messages: Parameters<typeof kinds<PageMessage>>[0] = {
  state: shape<Of<PageMessage, "state">>({ kind: kind("state"), state, selection: optional(selection) }),
  model: shape<Of<PageMessage, "model">>({ kind: kind("model"), model: checkModel }),
  activity: shape<Of<PageMessage, "activity">>({ kind: kind("activity"), activity }),
  training: shape<Of<PageMessage, "training">>({ kind: kind("training"), training: checkRunningTraining }),
  inTab: shape<Of<PageMessage, "inTab">>({ kind: kind("inTab"), isInTab: flag }),
  select: shape<Of<PageMessage, "select">>({ kind: kind("select"), selection }),
  perform: shape<Of<PageMessage, "perform">>({ kind: kind("perform"), action: oneOf(...viewActions) }),
  progress: shape<Of<PageMessage, "progress">>({ kind: kind("progress"), id: whole, progress: checkProgress }),
  reply: shape<Of<PageMessage, "reply">>({ kind: kind("reply"), id: whole }, { result: () => null }),
  error: shape<Of<PageMessage, "error">>({ kind: kind("error"), id: whole, message: text }),
};

/** Host to page. What a reply holds is checked by what was asked (checkPageResult). */
export const checkPageMessage: Check<PageMessage> = kinds<PageMessage>(messages);

export function isPageMessageKind(name: unknown): name is PageMessage["kind"] {
  return typeof name === "string" && Object.hasOwn(messages, name);
}

const methods: { readonly [M in PageMethod]: { readonly params: Check<PageMethods[M]["params"]>; readonly result: Check<PageMethods[M]["result"]> } } = {
  ready: { params: nothing, result: nothing },
  run: { params: nothing, result: nothing },
  runToEnd: { params: nothing, result: nothing },
  stop: { params: nothing, result: nothing },
  build: { params: optional(shape({ expression: text, complete: flag })), result: nothing },
  previewReinitialize: { params: checkParams.previewReinitialize, result: checkResult.previewReinitialize },
  forward: { params: checkParams.forward, result: nothing },
  showOwnPass: { params: modelOnly, result: nothing },
  undoReinitialize: { params: modelOnly, result: nothing },
  reinitialize: { params: checkParams.reinitialize, result: nothing },
  copyAsCode: { params: checkParams.reinitialize, result: nothing },
  insertAsCode: { params: checkParams.reinitialize, result: nothing },
  showSignal: { params: checkParams.showSignal, result: nothing },
  signal: { params: checkParams.signal, result: checkResult.signal },
  train: { params: checkParams.train, result: checkResult.train },
  compareStates: { params: checkCompareRequest(checkPageState), result: checkResult.compareStates },
  keptStates: { params: modelOnly, result: list(text) },
  keepState: { params: shape({ model: text, state: checkPageState, name: text }), result: list(text) },
  importState: { params: modelOnly, result: shape({ names: list(text), imported: optional(text) }) },
  exportState: { params: shape({ model: text, state: checkPageState, name: text }), result: nothing },
  forgetState: { params: shape({ model: text, name: text }), result: list(text) },
  cancel: { params: shape({ id: whole }), result: nothing },
  tensorValues: { params: checkParams.tensorValues, result: checkResult.tensorValues },
  statistics: { params: checkParams.statistics, result: checkResult.statistics },
  earlierChanges: { params: shape({ answer: oneOf("apply", "keep", "forget") }), result: nothing },
  selected: { params: (value) => selection(value) ?? shape({ asked: flag })(value), result: nothing },
  reveal: { params: shape({ location: checkLocation }), result: nothing },
  copySummary: { params: modelOnly, result: nothing },
  copyText: { params: shape({ text }), result: nothing },
  save: { params: shape({ suggestedName: text, content: text, encoding: oneOf("utf8", "base64") }), result: nothing },
  openInEditor: { params: nothing, result: nothing },
  showOutput: { params: nothing, result: nothing },
  openSetting: { params: shape({ name: oneOf("timeLimit", "memoryLimit", "permissions") }), result: nothing },
  showKeys: { params: nothing, result: nothing },
  openNote: { params: nothing, result: nothing },
  createExample: { params: nothing, result: nothing },
  openFile: { params: nothing, result: nothing },
  manageTrust: { params: nothing, result: nothing },
};

/** All that the page may ask of the host. */
export const pageMethods = Object.keys(methods) as readonly PageMethod[];

/** Page to host. */
export const checkPageRequest: Check<PageRequest> = (value) => {
  const asked = value as PageRequest;
  const wrong = shape<{ readonly id: number; readonly method: PageMethod }>({ id: whole, method: oneOf(...pageMethods) })(asked);
  if (wrong !== null) return wrong;
  const inParams = methods[asked.method].params(asked.params);
  return inParams === null ? null : `.params${inParams}`;
};

/** What the host answers. */
export function checkPageResult(method: PageMethod, result: unknown): string | null {
  return methods[method].result(result);
}
