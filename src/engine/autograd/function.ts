import { NotImplementedError, RuntimeError, TypeError, typeInPython } from "../errors.js";
import { counted, observer } from "../observer.js";
import { computes, type Operation } from "../operation.js";
import { equalSizes, formatSizes } from "../size.js";
import { Tensor } from "../tensor.js";
import { isGradEnabled, setGradEnabled } from "./gradMode.js";
import { GraphNode } from "./graph.js";
import { rewriteHistory } from "./history.js";
import { checkVersion, freedGraph } from "./savedTensors.js";

/** What `forward` and `backward` of a function hand to each other. Further values may be kept as properties of one's own. (torch.autograd.function.FunctionCtx) */
export interface FunctionContext {
  /** Which of forward's arguments are tensors that require a gradient. */
  readonly needsInputGrad: readonly boolean[];
  /** The tensors given to `saveForBackward`. Throws if one of them was written to since, or the graph has been freed. */
  readonly savedTensors: readonly Tensor[];
  /** Keeps arguments or results of forward for backward. Once, at the end of forward. */
  saveForBackward(...tensors: readonly (Tensor | null)[]): void;
  /** States which results have no gradient. */
  markNonDifferentiable(...outputs: readonly Tensor[]): void;
  /** States which arguments forward has written to; it must return them. */
  markDirty(...inputs: readonly Tensor[]): void;
  /** Whether backward gets zeros (the default) or null for a result that nothing has used. */
  setMaterializeGrads(value: boolean): void;
}

type Gradients = Tensor | null | readonly (Tensor | null)[];

/** The static methods of a class that extends `Function`. */
interface FunctionClass<Args extends readonly unknown[], Result> {
  readonly name: string;
  forward(...args: never[]): Result;
  setupContext?(ctx: never, inputs: Args, output: Result): void;
  backward?(ctx: never, ...gradients: never[]): Gradients;
}

/** The arguments of `apply`: those of forward, after the context where it takes one. */
type ArgumentsOf<Class> = Class extends { setupContext(...args: never[]): void; forward(...args: infer Args): unknown }
  ? Args
  : Class extends { forward(ctx: never, ...args: infer Args): unknown }
    ? Args
    : never;

type ResultOf<Class> = Class extends { forward(...args: never[]): infer Result } ? Result : never;

/**
 * A function with a gradient of one's own. A class that extends it has two static methods, `forward(ctx, ...args)` and `backward(ctx, ...gradients)`,
 * which takes a gradient for each result and gives one for each argument, null where there is none; `forward(...args)` with
 * `setupContext(ctx, inputs, output)` does too. Neither is recorded; backward is where gradients are to be differentiated again. It is called with
 * `apply`. (torch.autograd.Function)
 *
 *     class StraightThrough extends torch.autograd.Function {
 *       static forward(ctx: torch.autograd.FunctionContext, x: torch.Tensor) { return x.round(); }
 *       static backward(ctx: torch.autograd.FunctionContext, gradient: torch.Tensor) { return gradient; }
 *     }
 *     const y = StraightThrough.apply(x);
 */
export abstract class Function {
  static forward(..._args: never[]): unknown {
    throw new NotImplementedError("You must implement the forward function for custom autograd.Function.");
  }

  static backward(_ctx: never, ..._gradients: never[]): Gradients {
    throw new NotImplementedError("You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.");
  }

  /** Runs forward on `args`. */
  static apply<Class extends FunctionClass<never, unknown>>(this: Class, ...args: ArgumentsOf<Class>): ResultOf<Class> {
    const watcher = observer();
    const compute = (): unknown => run(this as unknown as AnyFunctionClass, args);
    try {
      if (watcher === null) return compute() as ResultOf<Class>;
      const { result, multiplyAdds } = counted(compute);
      watcher.operation?.(operationOf(this), args, result, multiplyAdds);
      return result as ResultOf<Class>;
    } catch (error) {
      watcher?.operationFailed?.(operationOf(this), args, error);
      throw error;
    }
  }
}

/** What the class's author computes is known by the class's name alone. */
function operationOf({ name }: { readonly name: string }): Operation {
  return { name, effect: computes, arguments: [] };
}

