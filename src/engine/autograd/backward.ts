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
  backwardFrom([{ tensor: root, gradient: first }], given);
}

function backwardFrom(roots: readonly Root[], options: BackwardOptions): void {
  const checked = checkedOptions<BackwardOptions>("backward", options, "retainGraph", "createGraph");
  const ended = roots.map(({ tensor }) => observer()?.backward?.(tensor));
  run(startsOf(roots), checked, null);
  for (const end of ended) end?.();
}

/** Sends gradients from several tensors to the leaves, as if from their sum; null stands for the gradient 1 of a single element. (torch.autograd.backward) */
export function backwardAll(
  tensors: Tensor | readonly Tensor[],
  gradTensors: Tensor | readonly (Tensor | null)[] | null = null,
  options: BackwardOptions = {},
): void {
  backwardFrom(rootsOf(tensors, gradTensors), options);
}

/** Where a pass begins: an output, and its gradient; null stands for the 1 of a single element. */
interface Root {
  readonly tensor: Tensor;
  readonly gradient: Tensor | null;
}

function rootsOf(tensors: Tensor | readonly Tensor[], gradients: Tensor | readonly (Tensor | null)[] | null): readonly Root[] {
  const outputs = tensors instanceof Tensor ? [tensors] : tensors;
  const given = gradients instanceof Tensor ? [gradients] : gradients;
  if (given !== null && given.length < outputs.length) throw new RuntimeError(`got ${outputs.length} tensors and ${given.length} gradients`);
  return outputs.map((tensor, i) => ({ tensor, gradient: given?.[i] ?? null }));
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
  // What is wrong with the outputs is told before what is wrong with the inputs.
  const starts = startsOf(rootsOf(outputs, options.gradOutputs ?? null));
  const wanted = inputs instanceof Tensor ? [inputs] : inputs;
  const results = new Map<GraphNode, Tensor | null>();
  const edges = wanted.map((input) => {
    const edge = input.gradientEdge();
    if (edge === null) throw new RuntimeError("One of the differentiated Tensors does not require grad");
    results.set(edge, null);
    return edge;
  });
  run(starts, options, results);
  const totals = edges.map((edge) => results.get(edge) ?? null);
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

/** The node of a root, with the gradient that begins there. `owns`: nobody else holds its memory. */
interface Start {
  readonly node: GraphNode;
  readonly first: Tensor;
  readonly owns: boolean;
}

function startsOf(roots: readonly Root[]): readonly Start[] {
  return roots.map(({ tensor, gradient }, i) => {
    const node = tensor.gradientEdge();
    const first = gradient === null ? node && onesLike(tensor) : inDTypeOf(tensor, gradient);
    if (first !== null && !equalSizes(first.sizes, tensor.sizes)) {
      throw new RuntimeError(
        `Mismatch in shape: grad_output[${i}] has a shape of torch.Size(${formatSizes(first.sizes)}) and output[${i}] has a shape of torch.Size(${formatSizes(tensor.sizes)}).`,
      );
    }
    if (node === null || first === null) throw new RuntimeError(`element ${i} of tensors does not require grad and does not have a grad_fn`);
    return { node, first, owns: first !== gradient };
  });
}

function run(starts: readonly Start[], options: BackwardOptions, captures: Map<GraphNode, Tensor | null> | null): void {
  const { createGraph = false, retainGraph = createGraph } = options;
  const previous = setGradEnabled(createGraph);
  try {
    withoutObserver(() => {
      const nodes = inOrder(
        starts.map(({ node }) => node),
        ++passes,
      );
      const pass: Pass = { retainGraph, createGraph, captures, useful: captures && leadingTo(captures, nodes) };
      for (const { node, first, owns } of starts) receive(node, first, owns, createGraph);
      for (const node of nodes) step(node, pass);
    });
  } catch (error) {
    if (error instanceof OverwrittenError) observer()?.overwritten?.(error.tensor, error.expected);
    throw error;
  } finally {
    setGradEnabled(previous);
  }
}

/** Adds to what was gathered for a node. `owns`: nobody else holds the memory of `gradient`. */
function receive(node: GraphNode, gradient: Tensor, owns: boolean, createGraph: boolean): void {
  if (node.gradient === null) {
    node.gradient = gradient;
    node.ownsGradient = owns;
  } else {
    node.gradient = createGraph ? node.gradient.add(gradient) : sum(node.gradient, gradient, node.ownsGradient);
    node.ownsGradient = true;
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

/** Every node that `starts` reach, each before the nodes it sends gradients to. */
function inOrder(starts: readonly GraphNode[], pass: number): GraphNode[] {
  const nodes: GraphNode[] = [];
  const ends: GraphNode[] = [];
  let sorted = true;
  const reach = (node: GraphNode): void => {
    if (node.pass === pass) return;
    node.pass = pass;
    node.gradient = null;
    if (node.sequence === 0) ends.push(node);
    else {
      sorted &&= nodes.length === 0 || node.sequence < nodes[nodes.length - 1]!.sequence;
      nodes.push(node);
    }
  };
  for (const start of starts) reach(start);
  for (let i = 0; i < nodes.length; i++) {
    const { inputs } = nodes[i]!;
    for (let k = 0; k < inputs.length; k++) {
      const input = inputs[k];
      if (input != null) reach(input);
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
    // Passed through, or given to two inputs: somebody else may hold the same memory.
    receive(input, result, node.ownsResults && result.storage !== gradient.storage && isOnlyOne(results, k), createGraph);
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
