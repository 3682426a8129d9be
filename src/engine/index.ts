import "./complete.js";

/** Neural-network layers, losses and initialization (torch.nn). */
export * as nn from "./nn/index.js";
/** Optimizers and schedules of learning rates (torch.optim). */
export * as optim from "./optim/index.js";
export * as utils from "./utils.js";
/** Probability distributions (torch.distributions). */
export * as distributions from "./distributions/index.js";
/** Special functions (torch.special). */
export * as special from "./ops/torchSpecial.js";
/** Gradients (torch.autograd). */
export * as autograd from "./differentiation/autograd.js";
/** Functions of functions: derivatives, modules without state of their own (torch.func). */
export * as func from "./differentiation/func.js";

export { Tensor } from "./tensor.js";
export type { NestedList } from "./nestedList.js";
export { Size } from "./size.js";
export { e, inf, isComplex, isFloatingPoint, isSigned, isTensor, nan, numel, pi } from "./values.js";
export type { Device } from "./storage.js";
export { DType, float32, float64, float16, bfloat16, int8, int16, int32, int64, uint8, bool } from "./dtype.js";
export { float, double, half, short, int, long, getDefaultDtype, setDefaultDtype, promoteTypes } from "./dtype.js";
export { checkedDevice as device } from "./ops/tensorOnly.js";
export { getDefaultDevice, setDefaultDevice, withDevice } from "./device.js";
export { noGrad, noGrad as inferenceMode, enableGrad, isGradEnabled, setGradEnabled } from "./autograd/gradMode.js";
export { Generator, type GeneratorState, defaultGenerator, manualSeed, seed, initialSeed, getRngState, setRngState } from "./random/generator.js";
export type { StateDict } from "./nn/stateDict.js";
export { load, save } from "./io/serialization.js";
export { UnpicklingError } from "./io/pickleReader.js";
/** Reading and writing weights files. */
export * as safetensors from "./io/safetensors.js";
export { setPrintOptions } from "./print/options.js";
export {
  TorchError,
  AssertionError,
  RuntimeError,
  LinAlgError,
  ValueError,
  IndexError,
  KeyError,
  AttributeError,
  TypeError,
  NotImplementedError,
} from "./errors.js";
export { getNumThreads, setNumThreads } from "./kernels/wasm/threads.js";
export { observe, type Observer } from "./observer.js";
export { leaveOutValues } from "./storage.js";
export { listenToWarnings } from "./warnings.js";
export { interruptBy } from "./interruption.js";
export type { Operation } from "./operation.js";
export { summarize, type Summary } from "./kernels/statistics.js";

export { deepcopy } from "./nn/deepcopy.js";
export * from "./ops/functions.js";
