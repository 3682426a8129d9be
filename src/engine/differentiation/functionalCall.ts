import { checkedOptions } from "../arguments.js";
import { RuntimeError, ValueError } from "../errors.js";
import { repr } from "../print/python.js";
import type { Tensor } from "../tensor.js";
import { memberAt } from "../nn/dottedNames.js";
import { define, registered } from "../nn/members.js";
import type { Module } from "../nn/module.js";
import { namedBuffersOf, namedParametersOf } from "../nn/walk.js";

export interface FunctionalCallOptions {
  /** Options that the module is called with, after its other arguments. */
  readonly kwargs?: object;
  /** Whether what replaces a tied tensor replaces it in all places. Default true. */
  readonly tieWeights?: boolean;
  /** Throw where a parameter or buffer is not replaced, or a name is unknown. Default false. */
  readonly strict?: boolean;
}

type Tensors = Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>;

const listText = (names: readonly string[]): string => `[${names.map((name) => repr(name)).join(", ")}]`;
const entriesOf = (tensors: Tensors): [string, Tensor][] => [
  ...(tensors instanceof Map ? (tensors as ReadonlyMap<string, Tensor>) : Object.entries(tensors as Readonly<Record<string, Tensor>>)),
];

/** Names with the tensors that stand for them, in every place of a tied tensor. */
function untied(all: ReadonlyMap<string, Tensor>, given: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const result = new Map(given);
  for (const [name, value] of given) {
    const tensor = all.get(name);
    if (tensor === undefined) continue;
    const tied = [...all].flatMap(([other, each]) => (each === tensor ? [other] : []));
    if (tied.some((other) => (given.get(other) ?? value) !== value)) {
      throw new ValueError(`functional_call got multiple values for keys ${listText(tied.sort())}, which are tied. Consider using tie_weights=False`);
    }
    for (const other of tied) result.set(other, value);
  }
  return result;
}

/** Puts a tensor in the place of a parameter or buffer, in the fields too; gives what puts the former one there again, and gives the one it finds then. */
function replaced(module: Module, name: string, tensor: Tensor): () => Tensor | null {
  const [holder, member] = memberAt(module, name);
  const { parameters, buffers } = registered(holder);
  const members: Map<string, Tensor | null> = parameters.has(member) ? parameters : buffers;
  const former = members.get(member) ?? null;
  const put = (value: Tensor | null): void => {
    members.set(member, value);
    define(holder, member, value);
  };
  put(tensor);
  return () => {
    const last = members.get(member) ?? null;
    put(former);
    return last;
  };
}

/** A forward that assigned one anew is told by what was given for it. */
function writeBack(dicts: readonly Tensors[], name: string, value: Tensor | null): void {
  for (const dict of dicts) {
    if (dict instanceof Map && dict.has(name)) (dict as Map<string, Tensor | null>).set(name, value);
    else if (!(dict instanceof Map) && Object.hasOwn(dict, name)) (dict as Record<string, Tensor | null>)[name] = value;
  }
}

/**
 * Calls a module with other tensors in the place of its parameters and buffers, by dotted name, so that gradients reach those; the module itself is as before
 * afterwards. `args` is the argument, or a list of all. (torch.func.functional_call)
 */
export function functionalCall<Result = Tensor>(
  module: Module,
  parametersAndBuffers: Tensors | readonly Tensors[],
  args: unknown = [],
  options: FunctionalCallOptions = {},
): Result {
  const { kwargs, tieWeights = true, strict = false } = checkedOptions<FunctionalCallOptions>("functionalCall", options, "kwargs", "tieWeights", "strict");
  const all = new Map<string, Tensor>([...namedParametersOf(module, { removeDuplicate: false }), ...namedBuffersOf(module, { removeDuplicate: false })]);
  const given = new Map<string, Tensor>();
  const dicts = Array.isArray(parametersAndBuffers) ? (parametersAndBuffers as readonly Tensors[]) : [parametersAndBuffers as Tensors];
  for (const tensors of dicts) {
    for (const [name, tensor] of entriesOf(tensors)) {
      if (given.has(name)) {
        throw new ValueError(`${listText([name])} appeared in multiple dictionaries; behavior of functional call is ambiguous`);
      }
      given.set(name, tensor);
    }
  }
  const tensors = tieWeights ? untied(all, given) : given;
  if (strict) checkNames(module, all, tensors);
  const restore: [string, () => Tensor | null][] = [];
  try {
    // As in PyTorch, names that the module does not have are passed over where it is not strict.
    for (const [name, tensor] of tensors) if (all.has(name)) restore.push([name, replaced(module, name, tensor)]);
    const call = module as unknown as (...args: readonly unknown[]) => Result;
    return call(...(Array.isArray(args) ? (args as readonly unknown[]) : [args]), ...(kwargs === undefined ? [] : [kwargs]));
  } finally {
    for (const [name, put] of restore.reverse()) writeBack(dicts, name, put());
  }
}

function checkNames(module: Module, all: ReadonlyMap<string, Tensor>, given: ReadonlyMap<string, Tensor>): void {
  const list = (names: readonly string[]): string => names.map((name) => repr(name)).join(", ");
  const unexpected = [...given.keys()].filter((name) => !all.has(name));
  const missing = [...all.keys()].filter((name) => !given.has(name));
  const errors = [unexpected.length > 0 && `Unexpected key(s): ${list(unexpected)}.`, missing.length > 0 && `Missing key(s): ${list(missing)}.`].filter(
    Boolean,
  );
  if (errors.length > 0) throw new RuntimeError(`Error(s) in reparametrizing for ${module.constructor.name}:\n\t${errors.join("\n\t")}`);
}
