import { RuntimeError } from "../errors.js";
import { checkInterrupt } from "../interruption.js";
import { binary, copy, fill } from "../kernels/elementwise.js";
import { observer, withoutObserver } from "../observer.js";
import { checkedOptions } from "../arguments.js";
import { equalSizes, formatSizes } from "../size.js";
import { Tensor } from "../tensor.js";
import { AccumulateGrad } from "./accumulateGrad.js";
import { setGradEnabled } from "./gradMode.js";
import type { GraphNode } from "./graph.js";
import { checkVersion, OverwrittenError } from "./savedTensors.js";

export interface BackwardOptions {
  /** Keeps what forward saved, so that backward can run again. Default: what `createGraph` is. */
  readonly retainGraph?: boolean;
  /** Records how the gradients are computed, so that they can be differentiated in turn. Default false. */
  readonly createGraph?: boolean;
}

let passes = 0;

/**
 * Computes the gradients of the leaves that `root` was made from and adds them to their `grad`. `gradient` is the gradient of `root` itself:
 * needed unless it has one element only. Options may stand in its place: `loss.backward({ retainGraph: true })`. (torch.Tensor.backward)
 */
export function backward(root: Tensor, gradient?: Tensor | BackwardOptions | null, options: BackwardOptions = {}): void {
  const first = gradient instanceof Tensor ? gradient : null;
  const given = first === null ? ((gradient as BackwardOptions | null | undefined) ?? options) : options;
  const ended = observer()?.backward?.(root);
  run(root, first, checkedOptions<BackwardOptions>("backward", given, "retainGraph", "createGraph"), null);
  ended?.();
}

/** Sends gradients from several tensors to the leaves, as if from their sum; null stands for the gradient 1 of a single element. (torch.autograd.backward) */
export function backwardAll(
  tensors: Tensor | readonly Tensor[],
  gradTensors: Tensor | readonly (Tensor | null)[] | null = null,
  options: BackwardOptions = {},
): void {
  const roots = tensors instanceof Tensor ? [tensors] : tensors;
  const gradients = gradTensors instanceof Tensor ? [gradTensors] : (gradTensors ?? roots.map(() => null));
  if (gradients.length !== roots.length) {
    throw new RuntimeError(`got ${roots.length} tensors and ${gradients.length} gradients`);
  }
  const { retainGraph, createGraph = false } = checkedOptions<BackwardOptions>("backward", options, "retainGraph", "createGraph");
  // What the tensors share of the graph is needed until the last of them.
  roots.forEach((root, i) => backward(root, gradients[i], { retainGraph: i < roots.length - 1 || (retainGraph ?? createGraph), createGraph }));
}

export interface GradOptions extends BackwardOptions {
  /** Gradient of the output itself, or of each output; needed unless it has one element. */
  readonly gradOutputs?: Tensor | readonly (Tensor | null)[] | null;
  /** Gives null for inputs that the output does not depend on, instead of an error. Default false. */
  readonly allowUnused?: boolean;
}

/** The gradients of `outputs`, or of their sum, with respect to `inputs`, without touching any `grad` (torch.autograd.grad). */
export function grad(outputs: Tensor | readonly Tensor[], inputs: Tensor | readonly Tensor[], given: GradOptions = {}): (Tensor | null)[] {
  const options = checkedOptions<GradOptions>("grad", given, "gradOutputs", "retainGraph", "createGraph", "allowUnused");
  const roots = outputs instanceof Tensor ? [outputs] : outputs;
  const { gradOutputs = null, createGraph = false, retainGraph = createGraph } = options;
  const incoming = gradOutputs === null ? roots.map(() => null) : gradOutputs instanceof Tensor ? [gradOutputs] : gradOutputs;
  if (incoming.length !== roots.length) throw new RuntimeError(`got ${roots.length} tensors and ${incoming.length} gradients`);
  const wanted = inputs instanceof Tensor ? [inputs] : inputs;
  const totals = wanted.map((): Tensor | null => null);
  roots.forEach((root, at) => {
    const results = new Map<GraphNode, Tensor | null>();
    const edges = wanted.map((input) => {
      const edge = input.gradientEdge();
      if (edge === null) throw new RuntimeError("One of the differentiated Tensors does not require grad");
      results.set(edge, null);
      return edge;
    });
    // What the outputs share of the graph is needed until the last of them.
    run(root, incoming[at] ?? null, { createGraph, retainGraph: retainGraph || at < roots.length - 1 }, results);
    edges.forEach((edge, i) => {
      const result = results.get(edge) ?? null;
      const former = totals[i] ?? null;
      if (result !== null) totals[i] = former === null ? result : createGraph ? former.add(result) : sum(former, result, false);
    });
  });
  if (!options.allowUnused && totals.includes(null)) {
    throw new RuntimeError(
      `The differentiated Tensor at index ${totals.indexOf(null)} appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.`,
    );
  }
  return totals;
}

interface Pass {
  readonly retainGraph: boolean;
  readonly createGraph: boolean;
  /** Gradients are gathered for these nodes alone, and no leaf is written to; null to write to the leaves. */
  readonly captures: Map<GraphNode, Tensor | null> | null;
  /** The nodes that lead to captures; null for all. */
  readonly useful: ReadonlySet<GraphNode> | null;
}

