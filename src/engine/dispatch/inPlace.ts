import { isGradEnabled } from "../autograd/gradMode.js";
import { checkViewOrigin } from "../autograd/gradFn.js";
import { ReplacedNode, rewriteHistory, ZeroGradientNode } from "../autograd/history.js";
import { hasHigherCategory } from "../dtype.js";
import { NotImplementedError, RuntimeError, sharesMemory } from "../errors.js";
import { copy } from "../kernels/elementwise.js";
import { counted, observer, report, withoutObserver } from "../observer.js";
import { writing, type Argument, type Operation } from "../operation.js";
import { equalSizes, formatSizes } from "../size.js";
import { Storage } from "../storage.js";
import { hasShapeless, sameWindow, Tensor } from "../tensor.js";
import { anyRequiresGrad, commonDevice, edgesOf, failed, refuseFurther, requireShapes, takesArgumentsAsTheyStand, wantsGradient } from "./arguments.js";
import { forward } from "./narrow.js";
import { OperationNode } from "./operations.js";
import { definedRows, type Kept, type OperationRow, type TensorSpec } from "./rows.js";
import { copyWithHistory, keptFor, rememberWindow, watch } from "./savedArguments.js";

/** The in-place form of an element-wise row: `name_`, which writes into its first argument and returns it. */
export function defineInPlace<Args extends readonly [Tensor, ...unknown[]], Saved = void>(row: OperationRow<Args, Saved>): (...args: Args) => Args[0] {
  const operation = writing({
    ...(row as Operation),
    from: row.effect.kind === "moves" ? row.effect.from : undefined,
    name: `${row.name}_`,
    sign: writeSign(row.sign),
  });
  definedRows.add(row as unknown as OperationRow<never, unknown>);
  return (...args) => {
    const watcher = observer();
    try {
      if (args.length > row.arguments.length) refuseFurther(operation, args);
      const [self] = args;
      if (hasShapeless) requireShapes(operation.name, args);
      const spec = row.infer(...args);
      requireBroadcastFit(self, spec);
      const recorded = row.backward !== null && isGradEnabled() && anyRequiresGrad(args) ? row : null;
      checkInPlace(self, recorded !== null);
      const edges = recorded === null ? [] : edgesOf(args);
      const before = recorded === null ? args : beforeWrite(self, args, keptFor(recorded.reads, args, edges));
      let saved = undefined as Saved;
      if (commonDevice(args) === "cpu") {
        if (spec.dtype === self.dtype && !overlapsOddly(self, args)) saved = forward(row, self, args);
        else {
          const result = Tensor.allocate(spec.sizes, spec.dtype, "cpu");
          saved = forward(row, result, args);
          copy(self, result);
        }
      } else if (Storage.leavesOut !== null) self.storage.leaveOut();
      self.version.value++;
      if (recorded !== null) {
        const node = new OperationNode(recorded, before, self, saved, edges);
        if (recorded.watchesWritten) watch(node, self, [self]);
        rewriteHistory(self, node);
      }
      if (watcher !== null) report(operation, args, self);
      return self;
    } catch (error) {
      throw failed(operation, args, error, watcher);
    }
  };
}

/** "+=" for "+"; a sign of a write stays. */
function writeSign(sign: string | undefined): string | undefined {
  return sign === undefined || sign.startsWith("←") ? sign : `${sign}=`;
}

/** What an operation writes over `self` has its shape, and a dtype that does not lose what kind of number it is. */
function requireBroadcastFit(self: Tensor, { sizes, dtype }: TensorSpec): void {
  if (!equalSizes(sizes, self.sizes)) {
    throw new RuntimeError(`output with shape ${formatSizes(self.sizes)} doesn't match the broadcast shape ${formatSizes(sizes)}`);
  }
  if (hasHigherCategory(dtype, self.dtype))
    throw new RuntimeError(`result type ${dtype.scalarType} can't be cast to the desired output type ${self.dtype.scalarType}`);
}

/**
 * The in-place form of a function of a tensor, composed ones included: `name_`, which computes beside its first argument and then writes
 * over it. `requireFit` throws PyTorch's error where the result does not fit; by default that of operations that broadcast.
 */
