import { type Check, either, flag, kinds, list, numeric, oneOf, optional, record, shape, text, whole } from "./check.js";
import { type Access, type Permission, permissions } from "./permissions.js";
import type { Binding, Bundle, ForwardInput, PythonCell, PythonProgram, RunnerMethod, RunnerMethods, RunnerRequest } from "./runner.js";
import type { SignalRequest } from "./signal.js";
import { checkReinitialization, checkSignalInput, checkStatedInput } from "./signalChecks.js";
import { checkCompareRequest, checkRunnerState } from "./stateChecks.js";
import { checkTrainingRequest } from "./trainingChecks.js";
import { checkLocation, kind, type Of, pairOf } from "./snapshotChecks.js";

/** What is asked of a runner is checked against these, by the host what the page asks, and by the runner's process what arrives there. */

type Params = { readonly [M in RunnerMethod]: Check<RunnerMethods[M]["params"]> };

const modelOnly: Check<{ readonly model: string }> = shape({ model: text });

const forwardInput: Check<ForwardInput> = kinds<ForwardInput>({
  recorded: shape<Of<ForwardInput, "recorded">>({ kind: kind("recorded") }),
  stated: shape<Of<ForwardInput, "stated">>({ kind: kind("stated"), inputs: list(checkStatedInput) }),
});

const bundle: Check<Bundle> = shape({
  entry: text,
  code: text,
  sourceMap: text,
  engineUrl: text,
  files: list(text),
  packages: list(text),
  lineStarts: record(list(pairOf(whole, whole))),
  bindings: list(shape<Binding>({ name: text, location: optional(checkLocation) })),
  note: optional(text),
});
const cell: Check<PythonCell> = shape({ file: text, text });
const program: Check<PythonProgram> = shape({
  entry: text,
  source: either(shape({ kind: oneOf("file"), text: optional(text) }), shape({ kind: oneOf("notebook"), cells: list(cell) })),
  isMain: flag,
  overrides: list(pairOf(text, text)),
  engineUrl: text,
});
const access: Check<Access> = shape({ asked: flag, allowed: list(oneOf<Permission>(...permissions)), readable: list(text), writable: list(text) });

const signalRequest = { model: text, input: optional(checkSignalInput), seed: numeric };

export const checkParams: Params = {
  run: shape<RunnerMethods["run"]["params"]>({ bundle: either(bundle, program), workingDirectory: text, build: optional(text), access }, { isLook: flag }),
  runCell: shape<RunnerMethods["runCell"]["params"]>({ cell, number: whole }),
  cellModels: shape({}),
  preparePython: shape({ snapshot: optional(text) }),
  forward: shape({ model: text, input: forwardInput, seed: optional(numeric) }),
  showOwnPass: modelOnly,
  reinitialize: (value) => modelOnly(value) ?? checkReinitialization(value),
  undoReinitialize: modelOnly,
  previewReinitialize: (value) => shape({ model: text, tensors: list(whole) })(value) ?? checkReinitialization(value),
  setSeed: shape({ seed: numeric }),
  signal: shape<SignalRequest>({ ...signalRequest, trial: optional(checkReinitialization) }),
  train: checkTrainingRequest,
  compareStates: checkCompareRequest(checkRunnerState),
  saveState: shape({ model: text, state: checkRunnerState, path: text }),
  showSignal: shape<Omit<SignalRequest, "trial">>(signalRequest),
  tensorValues: shape<RunnerMethods["tensorValues"]["params"]>({ model: text, tensor: whole, maxRows: whole, maxColumns: whole }, { index: list(whole) }),
  valueStatistics: shape<RunnerMethods["valueStatistics"]["params"]>({ model: text, value: whole, bins: whole }),
  statistics: shape<RunnerMethods["statistics"]["params"]>({ model: text, tensor: whole, bins: whole }, { range: pairOf(numeric, numeric) }),
};

const method = oneOf(...(Object.keys(checkParams) as readonly RunnerMethod[]));

export const checkRunnerRequest: Check<RunnerRequest> = (value) => {
  const asked = value as Partial<RunnerRequest> | null;
  const wrong = shape<{ readonly method: RunnerMethod }>({ method })(asked);
  if (wrong !== null) return wrong;
  const inParams = checkParams[asked!.method!](asked!.params);
  return inParams === null ? null : `.params${inParams}`;
};
