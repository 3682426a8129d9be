import { defineDerivative, derivativeOf, type DerivativeContext } from "./autograd/derivatives.js";
import { isGradEnabled } from "./autograd/gradMode.js";
import { GraphNode, nodesCreated } from "./autograd/graph.js";
import { checkVersion, freedGraph } from "./autograd/savedTensors.js";
import { through, zerosInLayoutOf, type Window } from "./autograd/viewNode.js";
import { hasHigherCategory, type DType } from "./dtype.js";
import { NotImplementedError, RuntimeError, TypeError } from "./errors.js";
import { copy } from "./kernels/elementwise.js";
import { sumTo } from "./kernels/sumTo.js";
import { observer, withoutObserver, type Observer } from "./observer.js";
import { nameInPython, typeInPython } from "./print/python.js";
import { contiguousStrides, equalSizes, formatSizes, product } from "./size.js";
import { Storage, type Device } from "./storage.js";
import { sameWindow, Tensor } from "./tensor.js";

/**
 * How operations are defined. One row says all about an operation: its name, the shape rule (which alone runs on the meta
 * device), the kernel, and the gradient. From a row come the function, its in-place form, the graph node and the report to the observer.
 */

export interface TensorSpec {
  readonly sizes: readonly number[];
  readonly dtype: DType;
  /** Default: the arguments' device. */
  readonly device?: Device;
}

/** The gradient for one argument; for an argument that is a list of tensors, one for each. */
export type Gradient = Tensor | null | readonly (Tensor | null)[];

export interface BackwardContext<Args extends readonly unknown[], Saved> {
  /** Forward's arguments. Tensors that the row's `reads` does not name may be stand-ins without values. */
  readonly args: Args;
  /** Forward's result; without values unless `reads` names it. */
  readonly output: Tensor;
  /** What forward returned. */
  readonly saved: Saved;
  /** Whether a gradient is wanted for the argument at this position. */
  needs(position: number): boolean;
}

export interface OperationRow<Args extends readonly unknown[], Saved = void> {
  /** As in torch, e.g. "add". */
  readonly name: string;
  /** PyTorch's name of the graph node where it is not `Name` + "Backward0". */
  readonly gradientName?: string | ((...args: Args) => string);
  /** How many arguments there are at most, where the row is a public function as it stands. Default: not checked. */
  readonly arity?: number;
  /** Shape and dtype of the result. Throws PyTorch's error where the arguments do not fit. */
  infer(...args: Args): TensorSpec;
  /** Computes into `output`, which is row-major and zeroed (in the in-place form: the first argument). Returns what backward needs besides. */
  forward(output: Tensor, ...args: Args): Saved;
  /** Positions of the arguments whose values backward reads, and "output" if it reads the result. Default: none. */
  readonly reads?: readonly (number | "output")[];
  /** A gradient for each argument. Where an argument was broadcast, the dispatcher sums. Leave out if there is no gradient. */
  readonly backward?: (gradient: Tensor, context: BackwardContext<Args, Saved>) => readonly Gradient[];
}

const definedRows = new Set<OperationRow<never, unknown> | ViewRow<never>>();

/** @internal The rows of all operations, for tests that hold each against numerical differentiation and its shape rule. */
export function rowsDefined(): ReadonlySet<OperationRow<never, unknown> | ViewRow<never>> {
  return definedRows;
}

/** Above this many elements, a tensor that backward does not read is let go and a stand-in without values kept. */
const keepWholeBelow = 256;

/** The function that a row defines. */
export function defineOperation<Args extends readonly unknown[], Saved = void>(row: OperationRow<Args, Saved>): (...args: Args) => Tensor {
  definedRows.add(row as unknown as OperationRow<never, unknown>);
  return (...args) => {
    const watcher = observer();
    try {
      if (row.arity !== undefined) checkArity(row.name, args, row.arity);
      const spec = row.infer(...args);
      const device = spec.device ?? commonDevice(args);
      const output = Tensor.allocate(spec.sizes, spec.dtype, device);
      const saved = device === "cpu" ? row.forward(output, ...args) : (undefined as Saved);
      if (row.backward !== undefined && isGradEnabled() && spec.dtype.isFloatingPoint && anyRequiresGrad(args)) {
        output.setGradFn(new OperationNode(row, args, output, saved, edgesOf(args)));
      }
      watcher?.operation?.(row.name, args, output);
      return output;
    } catch (error) {
      throw failed(row.name, args, error, watcher);
    }
  };
}

