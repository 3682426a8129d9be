import { nodesCreated, type Edge, type GraphNode } from "../autograd/graph.js";
import { cloneValues } from "../kernels/elementwise.js";
import { contiguousStrides, product } from "../size.js";
import { Storage, type Device } from "../storage.js";
import { Tensor, type Window } from "../tensor.js";
import { tensorCount } from "./arguments.js";
import type { Kept, Read } from "./rows.js";

/** What graph nodes keep of an operation's arguments: values where backward reads them, else shapes alone. */

/** Above this many elements, a tensor that backward does not read is let go and a stand-in without values kept. */
export let keepWholeBelow = 256;

/** Sets the bound, for tests that let go of everything, and returns the one before. */
export function keepWhole(below: number): number {
  const before = keepWholeBelow;
  keepWholeBelow = below;
  return before;
}

/** Without values, but with shape, dtype and device. */
export function standIn(tensor: Tensor): Tensor {
  const { dtype, sizes, device } = tensor;
  return new Tensor(Storage.withoutElements(dtype, product(sizes), device), sizes, contiguousStrides(sizes), 0);
}

/** Whether the argument at a position, or a tensor of the list there, has a gradient. `inputs`: the edges of all tensors among the arguments. */
export function needsGradient(args: readonly unknown[], inputs: readonly Edge[], position: number): boolean {
  let input = 0;
  for (let i = 0; i < position; i++) input += tensorCount(args[i]);
  const count = tensorCount(args[position]);
  for (let k = 0; k < count; k++) if (inputs[input + k] != null) return true;
  return false;
}

function needsAny(args: readonly unknown[], inputs: readonly Edge[], positions: readonly number[]): boolean {
  for (let i = 0; i < positions.length; i++) if (needsGradient(args, inputs, positions[i]!)) return true;
  return false;
}

/** What backward reads for the gradients that these arguments have; undefined for nothing. */
export function keptFor(reads: readonly Read[] | undefined, args: readonly unknown[], inputs: readonly Edge[]): readonly Kept[] | undefined {
  if (reads === undefined) return undefined;
  let kept: Kept[] | undefined;
  for (let i = 0; i < reads.length; i++) {
    const read = reads[i]!;
    if (typeof read !== "object") (kept ??= []).push(read);
    else if (!kept?.includes(read.read) && needsAny(args, inputs, read.forGradientsOf)) (kept ??= []).push(read.read);
  }
  return kept;
}

/** The arguments with stand-ins for the tensors of more elements than `most` that backward does not read; the very same array where there are none. */
export function keptArguments<Args extends readonly unknown[]>(args: Args, reads: readonly Kept[] | undefined, most: number, replace = standIn): Args {
  let result: unknown[] | null = null;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (reads?.includes(i)) continue;
    const kept = keep(arg, most, replace);
    if (kept !== arg) (result ??= [...args])[i] = kept;
  }
  return (result as Args | null) ?? args;
}

function keep(arg: unknown, most: number, replace: (tensor: Tensor) => Tensor): unknown {
  if (arg instanceof Tensor) return arg.numel() > most ? replace(arg) : arg;
  if (Array.isArray(arg) && arg[0] instanceof Tensor) return arg.map((item: Tensor) => keep(item, most, replace));
  return arg;
}

/** Has the step that made `result`, if it is recorded, mind writes to these tensors: PyTorch keeps them, where the engine keeps what it made of them. */
export function keeping(tensors: readonly (Tensor | null)[], result: Tensor): Tensor {
  watch(result.gradFn, result, tensors);
  return result;
}

/** The same for a node; `result` is what it makes. */
export function watch(node: GraphNode | null, result: Tensor, tensors: readonly unknown[]): void {
  if (node === null) return;
  const watched = tensors.flatMap((each) => (Array.isArray(each) ? (each as unknown[]) : [each])).filter((each) => each instanceof Tensor);
  if (watched.length === 0) return;
  node.watched = [
    ...(node.watched ?? []),
    ...watched.map((tensor) => ({
      tensor: standInView(tensor),
      version: tensor.version.value,
      maker: tensor === result ? node.name : tensor.gradFn?.name,
    })),
  ];
}

/** Shape and dtype on a device that operations can compute on: one zero seen everywhere. */
export function hollow(tensor: Tensor, device: Device): Tensor {
  return new Tensor(
    Storage.allocate(tensor.dtype, 1, device),
    tensor.sizes,
    tensor.sizes.map(() => 0),
    0,
  );
}

/** Keeps geometry and lets the memory go. */
export function standInView(view: Tensor): Tensor {
  const { dtype, storage, sizes, strides, offset, device, version } = view;
  return new Tensor(Storage.withoutElements(dtype, storage.length, device), sizes, strides, offset, version);
}

/** Of these values, and with the history of `tensor`. */
export function copyWithHistory(tensor: Tensor): Tensor {
  const copied = cloneValues(tensor);
  copied.setGradFn(tensor.gradientEdge());
  return copied;
}

/** Counts the writes to a tensor, or to those of a list. */
export function versionOf(value: unknown): number {
  if (value instanceof Tensor) return value.version.value;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + versionOf(item), 0);
  return 0;
}

/** The windows that tensors had before `inPlaceView` gave them others, each with the number of graph nodes that know them so. */
const formerWindows = new WeakMap<Tensor, { readonly window: Window; readonly nodes: number }[]>();

/** Whether any tensor has had another window: asked before every step backward. */
export let hasFormerWindows = false;

/** Keeps the window that `self` has for the graph nodes that there are. */
export function rememberWindow(self: Tensor): void {
  const { sizes, strides, offset } = self;
  const former = formerWindows.get(self) ?? [];
  former.push({ window: { sizes, strides, offset }, nodes: nodesCreated() });
  formerWindows.set(self, former);
  hasFormerWindows = true;
}

/** The value as graph node number `sequence` knew it: a tensor that has since become another window is seen through its former one. */
export function asKnownTo(sequence: number, value: unknown): unknown {
  if (Array.isArray(value) && value[0] instanceof Tensor) return value.map((item) => asKnownTo(sequence, item));
  const former = value instanceof Tensor ? formerWindows.get(value)?.find(({ nodes }) => sequence <= nodes) : undefined;
  if (former === undefined) return value;
  const tensor = value as Tensor;
  const { sizes, strides, offset } = former.window;
  return new Tensor(tensor.storage, sizes, strides, offset, tensor.version);
}