export function inPlace<Computation extends (...args: never[]) => unknown>(
  { name, arguments: names, sign }: InPlaceFacts,
  computation: Computation,
  requireFit: (self: Tensor, result: TensorSpec, args: readonly unknown[]) => void = requireBroadcastFit,
): Computation {
  const run = computation as unknown as (...args: readonly unknown[]) => Tensor;
  const operation = writing({ name: `${name}_`, arguments: names, sign });
  const takesAll = takesArgumentsAsTheyStand(computation, names);
  const write = (...args: readonly [Tensor, ...unknown[]]): Tensor => {
    const watcher = observer();
    try {
      if (takesAll && args.length > names.length) refuseFurther(operation, args);
      const [self] = args;
      if (hasShapeless) requireShapes(operation.name, args);
      const isOverwritten = (arg: unknown): arg is Tensor => arg instanceof Tensor && arg.storage === self.storage;
      const operands = isGradEnabled() && args.some(wantsGradient) ? args.map((arg) => (isOverwritten(arg) ? copyWithHistory(arg) : arg)) : args;
      const { result, multiplyAdds } = watcher === null ? { result: run(...operands), multiplyAdds: 0 } : counted(() => run(...operands));
      requireFit(self, result, args);
      const records = isGradEnabled() && (self.requiresGrad || result.requiresGrad);
      checkInPlace(self, records);
      const edges = records ? edgesOf([self]) : [];
      const source = result.dtype === self.dtype || !records ? result : withoutObserver(() => result.to(self.dtype));
      copy(self, source);
      self.version.value++;
      if (records) {
        const node = source.gradFn;
        if (source === result && node?.keeps(result)) watch(node, self, [self]);
        if (node === null) rewriteHistory(self, new ZeroGradientNode(operation.name, self, edges));
        else if (self.base === null) self.setGradFn(node);
        else rewriteHistory(self, new ReplacedNode(node));
      }
      watcher?.operation?.(operation, args, self, multiplyAdds);
      return self;
    } catch (error) {
      throw failed(operation, args, error, watcher);
    }
  };
  return write as unknown as Computation;
}

/** Name of what is computed, without the underscore, its arguments, and the sign of the write if it has one. */
export interface InPlaceFacts {
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly sign?: string;
}

/** The in-place form of a view: `name_`, by which the first argument itself becomes the window. */
export function inPlaceView<View extends (...args: never[]) => unknown>({ name, arguments: names }: InPlaceFacts, toView: View): View {
  const run = toView as unknown as (...args: readonly unknown[]) => Tensor;
  const operation = writing({ name: `${name}_`, arguments: names });
  const write = (...args: readonly [Tensor, ...unknown[]]): Tensor => {
    const watcher = observer();
    try {
      const [self] = args;
      if (hasShapeless) requireShapes(operation.name, args);
      const view = withoutObserver(() => run(...args));
      if (isGradEnabled() && self.requiresGrad) checkRecorded(self);
      rememberWindow(self);
      const node = view.gradFn;
      self.setWindow(view);
      self.version.value++;
      // A view of another tensor finds its history anew, from the geometry.
      if (node !== null && self.base === null) self.setGradFn(node);
      if (watcher !== null) report(operation, args, self);
      return self;
    } catch (error) {
      throw failed(operation, args, error, watcher);
    }
  };
  return write as unknown as View;
}

/**
 * Writes to `self` with `write`, outside of differentiation: for operations that fill a tensor whatever it held (random fills, zero_).
 * Gradients of earlier values become zero. `isConstant`: every element becomes the same, so that elements may share memory.
 */
export function overwrite<T extends Tensor>(operation: Operation, self: T, args: readonly unknown[], write: () => void, isConstant = false): T {
  if (hasShapeless) requireShapes(operation.name, args);
  const records = isGradEnabled() && self.requiresGrad;
  checkInPlace(self, records, isConstant);
  if (self.device === "cpu") write();
  self.version.value++;
  if (records) rewriteHistory(self, new ZeroGradientNode(operation.name, self, edgesOf([self])));
  report(operation, args, self);
  return self;
}

/** The arguments as backward must see them: what it reads of the memory that is about to be written is copied first. */
function beforeWrite<Args extends readonly unknown[]>(self: Tensor, args: Args, reads: readonly Kept[] | undefined): Args {
  const isRead = (arg: unknown, position: number): boolean => reads!.includes(position) && arg instanceof Tensor && arg.storage === self.storage;
  return reads !== undefined && args.some(isRead) ? (args.map((arg, i) => (isRead(arg, i) ? copyWithHistory(arg as Tensor) : arg)) as unknown as Args) : args;
}

function checkInPlace(self: Tensor, records: boolean, mayShare = false): void {
  if (!mayShare && self.sizes.some((size, i) => size > 1 && self.strides[i] === 0)) {
    throw sharesMemory();
  }
  if (records) checkRecorded(self);
  if (records && !self.dtype.isFloatingPoint) throw new NotImplementedError("in-place operations with gradients need a floating-point tensor");
}

/** Throws PyTorch's errors for a write to a view that could not be differentiated, and to leaves that require a gradient, also as seen through a view. */
function checkRecorded(self: Tensor): void {
  checkViewOrigin(self, self.gradFn, "is being");
  if (!self.requiresGrad) return;
  if (self.base?.isLeaf) throw new RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.");
  if (self.isLeaf) throw new RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.");
}

/** True where another argument sees the written memory through another window: what is read would already be overwritten. */
function overlapsOddly(self: Tensor, args: readonly unknown[]): boolean {
  return args.some((arg) => arg instanceof Tensor && arg !== self && arg.storage === self.storage && !sameWindow(arg, self));
}