/** The in-place form of an element-wise row: `name_`, which writes into its first argument and returns it. */
export function defineInPlace<Args extends readonly [Tensor, ...unknown[]], Saved = void>(row: OperationRow<Args, Saved>): (...args: Args) => Args[0] {
  const name = `${row.name}_`;
  definedRows.add(row as unknown as OperationRow<never, unknown>);
  return (...args) => {
    const watcher = observer();
    try {
      if (row.arity !== undefined) checkArity(row.name, args, row.arity);
      const [self] = args;
      const spec = row.infer(...args);
      requireBroadcastFit(self, spec);
      const records = row.backward !== undefined && isGradEnabled() && anyRequiresGrad(args);
      checkInPlace(self, records);
      const edges = records ? edgesOf(args) : null;
      const before = records ? beforeWrite(self, args, row.reads) : args;
      let saved = undefined as Saved;
      if (commonDevice(args) === "cpu") {
        if (spec.dtype === self.dtype && !overlapsOddly(self, args)) saved = row.forward(self, ...args);
        else {
          const result = Tensor.allocate(spec.sizes, spec.dtype, "cpu");
          saved = row.forward(result, ...args);
          copy(self, result);
        }
      }
      self.version.value++;
      if (edges !== null) rewriteHistory(self, new OperationNode(row, before, self, saved, edges));
      watcher?.operation?.(name, args, self);
      return self;
    } catch (error) {
      throw failed(name, args, error, watcher);
    }
  };
}

/** What an operation writes over `self` has its shape, and a dtype that does not lose what kind of number it is. */
function requireBroadcastFit(self: Tensor, { sizes, dtype }: TensorSpec): void {
  if (!equalSizes(sizes, self.sizes)) {
    throw new RuntimeError(`output with shape ${formatSizes(self.sizes)} doesn't match the broadcast shape ${formatSizes(sizes)}`);
  }
  if (hasHigherCategory(dtype, self.dtype)) throw new RuntimeError(`result type ${dtype.scalarType} can't be cast to the desired output type ${self.dtype.scalarType}`);
}

/**
 * The in-place form of a function of a tensor, composed ones included: `name_`, which computes beside its first argument and then writes
 * over it. `requireFit` throws PyTorch's error where the result does not fit; by default that of operations that broadcast.
 */
export function inPlace<Operation extends (...args: never[]) => unknown>(
  name: string,
  operation: Operation,
  requireFit: (self: Tensor, result: TensorSpec, args: readonly unknown[]) => void = requireBroadcastFit,
): Operation {
  const run = operation as unknown as (...args: readonly unknown[]) => Tensor;
  const written = `${name}_`;
  const write = (...args: readonly [Tensor, ...unknown[]]): Tensor => {
    const watcher = observer();
    try {
      const [self] = args;
      const isOverwritten = (arg: unknown): arg is Tensor => arg instanceof Tensor && arg.storage === self.storage;
      const operands = isGradEnabled() && args.some(wantsGradient) ? args.map((arg) => (isOverwritten(arg) ? copyWithHistory(arg) : arg)) : args;
      const result = withoutObserver(() => run(...operands));
      requireFit(self, result, args);
      const records = isGradEnabled() && (self.requiresGrad || result.requiresGrad);
      checkInPlace(self, records);
      const edges = records ? edgesOf([self]) : [];
      const source = result.dtype === self.dtype || !records ? result : withoutObserver(() => result.to(self.dtype));
      if (self.device === "cpu") copy(self, source);
      self.version.value++;
      if (records) {
        const node = source.gradFn;
        if (node === null) rewriteHistory(self, new ZeroGradientNode(written, self, edges));
        else if (self.base === null) self.setGradFn(node);
        else rewriteHistory(self, new ReplacedNode(node));
      }
      watcher?.operation?.(written, args, self);
      return self;
    } catch (error) {
      throw failed(written, args, error, watcher);
    }
  };
  return write as unknown as Operation;
}