function run(root: Tensor, given: Tensor | null, options: BackwardOptions, captures: Map<GraphNode, Tensor | null> | null): void {
  const start = root.gradientEdge();
  if (start === null) throw new RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn");
  const first = given === null ? onesLike(root) : inDTypeOf(root, given);
  if (!equalSizes(first.sizes, root.sizes)) {
    throw new RuntimeError(
      `Mismatch in shape: grad_output[0] has a shape of torch.Size(${formatSizes(first.sizes)}) and output[0] has a shape of torch.Size(${formatSizes(root.sizes)}).`,
    );
  }
  const { createGraph = false, retainGraph = createGraph } = options;
  const previous = setGradEnabled(createGraph);
  try {
    withoutObserver(() => {
      const nodes = inOrder(start, ++passes);
      const pass: Pass = { retainGraph, createGraph, captures, useful: captures && leadingTo(captures, nodes) };
      start.gradient = first;
      start.ownsGradient = first !== given;
      for (const node of nodes) step(node, pass);
    });
  } catch (error) {
    if (error instanceof OverwrittenError) observer()?.overwritten?.(error.tensor, error.expected);
    throw error;
  } finally {
    setGradEnabled(previous);
  }
}

/** The nodes among `nodes` from which a capture is reached. */
function leadingTo(captures: ReadonlyMap<GraphNode, unknown>, nodes: readonly GraphNode[]): Set<GraphNode> {
  const useful = new Set<GraphNode>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (captures.has(node) || node.inputs.some((input) => input !== null && useful.has(input))) useful.add(node);
  }
  return useful;
}

function onesLike(root: Tensor): Tensor {
  if (root.numel() !== 1) throw new RuntimeError("grad can be implicitly created only for scalar outputs");
  const ones = root.allocateLike();
  fill(ones, 1);
  return ones;
}

/** Whole numbers make integer tensors in JavaScript: as a gradient they count as what the root holds. */
function inDTypeOf(root: Tensor, given: Tensor): Tensor {
  if (given.dtype === root.dtype) return given;
  const converted = Tensor.allocate(given.sizes, root.dtype, given.device);
  copy(converted, given);
  return converted;
}

/** Every node that `start` reaches, each before the nodes it sends gradients to. */
function inOrder(start: GraphNode, pass: number): GraphNode[] {
  const nodes = [start];
  const ends: GraphNode[] = [];
  let sorted = true;
  start.pass = pass;
  for (let i = 0; i < nodes.length; i++) {
    const { inputs } = nodes[i]!;
    for (let k = 0; k < inputs.length; k++) {
      const input = inputs[k];
      if (input == null || input.pass === pass) continue;
      input.pass = pass;
      input.gradient = null;
      if (input.sequence === 0) ends.push(input);
      else {
        sorted &&= input.sequence < nodes[nodes.length - 1]!.sequence;
        nodes.push(input);
      }
    }
  }
  if (!sorted) nodes.sort((a, b) => b.sequence - a.sequence);
  for (let i = 0; i < ends.length; i++) nodes.push(ends[i]!);
  return nodes;
}

function step(node: GraphNode, { retainGraph, createGraph, captures, useful }: Pass): void {
  let { gradient } = node;
  node.gradient = null;
  if (gradient === null) return;
  if (node.hooks !== null) {
    for (const hook of node.hooks) {
      const replaced = hook(gradient);
      if (replaced != null) {
        gradient = replaced;
        node.ownsGradient = false;
      }
    }
  }
  node.retain(gradient);
  if (captures?.has(node)) captures.set(node, gradient);
  if (node instanceof AccumulateGrad) {
    if (captures !== null) return;
    if (createGraph) node.accumulateRecorded(gradient);
    else node.accumulate(gradient, node.ownsGradient);
    node.done();
    return;
  }
  const { inputs } = node;
  if (useful !== null && !inputs.some((input) => input !== null && useful.has(input))) return;
  checkInterrupt();
  if (node.watched !== null) for (const { tensor, version, maker } of node.watched) checkVersion(tensor, version, maker);
  const results = createGraph ? node.recordedBackward(gradient) : node.backward(gradient);
  for (let k = 0; k < inputs.length; k++) {
    const input = inputs[k];
    const result = results[k];
    if (input == null || result == null || (useful !== null && !useful.has(input))) continue;
    if (input.gradient === null) {
      input.gradient = result;
      // Passed through, or given to two inputs: somebody else may hold the same memory.
      input.ownsGradient = node.ownsResults && result.storage !== gradient.storage && isOnlyOne(results, k);
    } else {
      input.gradient = createGraph ? input.gradient.add(result) : sum(input.gradient, result, input.ownsGradient);
      input.ownsGradient = true;
    }
  }
  if (retainGraph) return;
  node.release();
  node.watched = null;
}

function isOnlyOne(results: readonly (Tensor | null)[], position: number): boolean {
  const result = results[position];
  for (let k = 0; k < results.length; k++) if (k !== position && results[k] === result) return false;
  return true;
}

/** a + b, written over `a` where nobody else has its memory: gradients of large parameters that are used twice need no third. */
function sum(a: Tensor, b: Tensor, ownsA: boolean): Tensor {
  const result = ownsA && a.isContiguous() ? a : a.allocateLike();
  binary(result, a, b, (x, y) => x + y, "add");
  return result;
}
