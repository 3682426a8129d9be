import { checkedOptions } from "../arguments.js";
import { noGrad } from "../autograd/gradMode.js";
import { DType } from "../dtype.js";
import { checkedDevice } from "../ops/tensorOnly.js";
import type { Device } from "../storage.js";
import { Tensor } from "../tensor.js";
import type { AnyModule } from "./anyModule.js";
import { define, registered } from "./members.js";
import { isUninitialized } from "./parameter.js";
import { modulesOf } from "./walk.js";

/** How a module's parameters and buffers change their dtype and device. */

export interface ModuleToOptions {
  readonly device?: Device;
  readonly dtype?: DType;
  /** Taken as PyTorch takes it; there is one device, so that nothing waits. */
  readonly nonBlocking?: boolean;
}

/** What the arguments of `Module.to` say. */
export function moveOf(args: readonly unknown[]): ModuleToOptions {
  let move: ModuleToOptions = {};
  for (const arg of args) {
    if (arg instanceof DType) move = { ...move, dtype: arg };
    else if (typeof arg === "string") move = { ...move, device: checkedDevice(arg) };
    else if (arg instanceof Tensor) move = { device: arg.device, dtype: arg.dtype };
    else if (typeof arg !== "boolean" && arg !== undefined) {
      const { device = move.device, dtype = move.dtype } = checkedOptions<ModuleToOptions>("to", arg as ModuleToOptions, "device", "dtype", "nonBlocking");
      move = { dtype, device: device === undefined ? undefined : checkedDevice(device) };
    }
  }
  return move;
}

/** Gives every parameter and buffer of a module and all beneath it the values that `fn` makes of its own; parameters stay the same objects. */
export function mapTensors(root: AnyModule, fn: (tensor: Tensor) => Tensor): void {
  const mapped = new Map<Tensor, Tensor>();
  for (const module of modulesOf(root)) {
    for (const parameter of registered(module).parameters.values()) {
      if (parameter === null || mapped.has(parameter)) continue;
      parameter.data = noGrad(() => fn(parameter.data));
      if (parameter.grad !== null) parameter.grad = noGrad(() => fn(parameter.grad!));
      mapped.set(parameter, parameter);
    }
    for (const [name, buffer] of registered(module).buffers) {
      if (buffer === null) continue;
      if (isUninitialized(buffer)) {
        buffer.data = fn(buffer.data);
        continue;
      }
      let result = mapped.get(buffer);
      if (result === undefined) mapped.set(buffer, (result = noGrad(() => fn(buffer))));
      registered(module).buffers.set(name, result);
      define(module, name, result);
    }
  }
}