/** The in-place form of a view: `name_`, by which the first argument itself becomes the window. */
export function inPlaceView<Operation extends (...args: never[]) => unknown>(name: string, operation: Operation): Operation {
  const run = operation as unknown as (...args: readonly unknown[]) => Tensor;
  const written = `${name}_`;
  const write = (...args: readonly [Tensor, ...unknown[]]): Tensor => {
    const watcher = observer();
    try {
      const [self] = args;
      const view = withoutObserver(() => run(...args));
      checkLeaf(self);
      rememberWindow(self);
      const node = view.gradFn;
      self.setWindow(view);
      self.version.value++;
      // A view of another tensor finds its history anew, from the geometry.
      if (node !== null && self.base === null) self.setGradFn(node);
      watcher?.operation?.(written, args, self);
      return self;
    } catch (error) {
      throw failed(written, args, error, watcher);
    }
  };
  return write as unknown as Operation;
}

/** The windows that tensors had before `inPlaceView` gave them others, each with the number of graph nodes that know them so. */
const formerWindows = new WeakMap<Tensor, { readonly window: Window; readonly nodes: number }[]>();
let hasFormerWindows = false;

function rememberWindow(self: Tensor): void {
  const { sizes, strides, offset } = self;
  const former = formerWindows.get(self) ?? [];
  former.push({ window: { sizes, strides, offset }, nodes: nodesCreated() });
  formerWindows.set(self, former);
  hasFormerWindows = true;
}

/** The value as graph node number `sequence` knew it: a tensor that has since become another window is seen through its former one. */
function asKnownTo(sequence: number, value: unknown): unknown {
  if (Array.isArray(value) && value[0] instanceof Tensor) return value.map((item) => asKnownTo(sequence, item));
  const former = value instanceof Tensor ? formerWindows.get(value)?.find(({ nodes }) => sequence <= nodes) : undefined;
  if (former === undefined) return value;
  const tensor = value as Tensor;
  const { sizes, strides, offset } = former.window;
  return new Tensor(tensor.storage, sizes, strides, offset, tensor.version);
}

/** The arguments as backward must see them: what it reads of the memory that is about to be written is copied first. */
function beforeWrite<Args extends readonly unknown[]>(self: Tensor, args: Args, reads: readonly (number | "output")[] | undefined): Args {
  const isRead = (arg: unknown, position: number): boolean => reads!.includes(position) && arg instanceof Tensor && arg.storage === self.storage;
  return reads !== undefined && args.some(isRead) ? (args.map((arg, i) => (isRead(arg, i) ? copyWithHistory(arg as Tensor) : arg)) as unknown as Args) : args;
}

function copyWithHistory(tensor: Tensor): Tensor {
  const copied = cloneValues(tensor);
  copied.setGradFn(tensor.gradientEdge());
  return copied;
}

export interface ViewRow<Args extends readonly [Tensor, ...unknown[]]> {
  readonly name: string;
  readonly gradientName?: string | ((...args: Args) => string);
  /** The window on the first argument's memory. */
  window(...args: Args): Window;
  /** The gradient for the first argument. Default: zeros with the gradient in the window. */
  readonly backward?: (gradient: Tensor, ...args: Args) => Tensor;
}

/** An operation that shares its first argument's memory. */
export function defineView<Args extends readonly [Tensor, ...unknown[]]>(row: ViewRow<Args>): (...args: Args) => Tensor {
  definedRows.add(row as unknown as ViewRow<never>);
  return (...args) => {
    const watcher = observer();
    try {
      const [self] = args;
      const { sizes, strides, offset } = row.window(...args);
      const view = new Tensor(self.storage, sizes, strides, offset, self.version);
      view.base = self.base ?? self;
      if (isGradEnabled() && self.requiresGrad) view.setGradFn(new ViewNode(row, args, edgesOf([self])));
      watcher?.operation?.(row.name, args, view);
      return view;
    } catch (error) {
      throw failed(row.name, args, error, watcher);
    }
  };
}

