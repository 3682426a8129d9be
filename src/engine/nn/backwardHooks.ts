import { isGradEnabled } from "../autograd/gradMode.js";
import { GraphNode } from "../autograd/graph.js";
import { RuntimeError, typeInPython } from "../errors.js";
import { warn } from "../warnings.js";
import { Tensor } from "../tensor.js";
import type { AnyModule } from "./anyModule.js";
import { HookList, type RemovableHandle } from "./hooks.js";

/** One gradient for each argument or result of `forward`; null where there is none. */
export type Gradients = readonly (Tensor | null)[];

type Replacement = Gradients | Tensor | null | void;

/** Runs when the gradients of a module's inputs are known; what it returns takes their place. */
export type FullBackwardHook = (module: AnyModule, gradInput: Gradients, gradOutput: Gradients) => Replacement;
/** Runs when the gradients of a module's outputs are known, before those of its inputs; what it returns takes their place. */
export type FullBackwardPreHook = (module: AnyModule, gradOutput: Gradients) => Replacement;

export const globalBackwardHooks = new HookList<FullBackwardHook>();
export const globalBackwardPreHooks = new HookList<FullBackwardPreHook>();

/** Runs `hook` in every module's backward pass (torch.nn.modules.module.register_module_full_backward_hook). */
export function registerModuleFullBackwardHook(hook: FullBackwardHook): RemovableHandle {
  return globalBackwardHooks.register(hook);
}

/** Runs `hook` before every module's backward pass (torch.nn.modules.module.register_module_full_backward_pre_hook). */
export function registerModuleFullBackwardPreHook(hook: FullBackwardPreHook): RemovableHandle {
  return globalBackwardPreHooks.register(hook);
}

/** Passes a gradient on, after the boundary it belongs to has seen it. */
class BoundaryNode extends GraphNode {
  readonly name = "BackwardHookFunctionBackward";
  readonly inputs: readonly (GraphNode | null)[];

  constructor(
    input: Tensor,
    readonly position: number,
    private readonly boundary: Boundary,
  ) {
    super();
    this.inputs = [input.gradientEdge()];
  }

  backward(gradient: Tensor): readonly (Tensor | null)[] {
    return [this.boundary.arrive(this, gradient)];
  }

  recordedBackward(gradient: Tensor): readonly (Tensor | null)[] {
    return this.backward(gradient);
  }
}

/**
 * The tensors that enter or leave a module, as one place of the backward graph. Its nodes are made one right after the other, so that when
 * the first of them runs, whatever sends gradients to the rest has run already.
 */
class Boundary {
  private readonly nodes: BoundaryNode[] = [];
  private pass = 0;

  constructor(
    private readonly values: readonly unknown[],
    private readonly replace: (gradients: Gradients) => Gradients,
  ) {}

  /** The same values, with a gradient that passes by here. */
  through(tensor: Tensor, position: number): Tensor {
    const node = new BoundaryNode(tensor, position, this);
    this.nodes.push(node);
    const alias = new Tensor(tensor.storage, tensor.sizes, tensor.strides, tensor.offset, tensor.version);
    alias.setGradFn(node);
    const tensors = this.values.filter((value) => value instanceof Tensor);
    alias.viewOrigin = { kind: tensors.length > 1 ? "one of several" : "border", output: tensors.indexOf(tensor) };
    return alias;
  }

  arrive(node: BoundaryNode, gradient: Tensor): Tensor | null {
    if (this.pass === node.pass) return gradient;
    this.pass = node.pass;
    const gradients = new Array<Tensor | null>(this.values.length).fill(null);
    for (const other of this.nodes) {
      if (other.pass === node.pass) gradients[other.position] = other === node ? gradient : other.gradient;
    }
    const replaced = this.replace(gradients);
    for (const other of this.nodes) {
      if (other === node || other.pass !== node.pass) continue;
      other.gradient = replaced[other.position] ?? null;
      other.ownsGradient = false;
    }
    return replaced[node.position] ?? null;
  }
}

/** `gradients`, or what a hook gave in their place. */
function replaced(gradients: Gradients, given: Replacement, what: string): Gradients {
  if (given === null || given === undefined) return gradients;
  const list = given instanceof Tensor ? [given] : given;
  if (list.length !== gradients.length) {
    throw new RuntimeError(`${what}, got ${list.length}, but expected ${gradients.length}`);
  }
  return list;
}

const differentiable = (value: unknown): value is Tensor => value instanceof Tensor && value.requiresGrad;

/** Runs `call` between two boundaries, at which the hooks of the backward pass run. */
export function callWithBackwardHooks(
  module: AnyModule,
  args: readonly unknown[],
  hooks: readonly FullBackwardHook[],
  preHooks: readonly FullBackwardPreHook[],
  call: (args: readonly unknown[]) => unknown,
): unknown {
  if (!isGradEnabled()) return call(args);
  let gradOutput: Gradients = [];
  const inputs = new Boundary(args, (gradients) => {
    let result = gradients;
    for (const hook of hooks) result = replaced(result, hook(module, result, gradOutput), "Backward hook returned an invalid number of grad_input");
    return result;
  });
  const reachesInput = args.some(differentiable);
  const output = call(reachesInput ? args.map((arg, i) => (differentiable(arg) ? inputs.through(arg, i) : arg)) : args);

  const results = Array.isArray(output) ? (output as unknown[]) : [output];
  if (!results.every((result) => result instanceof Tensor)) {
    const given = results.find((result) => !(result instanceof Tensor));
    warn(`For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received <class '${typeInPython(given)}'>`);
    if (!Array.isArray(output)) return output;
  }
  const outputs = new Boundary(results, (gradients) => {
    gradOutput = gradients;
    for (const hook of preHooks) gradOutput = replaced(gradOutput, hook(module, gradOutput), "Backward pre hook returned an invalid number of grad_output");
    if (!reachesInput) {
      const none = args.map(() => null);
      for (const hook of hooks) {
        const given = hook(module, none, gradOutput);
        if (given != null && (given instanceof Tensor || given.some((gradient) => gradient !== null))) {
          throw new RuntimeError("Backward hook for Modules where no input requires gradient should always return None or None for all gradients.");
        }
      }
    }
    return gradOutput;
  });
  const through = results.map((result, i) => (differentiable(result) ? outputs.through(result, i) : result));
  return Array.isArray(output) ? through : through[0];
}