/** The same class, as it is called here. */
interface AnyFunctionClass {
  readonly name: string;
  forward(...args: readonly unknown[]): unknown;
  setupContext?(ctx: FunctionContext, inputs: readonly unknown[], output: unknown): void;
  backward(ctx: FunctionContext, ...gradients: readonly (Tensor | null)[]): Gradients;
}

function run(definition: AnyFunctionClass, args: readonly unknown[]): unknown {
  const node = new FunctionNode(definition, args);
  const { context } = node;
  const records = isGradEnabled() && context.needsInputGrad.includes(true);
  const previous = setGradEnabled(false);
  let output: unknown;
  try {
    if (definition.setupContext === undefined) output = definition.forward(context, ...args);
    else {
      output = definition.forward(...args);
      definition.setupContext(context, args, output);
    }
  } finally {
    setGradEnabled(previous);
  }
  return records ? node.connect(output, args) : output;
}

class Context implements FunctionContext {
  readonly needsInputGrad: readonly boolean[];
  /** Null once the graph is freed. */
  saved: readonly { readonly tensor: Tensor | null; readonly version: number }[] | null = [];
  nonDifferentiable: readonly Tensor[] = [];
  dirty: readonly Tensor[] = [];
  materializesGrads = true;

  constructor(args: readonly unknown[]) {
    this.needsInputGrad = args.map((arg) => arg instanceof Tensor && arg.requiresGrad);
  }

  get savedTensors(): readonly Tensor[] {
    if (this.saved === null) throw freedGraph();
    return this.saved.map(({ tensor, version }) => {
      if (tensor !== null) checkVersion(tensor, version, tensor.gradFn?.name);
      return tensor as Tensor;
    });
  }

  saveForBackward(...tensors: readonly (Tensor | null)[]): void {
    tensors.forEach((tensor: unknown, i) => {
      if (tensor === null || tensor instanceof Tensor) return;
      throw new TypeError(`save_for_backward can only save variables, but argument ${i} is of type ${typeof tensor}`);
    });
    this.saved = tensors.map((tensor) => ({ tensor, version: tensor?.version.value ?? 0 }));
  }

  markNonDifferentiable(...outputs: readonly Tensor[]): void {
    this.nonDifferentiable = outputs;
  }

  markDirty(...inputs: readonly Tensor[]): void {
    this.dirty = inputs;
  }

  setMaterializeGrads(value: boolean): void {
    this.materializesGrads = value;
  }
}

/** The shape, dtype and device of a tensor, without its values. */
interface Likeness {
  readonly sizes: readonly number[];
  readonly dtype: Tensor["dtype"];
  readonly device: Tensor["device"];
}

/** The call of a function, which has one gradient for each of its results to wait for. */
class FunctionNode extends GraphNode {
  readonly inputs: readonly (GraphNode | null)[];
  readonly context: Context;
  /** Those of the results: null for what is no tensor or has no gradient. */
  private outputs: readonly (Likeness | null)[] = [];
  /** The arguments' likenesses: null for what is no tensor. */
  private readonly arguments: readonly (Likeness | null)[];
  private gathered: (Tensor | null)[] = [];

  constructor(
    private readonly definition: AnyFunctionClass,
    args: readonly unknown[],
  ) {
    super();
    this.context = new Context(args);
    this.inputs = args.filter((arg) => arg instanceof Tensor).map((arg) => arg.gradientEdge());
    this.arguments = args.map(likeness);
  }

  get name(): string {
    return `${this.definition.name}Backward`;
  }

  // What backward gives out may be a tensor that it has from elsewhere.
  override get ownsResults(): boolean {
    return false;
  }

  /** Makes this the maker of all tensors in forward's result that have a gradient. */
  connect(output: unknown, args: readonly unknown[]): unknown {
    const results = Array.isArray(output) ? (output as readonly unknown[]) : [output];
    const isDifferentiable = (result: unknown): result is Tensor =>
      result instanceof Tensor && result.dtype.isFloatingPoint && !this.context.nonDifferentiable.includes(result);
    this.outputs = results.map((result) => (result instanceof Tensor ? likeness(result) : null));
    const connected = results.map((result, i) =>
      isDifferentiable(result) ? this.made(result, args, results.length === 1 ? this : new ResultNode(this, i)) : result,
    );
    return Array.isArray(output) ? connected : connected[0];
  }