/** An operation made of others, which the observer sees as one. */
export function defineComposite<Operation extends (...args: never[]) => unknown>(name: string, body: Operation): Operation {
  const run = body as unknown as (...args: readonly unknown[]) => unknown;
  const observed = (...args: readonly unknown[]): unknown => {
    const watcher = observer();
    if (watcher === null) return run(...args);
    try {
      const result = withoutObserver(() => run(...args));
      const handedOn = watcher.operation?.(name, args, result);
      return handedOn === undefined ? result : handedOn;
    } catch (error) {
      watcher.operationFailed?.(name, args, error);
      throw error;
    }
  };
  return observed as unknown as Operation;
}

/** A new tensor that an operation made of others gives, its graph node called as PyTorch calls the operation's own. */
export function named(gradientName: string, result: Tensor): Tensor {
  const node = result.gradFn;
  if (node !== null) node.title = gradientName;
  return result;
}

/**
 * Writes to `self` with `write`, outside of differentiation: for operations that fill a tensor whatever it held (random fills, zero_).
 * Gradients of earlier values become zero.
 */
export function overwrite<T extends Tensor>(name: string, self: T, args: readonly unknown[], write: () => void): T {
  const records = isGradEnabled() && self.requiresGrad;
  checkInPlace(self, records);
  if (self.device === "cpu") write();
  self.version.value++;
  if (records) rewriteHistory(self, new ZeroGradientNode(name, self, edgesOf([self])));
  observer()?.operation?.(name, args, self);
  return self;
}

/** The error that the caller gets, reported to the observer. JavaScript's own, for a first argument that is no tensor, becomes PyTorch's. */
function failed(name: string, args: readonly unknown[], error: unknown, watcher: Observer | null): unknown {
  const [first] = args;
  const isOperand = first instanceof Tensor || (Array.isArray(first) && first.every((item) => item instanceof Tensor));
  const result =
    isOperand || !(error instanceof globalThis.TypeError)
      ? error
      : new TypeError(`${nameInPython(name)}(): argument 'input' (position 1) must be Tensor, not ${typeInPython(first)}`);
  watcher?.operationFailed?.(name, args, result);
  return result;
}

/** JavaScript would pass over arguments that are too many. */
function checkArity(name: string, args: readonly unknown[], arity: number): void {
  if (args.length > arity) throw new TypeError(`${nameInPython(name)}() takes ${arity} positional argument${arity === 1 ? "" : "s"} but ${args.length} were given`);
}

/** Whether a gradient is wanted for an argument, or for one that it gives by name. */
function wantsGradient(arg: unknown): boolean {
  if (typeof arg !== "object" || arg === null) return false;
  return arg instanceof Tensor ? arg.requiresGrad : anyRequiresGrad(Object.values(arg));
}

function anyRequiresGrad(args: readonly unknown[]): boolean {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg instanceof Tensor ? arg.requiresGrad : Array.isArray(arg) && arg.length > 0 && arg[0] instanceof Tensor && anyRequiresGrad(arg)) return true;
  }
  return false;
}

/** The device of all tensors. Only tensors without dimensions may stay behind on the CPU. */
function commonDevice(args: readonly unknown[]): Device {
  let device: Device = "cpu";
  let expected: Device | null = null;
  const look = (values: readonly unknown[]): void => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value instanceof Tensor) {
        const own = value.device;
        if (own === "meta") device = "meta";
        else if (value.sizes.length === 0) continue;
        if (expected !== null && own !== expected) throw new RuntimeError(`Tensor on device ${own} is not on the expected device ${expected}!`);
        expected = own;
      } else if (Array.isArray(value) && value.length > 0 && typeof value[0] !== "number") look(value);
    }
  };
  look(args);
  return device;
}

type Edge = GraphNode | null;

/** One entry a tensor, lists flattened: where its gradient goes. */
function edgesOf(args: readonly unknown[]): Edge[] {
  const edges: Edge[] = [];
  for (const arg of args) {
    if (arg instanceof Tensor) edges.push(arg.gradientEdge());
    else if (Array.isArray(arg) && arg[0] instanceof Tensor) edges.push(...edgesOf(arg));
  }
  return edges;
}

