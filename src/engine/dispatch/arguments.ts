import type { Edge } from "../autograd/graph.js";
import { refuseMore } from "../arguments.js";
import { lacksShape, ofWholeNumbers, RuntimeError, TorchError, TypeError, nameInPython, typeInPython } from "../errors.js";
import type { Observer } from "../observer.js";
import { operand, type Operation } from "../operation.js";
import { Storage, type Device } from "../storage.js";
import { Tensor } from "../tensor.js";

/** What is asked of the arguments of every operation: their number, device and gradients. */

/** The error that the caller gets, reported to the observer. JavaScript's own, for a first argument that is no tensor, becomes PyTorch's. */
export function failed(operation: Operation, args: readonly unknown[], error: unknown, watcher: Observer | null): unknown {
  const [first] = args;
  const isOperand = first instanceof Tensor || (Array.isArray(first) && first.every((item) => item instanceof Tensor));
  const result =
    isOperand || !(error instanceof globalThis.TypeError)
      ? error
      : new TypeError(`${nameInPython(operation.name)}(): argument 'input' (position 1) must be Tensor, not ${typeInPython(first)}`);
  watcher?.operationFailed?.(operation, args, result);
  return explained(result, args);
}

/** The error, with what to write where it is about int64 numbers that came from whole ones among the arguments. */
export function explained(error: unknown, args: readonly unknown[]): unknown {
  if (!(error instanceof TorchError) || error.message.endsWith(ofWholeNumbers) || !/\bLong\b|long int|int64|only support floating point/.test(error.message))
    return error;
  // Where int64 is what should have come, more of it would not help.
  if (/(to be|types:|expected dtype) Long|but got Float/.test(error.message) || !tensorsOf(args).some((arg) => arg.storage.isFromWholeNumbers)) return error;
  error.message += ofWholeNumbers;
  error.stack = error.stack?.replace(/(\n {4}at )/, `${ofWholeNumbers}$1`);
  return error;
}

/** PyTorch's error for arguments that are too many, which JavaScript would pass over. */
export function refuseFurther({ name, arguments: names }: Pick<Operation, "name" | "arguments">, args: readonly unknown[]): void {
  refuseMore(
    nameInPython(name),
    names.flatMap((argument) =>
      typeof argument === "string" ? (argument === operand ? "input" : argument) : Array.isArray(argument) ? [argument[0] as string] : [],
    ),
    args,
  );
}

/** Whether a function takes each argument as a parameter of its own, and reads none out of a list by itself. */
export function takesArgumentsAsTheyStand(computation: (...args: never[]) => unknown, names: readonly unknown[]): boolean {
  return computation.length === names.length;
}

/** Throws PyTorch's error where an argument has no shape yet. To be asked where there are such tensors at all. */
export function requireShapes(name: string, args: readonly unknown[]): void {
  for (const arg of args) {
    if (arg instanceof Tensor ? arg.lacksShape : Array.isArray(arg) && typeof arg[0] === "object") {
      if (Array.isArray(arg)) requireShapes(name, arg);
      else throw lacksShape(name, (arg as Tensor).constructor.name);
    }
  }
}

/** Whether a gradient is wanted for an argument, or for one that it gives by name. */
export function wantsGradient(arg: unknown): boolean {
  if (typeof arg !== "object" || arg === null) return false;
  return arg instanceof Tensor ? arg.requiresGrad : anyRequiresGrad(Object.values(arg));
}

export function anyRequiresGrad(args: readonly unknown[]): boolean {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg instanceof Tensor ? arg.requiresGrad : Array.isArray(arg) && arg.length > 0 && arg[0] instanceof Tensor && anyRequiresGrad(arg)) return true;
  }
  return false;
}

/** The device of all tensors. Only tensors without dimensions may stay behind on the CPU. */
export function commonDevice(args: readonly unknown[]): Device {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (Storage.leavesOut !== null || (arg instanceof Tensor ? arg.device !== "cpu" : Array.isArray(arg))) return deviceAmong(args);
  }
  return "cpu";
}

/** The same where it is not plain that this is the CPU. */
function deviceAmong(args: readonly unknown[]): Device {
  const { leavesOut } = Storage;
  let device: Device = "cpu";
  let expected: Device | null = null;
  const look = (values: readonly unknown[]): void => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value instanceof Tensor) {
        const own = leavesOut !== null && value.numel() > leavesOut.above ? "meta" : value.device;
        if (own === "meta") device = "meta";
        else if (value.sizes.length === 0) continue;
        if (expected !== null && own !== expected && leavesOut === null)
          throw new RuntimeError(`Tensor on device ${own} is not on the expected device ${expected}!`);
        expected = own;
      } else if (Array.isArray(value) && value.length > 0 && typeof value[0] !== "number") look(value);
    }
  };
  look(args);
  return device;
}

/** Whether the result of what is computed of these arguments is a shape alone because one of them is. */
export function isOfLeftOut(args: readonly unknown[]): boolean {
  const { leavesOut } = Storage;
  return leavesOut !== null && tensorsOf(args).some((tensor) => tensor.storage.isLeftOut || tensor.numel() > leavesOut.above);
}

/** The tensors among the arguments, those of lists too. */
export function tensorsOf(args: readonly unknown[]): Tensor[] {
  return args.flatMap((arg) => (arg instanceof Tensor ? [arg] : Array.isArray(arg) && arg[0] instanceof Tensor ? tensorsOf(arg) : []));
}

/** One entry for each of `tensorsOf`: where its gradient goes. */
export function edgesOf(args: readonly unknown[]): Edge[] {
  const edges: Edge[] = [];
  for (const arg of args) {
    if (arg instanceof Tensor) edges.push(arg.gradientEdge());
    else if (Array.isArray(arg) && arg[0] instanceof Tensor) edges.push(...edgesOf(arg));
  }
  return edges;
}

export function tensorCount(arg: unknown): number {
  if (arg instanceof Tensor) return 1;
  return Array.isArray(arg) && arg[0] instanceof Tensor ? arg.length : 0;
}