  private made(result: Tensor, args: readonly unknown[], node: GraphNode): Tensor {
    if (this.context.dirty.includes(result)) {
      if (result.requiresGrad && result.isLeaf) throw new RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.");
      rewriteHistory(result, node);
      return result;
    }
    // An argument that is handed back, or a window on one, has a history of its own.
    const isNew = result.base === null && !args.includes(result);
    const own = isNew ? result : new Tensor(result.storage, result.sizes, result.strides, result.offset, result.version);
    own.setGradFn(node);
    return own;
  }

  /** The gradient of one of several results has come. */
  gather(position: number, gradient: Tensor): void {
    this.gathered[position] = gradient;
  }

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    if (this.context.saved === null) throw freedGraph();
    const { gathered, outputs, context } = this;
    this.gathered = [];
    const given =
      outputs.length === 1 ? [gradient] : outputs.map((output, i) => gathered[i] ?? (output !== null && context.materializesGrads ? zeros(output) : null));
    const returned = this.definition.backward(context, ...given);
    return this.fitted(Array.isArray(returned) ? (returned as readonly unknown[]) : [returned]);
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    return this.backward(gradient);
  }

  override release(): void {
    this.context.saved = null;
  }

  /** The gradients of the arguments that are tensors. */
  private fitted(returned: readonly unknown[]): readonly (Tensor | null)[] {
    const { name, arguments: expected } = this;
    if (returned.length < expected.length || returned.slice(expected.length).some((gradient) => gradient != null)) {
      throw new RuntimeError(`function ${name} returned an incorrect number of gradients (expected ${expected.length}, got ${returned.length})`);
    }
    const gradients: (Tensor | null)[] = [];
    expected.forEach((input, i) => {
      const gradient = returned[i] ?? null;
      if (input !== null) gradients.push(this.fit(gradient, input, i));
      else if (gradient !== null) {
        throw new RuntimeError(
          `function ${name} returned a gradient different than None at position ${i + 1}, but the corresponding forward input was not a Variable`,
        );
      }
    });
    return gradients;
  }

  private fit(gradient: unknown, input: Likeness, position: number): Tensor | null {
    if (gradient === null || !input.dtype.isFloatingPoint) return null;
    if (!(gradient instanceof Tensor)) throw new RuntimeError(`expected Variable or None (got ${typeInPython(gradient)})`);
    if (!reducesTo(gradient.sizes, input.sizes)) {
      throw new RuntimeError(
        `Function ${this.name} returned an invalid gradient at index ${position} - got ${formatSizes(gradient.sizes)} but expected shape compatible with ${formatSizes(input.sizes)}`,
      );
    }
    const sized = equalSizes(gradient.sizes, input.sizes) ? gradient : gradient.sumToSize(input.sizes);
    return sized.dtype === input.dtype ? sized : sized.to(input.dtype);
  }
}

/** One of several results of a function: hands its gradient to the call, which comes after all of them. */
class ResultNode extends GraphNode {
  readonly inputs: readonly GraphNode[];

  constructor(
    private readonly call: FunctionNode,
    private readonly position: number,
  ) {
    super();
    this.inputs = [call];
  }

  get name(): string {
    return this.call.name;
  }

  /** The call is sent a sign that it is its turn: its gradients are of several shapes. */
  backward(gradient: Tensor): readonly Tensor[] {
    this.call.gather(this.position, gradient);
    return [Tensor.allocate([], gradient.dtype, gradient.device)];
  }

  recordedBackward(gradient: Tensor): readonly Tensor[] {
    return this.backward(gradient);
  }
}

function likeness(value: unknown): Likeness | null {
  return value instanceof Tensor ? { sizes: value.sizes, dtype: value.dtype, device: value.device } : null;
}

function zeros({ sizes, dtype, device }: Likeness): Tensor {
  return Tensor.allocate(sizes, dtype, device);
}

/** Whether `to` broadcasts to `sizes`. */
function reducesTo(sizes: readonly number[], to: readonly number[]): boolean {
  const missing = sizes.length - to.length;
  return missing >= 0 && to.every((size, i) => size === 1 || size === sizes[missing + i]);
}