function gradientName<Args extends readonly unknown[]>(row: { name: string; gradientName?: string | ((...args: Args) => string) }, args: Args): string {
  const { gradientName: given } = row;
  if (typeof given === "string") return given;
  if (given !== undefined) return given(...args);
  return `${row.name[0]!.toUpperCase()}${row.name.slice(1)}Backward0`;
}

/** Without values, but with shape and dtype. */
function standIn(tensor: Tensor): Tensor {
  return new Tensor(Storage.allocate(tensor.dtype, product(tensor.sizes), "meta"), tensor.sizes, contiguousStrides(tensor.sizes), 0);
}

/** The arguments with stand-ins for the tensors of more elements than `most` that backward does not read; the very same array where there are none. */
function keptArguments<Args extends readonly unknown[]>(args: Args, reads: readonly (number | "output")[] | undefined, most: number, replace = standIn): Args {
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

/** Shape, dtype and device without values: one zero seen everywhere. */
function hollow(tensor: Tensor, device: Device): Tensor {
  return new Tensor(Storage.allocate(tensor.dtype, 1, device), tensor.sizes, tensor.sizes.map(() => 0), 0);
}

/** The gradients in the order of a node's inputs, each made to fit. */
function perTensor(
  args: readonly unknown[],
  gradients: readonly (Gradient | undefined)[],
  fit: (gradient: Tensor | null, input: Tensor) => Tensor | null,
): (Tensor | null)[] {
  const results: (Tensor | null)[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    const given = gradients[i] ?? null;
    if (arg instanceof Tensor) results.push(fit(given as Tensor | null, arg));
    else if (Array.isArray(arg) && arg[0] instanceof Tensor) {
      for (let k = 0; k < arg.length; k++) results.push(fit((given as readonly (Tensor | null)[] | null)?.[k] ?? null, arg[k] as Tensor));
    }
  }
  return results;
}

class OperationNode<Args extends readonly unknown[], Saved> extends GraphNode implements BackwardContext<Args, Saved> {
  args: Args;
  private readonly versions: number[] | null;
  private released = false;

  constructor(
    private readonly row: OperationRow<Args, Saved>,
    args: Args,
    public output: Tensor,
    public saved: Saved,
    readonly inputs: readonly Edge[],
  ) {
    super();
    const { reads } = row;
    this.versions = reads === undefined ? null : reads.map((position) => versionOf(position === "output" ? output : args[position]));
    this.args = keptArguments(args, reads, keepWholeBelow);
    if (output.numel() > keepWholeBelow && !reads?.includes("output")) this.output = standIn(output);
  }

  get name(): string {
    return this.title ?? gradientName(this.row, this.args);
  }

  needs(position: number): boolean {
    let input = 0;
    for (let i = 0; i < position; i++) input += tensorCount(this.args[i]);
    for (let k = 0; k < tensorCount(this.args[position]); k++) if (this.inputs[input + k] != null) return true;
    return false;
  }

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    this.checkSaved();
    return perTensor(this.args, this.row.backward!(gradient, this), fitGradient);
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    this.checkSaved();
    const derivative = derivativeOf(this.row.name);
    if (derivative === undefined) throw new NotImplementedError(`derivative for aten::${nameInPython(this.row.name)}_backward is not implemented`);
    return perTensor(this.args, derivative(gradient, this.derivativeContext(gradient.device)), fitRecorded);
  }

  /** Stand-ins are on the device of the gradient here, since operations take part that want one device. */
  private derivativeContext(device: Device): DerivativeContext {
    const { row, name, saved, output } = this;
    const args = keptArguments(this.args, row.reads, -1, (tensor) => hollow(tensor, device));
    const needs = (position: number): boolean => this.needs(position);
    const context: DerivativeContext<Args> = {
      args, name, needs,
      saved: saved as never,
      output: row.reads?.includes("output") ? output : hollow(output, device),
      apply: (others) => defineOperation(row)(...(others as Args)),
      backward: (incoming, others = args) => row.backward!(incoming, { args: others as Args, output, saved, needs }),
    };
    return context as unknown as DerivativeContext;
  }

  private checkSaved(): void {
    if (hasFormerWindows) {
      this.args = this.args.map((arg) => asKnownTo(this.sequence, arg)) as unknown as Args;
      this.output = asKnownTo(this.sequence, this.output) as Tensor;
    }
    if (this.released) throw freedGraph();
    this.checkVersions();
  }

  override release(): void {
    if (this.row.reads === undefined && this.saved === undefined) return;
    this.released = true;
    this.args = keptArguments(this.args, undefined, keepWholeBelow);
    this.saved = undefined as Saved;
  }

  private checkVersions(): void {
    const { reads } = this.row;
    if (reads === undefined) return;
    for (let i = 0; i < reads.length; i++) {
      const position = reads[i]!;
      const tensor = position === "output" ? this.output : this.args[position];
      const expected = this.versions![i]!;
      if (tensor instanceof Tensor) checkVersion(tensor, expected, position === "output" ? this.name : tensor.gradFn?.name);
    }
  }
}

