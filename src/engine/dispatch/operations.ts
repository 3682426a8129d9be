import { isGradEnabled } from "../autograd/gradMode.js";
import { GraphNode, type Edge } from "../autograd/graph.js";
import { checkVersion, freedGraph } from "../autograd/savedTensors.js";
import { NotImplementedError, nameInPython } from "../errors.js";
import { checkInterrupt } from "../interruption.js";
import { cloneValues, copy } from "../kernels/elementwise.js";
import { stridesLike, stridesOfCopy } from "../kernels/layout.js";
import { sumTo } from "../kernels/sumTo.js";
import { observer, report } from "../observer.js";
import type { Operation } from "../operation.js";
import { equalSizes } from "../size.js";
import { Storage, type Device } from "../storage.js";
import { hasShapeless, Tensor } from "../tensor.js";
import { anyRequiresGrad, commonDevice, edgesOf, failed, isOfLeftOut, refuseFurther, requireShapes, tensorsOf } from "./arguments.js";
import { backward, forward } from "./narrow.js";
import {
  definedRows,
  gradientName,
  itself,
  type BackwardContext,
  type DifferentiableRow,
  type Gradient,
  type Kept,
  type OperationRow,
  type Read,
  type RecordedContext,
  type TensorSpec,
} from "./rows.js";
import {
  asKnownTo,
  copyWithHistory,
  hasFormerWindows,
  hollow,
  keepWholeBelow,
  keptArguments,
  keptFor,
  needsGradient,
  standIn,
  versionOf,
  watch,
} from "./savedArguments.js";

/** The function that a row defines. */
export function defineOperation<Args extends readonly unknown[], Saved = void>(row: OperationRow<Args, Saved>): (...args: Args) => Tensor {
  definedRows.add(row as unknown as OperationRow<never, unknown>);
  const asOperation: Operation = row;
  return (...args) => {
    const watcher = observer();
    try {
      checkInterrupt();
      if (args.length > row.arguments.length) refuseFurther(row, args);
      if (hasShapeless) requireShapes(row.name, args);
      const spec = row.infer(...args);
      const device = spec.device ?? commonDevice(args);
      const output =
        row.keepsLayout === true
          ? allocateAs(spec, args, device)
          : Tensor.allocate(spec.sizes, spec.dtype, device, row.keepsLayout === "exactly" ? stridesOfCopy(args[0] as Tensor) : undefined);
      if (Storage.leavesOut !== null && isOfLeftOut(args)) output.storage.isLeftOut = true;
      const saved = output.device === "cpu" ? forward(row, output, args) : (undefined as Saved);
      if (row.backward !== null && isGradEnabled() && spec.dtype.isFloatingPoint && anyRequiresGrad(args)) {
        output.setGradFn(new OperationNode(row, args, output, saved, edgesOf(args)));
      }
      if (watcher !== null) report(asOperation, args, output);
      return output;
    } catch (error) {
      throw failed(asOperation, args, error, watcher);
    }
  };
}

/** A zeroed result that lies in memory as the tensors among the arguments do. */
function allocateAs({ sizes, dtype }: TensorSpec, args: readonly unknown[], device: Device): Tensor {
  let isPlain = true;
  for (const arg of args) if (arg instanceof Tensor && !(equalSizes(arg.sizes, sizes) && arg.isContiguous())) isPlain = false;
  if (isPlain) return Tensor.allocate(sizes, dtype, device);
  return Tensor.allocate(
    sizes,
    dtype,
    device,
    stridesLike(
      sizes,
      args.filter((arg) => arg instanceof Tensor),
    ),
  );
}

/** The graph node of an operation, in-place ones included: backward as its row says it. */
export class OperationNode<Args extends readonly unknown[], Saved> extends GraphNode implements BackwardContext<Args, Saved> {
  args: Args;
  /** What backward reads of the arguments and the result. */
  private readonly reads: readonly Kept[] | undefined;
  private readonly versions: number[] | null;
  private released = false;

  constructor(
    private readonly row: DifferentiableRow<Args, Saved>,
    args: Args,
    public output: Tensor,
    public saved: Saved,
    readonly inputs: readonly Edge[],
  ) {
    super();
    const reads = (this.reads = keptFor(row.reads, args, inputs));
    const copied = row.copies?.(...args).filter((read) => reads?.includes(read)) ?? [];
    this.args = keptArguments(withCopies(args, copied), reads, keepWholeBelow);
    if (output.numel() > keepWholeBelow && !reads?.includes("output")) this.output = standIn(output);
    else if (copied.includes("output")) this.output = cloneValues(output);
    this.versions = reads === undefined ? null : versionsOf(reads, this.args, this.output);
    if (row.watches !== undefined) this.watch(typeof row.watches === "function" ? row.watches(...args) : row.watches, args, output);
  }

  private watch(watches: readonly Read[], args: Args, output: Tensor): void {
    const kept = keptFor(watches, args, this.inputs)?.map((read) => (read === "output" ? output : args[read]));
    if (kept !== undefined) watch(this, output, kept);
  }

