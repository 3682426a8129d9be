import { getDefaultDevice } from "../device.js";
import { getDefaultDtype, type DType } from "../dtype.js";
import { checkSizes } from "../ops/rules/allocation.js";
import type { Device } from "../storage.js";
import { Tensor } from "../tensor.js";
import { Parameter } from "./parameter.js";

/** Options that every layer with parameters takes. */
export interface FactoryOptions {
  /** Where the parameters live. Default: the default device. */
  readonly device?: Device;
  /** Element type of the parameters. Default: the default dtype. */
  readonly dtype?: DType;
}

/** A tensor whose values are yet to be initialized. */
export function emptyTensor(sizes: readonly number[], options: FactoryOptions): Tensor {
  checkSizes("empty", sizes);
  return Tensor.allocate(sizes, options.dtype ?? getDefaultDtype(), options.device ?? getDefaultDevice());
}

/** A parameter whose values are yet to be initialized. */
export function emptyParameter(sizes: readonly number[], options: FactoryOptions): Parameter {
  return new Parameter(emptyTensor(sizes, options));
}

/** The options of parameters among those of a layer. */
export function factoryOptions({ device, dtype }: FactoryOptions): FactoryOptions {
  return { ...(device === undefined ? {} : { device }), ...(dtype === undefined ? {} : { dtype }) };
}