class ViewNode<Args extends readonly [Tensor, ...unknown[]]> extends GraphNode {
  constructor(
    private readonly row: ViewRow<Args>,
    private readonly args: Args,
    readonly inputs: readonly Edge[],
  ) {
    super();
    this.args = [standInView(args[0]), ...args.slice(1)] as unknown as Args;
  }

  get name(): string {
    return this.title ?? gradientName(this.row, this.args);
  }

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    const { row, args } = this;
    if (row.backward !== undefined) return [row.backward(gradient, ...args)];
    const result = Tensor.allocate(args[0].sizes, gradient.dtype, gradient.device);
    if (gradient.device === "cpu") {
      const window = row.window(...([result, ...args.slice(1)] as unknown as Args));
      copy(through(window, result), gradient);
    }
    return [result];
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    return [viewAdjoint(gradient, this as unknown as AnyViewNode)];
  }

  /** The same view of another tensor of the first argument's shape. */
  again(other: Tensor): Tensor {
    return defineView(this.row)(...([other.contiguous(), ...this.args.slice(1)] as unknown as Args));
  }

  get baseSizes(): readonly number[] {
    return this.args[0].sizes;
  }
}

type AnyViewNode = ViewNode<readonly [Tensor, ...unknown[]]>;

/** A view's gradient as an operation. Views are linear, so that the gradient of their gradient is the view again. */
const viewAdjoint = defineOperation<[gradient: Tensor, view: AnyViewNode]>({
  name: "viewAdjoint",
  infer: (gradient, view) => ({ sizes: view.baseSizes, dtype: gradient.dtype }),
  forward: (output, gradient, view) => copy(output, view.backward(gradient)[0]!),
  backward: (gradient, { args: [, view] }) => [view.again(gradient)],
});
defineDerivative<[Tensor, AnyViewNode]>("viewAdjoint", (gradient, { args: [, view] }) => [view.again(gradient)]);

/** Keeps geometry and lets the memory go. */
function standInView(tensor: Tensor): Tensor {
  return new Tensor(Storage.allocate(tensor.dtype, tensor.storage.length, "meta"), tensor.sizes, tensor.strides, tensor.offset);
}

/** After a fill: the old values' gradient is zero. */
class ZeroGradientNode extends GraphNode {
  private readonly self: Tensor;

  constructor(
    private readonly operation: string,
    self: Tensor,
    readonly inputs: readonly Edge[],
  ) {
    super();
    this.self = self.detach();
  }

  get name(): string {
    const operation = this.operation.replace(/_$/, "");
    return `${operation[0]!.toUpperCase()}${operation.slice(1)}Backward0`;
  }

  backward(): readonly (Tensor | null)[] {
    return [Tensor.allocate(this.self.sizes, this.self.dtype, this.self.device)];
  }

  recordedBackward(): readonly (Tensor | null)[] {
    return this.backward();
  }
}

/** After a view was written over with what was computed beside it: the old values' gradient is zero, the new ones' goes to what made them. */
class ReplacedNode extends GraphNode {
  readonly name = "CopyBackwards";
  readonly inputs: readonly Edge[];

  constructor(source: GraphNode) {
    super();
    this.inputs = [null, source];
  }

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    return [null, gradient];
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    return [null, gradient];
  }
}

