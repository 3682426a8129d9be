import { isOptions } from "../../arguments.js";
import { RuntimeError, TypeError } from "../../errors.js";
import type { Device } from "../../storage.js";
import { Module } from "../module.js";

/**
 * A layer made of these arguments without drawing its parameters, which are zero until something initializes them; the generator does not move. `device` among
 * the options is where they live (default "cpu"). Throws RuntimeError for a class that takes no device. (torch.nn.utils.skip_init)
 */
export function skipInit<Layer extends Module>(moduleClass: new (...args: never) => Layer, ...args: readonly unknown[]): Layer {
  if (typeof moduleClass !== "function" || !(moduleClass.prototype instanceof Module)) throw new RuntimeError(`Expected a Module; got ${String(moduleClass)}`);
  const last = args.at(-1);
  const options = (isOptions(last) ? last : {}) as { readonly device?: Device };
  const positional = isOptions(last) ? args.slice(0, -1) : args;
  const make = moduleClass as unknown as new (...args: readonly unknown[]) => Layer;
  try {
    return new make(...positional, { ...options, device: "meta" }).toEmpty({ device: options.device ?? "cpu" });
  } catch (error) {
    if (!(error instanceof TypeError && error.message.includes("unexpected keyword argument 'device'"))) throw error;
    throw new RuntimeError("Module must support a 'device' arg to skip initialization");
  }
}