  get name(): string {
    return this.title ?? gradientName(this.row, this.args);
  }

  override get nextFunctions(): readonly Edge[] {
    const tensors = tensorsOf(this.args);
    const edges = this.inputs.filter((_, i) => tensors[i]?.dtype.isFloatingPoint !== false);
    return this.row.shownAs?.(edges, ...this.args) ?? edges;
  }

  needs(position: number): boolean {
    return needsGradient(this.args, this.inputs, position);
  }

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    this.checkSaved();
    // Where there are no values, shapes are known. What is made of operations knows its own.
    if (gradient.isMeta && this.row.recordedBackward !== itself) return this.emptyGradients();
    return perTensor(this.args, backward(this.row, gradient, this), fitGradient);
  }

  private emptyGradients(): (Tensor | null)[] {
    return tensorsOf(this.args).map(({ sizes, dtype }, input) => (this.inputs[input] === null ? null : Tensor.allocate(sizes, dtype, "meta")));
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    this.checkSaved();
    const { name, recordedBackward } = this.row;
    if (recordedBackward === null) throw new NotImplementedError(`derivative for aten::${nameInPython(name)}_backward is not implemented`);
    return perTensor(this.args, recordedBackward(gradient, this.recordedContext(gradient.device)), fitRecorded);
  }

  /** Stand-ins are on the device of the gradient here, since operations take part that want one device. */
  private recordedContext(device: Device): RecordedContext<Args, Saved> {
    const { row, reads, name, saved, output } = this;
    const args = keptArguments(this.args, reads, -1, (tensor) => hollow(tensor, device));
    const needs = (position: number): boolean => this.needs(position);
    return {
      args,
      name,
      needs,
      saved,
      output: reads?.includes("output") ? output : hollow(output, device),
      apply: (others) => defineOperation(row)(...(others as unknown as Args)),
      backward: (incoming, others = args) => backward(row, incoming, { args: others as Args, output, saved, needs }),
    };
  }

  private checkSaved(): void {
    if (hasFormerWindows) {
      this.args = this.args.map((arg) => asKnownTo(this.sequence, arg)) as unknown as Args;
      this.output = asKnownTo(this.sequence, this.output) as Tensor;
    }
    if (this.released) throw freedGraph();
    this.checkVersions();
  }

  override keeps(result: Tensor): boolean {
    return super.keeps(result) || (this.output.version === result.version && this.reads?.includes("output") === true);
  }

  override release(): void {
    if (this.reads === undefined && this.saved === undefined) return;
    this.released = true;
    this.args = keptArguments(this.args, undefined, keepWholeBelow);
    this.saved = undefined as Saved;
  }

  private checkVersions(): void {
    const { reads } = this;
    if (reads === undefined) return;
    for (let i = 0; i < reads.length; i++) {
      const position = reads[i]!;
      const tensor = position === "output" ? this.output : this.args[position];
      const expected = this.versions![i]!;
      if (Array.isArray(tensor)) {
        const further = versionOf(tensor) - expected;
        const written = further && (tensor as Tensor[]).find((each) => each.version.value >= further);
        if (written) checkVersion(written, written.version.value - further, written.gradFn?.name);
      } else if (tensor instanceof Tensor) checkVersion(tensor, expected, position === "output" ? this.name : tensor.gradFn?.name);
    }
  }
}

function withCopies<Args extends readonly unknown[]>(args: Args, copied: readonly Kept[]): Args {
  const isCopied = (arg: unknown, i: number): arg is Tensor => arg instanceof Tensor && copied.includes(i);
  return copied.length === 0 ? args : (args.map((arg, i) => (isCopied(arg, i) ? copyWithHistory(arg) : arg)) as unknown as Args);
}

function versionsOf(reads: readonly Kept[], args: readonly unknown[], output: Tensor): number[] {
  const versions = new Array<number>(reads.length);
  for (let i = 0; i < reads.length; i++) versions[i] = versionOf(reads[i] === "output" ? output : args[reads[i] as number]);
  return versions;
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

/** Gradients have the shape and dtype of what they are gradients of: dimensions that were broadcast are summed. */
function fitGradient(gradient: Tensor | null, input: Tensor): Tensor | null {
  if (gradient === null || !input.dtype.isFloatingPoint) return null;
  let result = gradient;
  if (!equalSizes(result.sizes, input.sizes)) result = sumTo(result, input.sizes);
  if (result.dtype !== input.dtype) {
    const cast = Tensor.allocate(result.sizes, input.dtype, result.device);
    copy(cast, result);
    result = cast;
  }
  return result;
}

/** The same by operations that record themselves. */
function fitRecorded(gradient: Tensor | null, input: Tensor): Tensor | null {
  if (gradient === null || !input.dtype.isFloatingPoint) return null;
  return gradient.sumToSize(input.sizes).to(input.dtype);
}