/** A write to a view, seen from the base: the rest of the gradient passes by, the window's goes through `node` (CopySlices). */
class CopySlicesNode extends GraphNode {
  readonly name = "CopySlices";
  readonly inputs: readonly Edge[];
  private readonly layout: Tensor;

  constructor(
    baseEdge: Edge,
    base: Tensor,
    private readonly window: Window,
    private readonly node: GraphNode,
  ) {
    super();
    // As it lies now: `inPlaceView` may give it another window.
    this.layout = base.detach();
    this.inputs = [baseEdge, ...node.inputs.slice(1)];
  }

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    const whole = zerosInLayoutOf(this.layout);
    const part = through(this.window, whole);
    if (gradient.device === "meta") return [whole, ...this.node.backward(part).slice(1)];
    copy(whole, gradient);
    const [first, ...others] = this.node.backward(cloneValues(part));
    if (first != null) copy(part, first);
    else copy(part, Tensor.allocate(part.sizes, part.dtype, "cpu"));
    return [whole, ...others];
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    const whole = zerosInLayoutOf(this.layout).copy_(gradient);
    const { sizes, strides, offset } = this.window;
    const part = whole.asStrided(sizes, strides, offset);
    const [first, ...others] = this.node.recordedBackward(part.clone());
    if (first == null) part.zero_();
    else part.copy_(first);
    return [whole, ...others];
  }

  override release(): void {
    this.node.release();
  }
}

/** Makes `node` the maker of `self` as it is after an in-place write, and of the tensor it is a view of. */
export function rewriteHistory(self: Tensor, node: GraphNode): void {
  const { base } = self;
  if (base === null) {
    self.setGradFn(node);
    return;
  }
  const window = { sizes: self.sizes, strides: self.strides, offset: self.offset };
  base.setGradFn(new CopySlicesNode(base.gradientEdge(), base, window, node));
}

function checkInPlace(self: Tensor, records: boolean): void {
  if (self.sizes.some((size, i) => size > 1 && self.strides[i] === 0)) {
    throw new RuntimeError(
      "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.",
    );
  }
  checkLeaf(self);
  if (records && !self.dtype.isFloatingPoint) throw new NotImplementedError("in-place operations with gradients need a floating-point tensor");
}

/** Leaves that require a gradient stay what they are, also as seen through a view. */
function checkLeaf(self: Tensor): void {
  if (!isGradEnabled()) return;
  if (self.requiresGrad && self.isLeaf) {
    throw new RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.");
  }
  const { base } = self;
  if (base !== null && base.isLeaf && base.requiresGrad) {
    throw new RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.");
  }
}

/** True where another argument sees the written memory through another window: what is read would already be overwritten. */
function overlapsOddly(self: Tensor, args: readonly unknown[]): boolean {
  return args.some((arg) => arg instanceof Tensor && arg !== self && arg.storage === self.storage && !sameWindow(arg, self));
}

function versionOf(value: unknown): number {
  if (value instanceof Tensor) return value.version.value;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + versionOf(item), 0);
  return 0;
}

function tensorCount(arg: unknown): number {
  if (arg instanceof Tensor) return 1;
  return Array.isArray(arg) && arg[0] instanceof Tensor ? arg.length : 0;
}

/** Gradients have the shape and dtype of what they are gradients of: dimensions that were broadcast are summed. */
function fitGradient(gradient: Tensor | null, input: Tensor): Tensor | null {
  if (gradient === null || !input.dtype.isFloatingPoint) return null;
  let result = gradient;
  if (!equalSizes(result.sizes, input.sizes)) result = sumTo(result, input.sizes);
  if (result.dtype !== input.dtype) {
    const cast = Tensor.allocate(result.sizes, input.dtype, result.device);
    if (result.device === "cpu") copy(cast, result);
    result = cast;
  }
  return result;
}

/** The same by operations that record themselves. */
function fitRecorded(gradient: Tensor | null, input: Tensor): Tensor | null {
  if (gradient === null || !input.dtype.isFloatingPoint) return null;
  return gradient.sumToSize(input.sizes).to(input.dtype);
}

function cloneValues(source: Tensor): Tensor {
  const clone = Tensor.allocate(source.sizes, source.dtype, source.device);
  if (source.device === "cpu") copy(clone, source);
  return clone;
}
