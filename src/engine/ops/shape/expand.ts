import { defineComposite, defineView } from "../../dispatch/index.js";
import { RuntimeError } from "../../errors.js";
import { sumTo } from "../../kernels/sumTo.js";
import { formatSizes } from "../../size.js";
import { Tensor, type Window } from "../../tensor.js";
import { inOrder, listOf, type AllArguments, type Numbers } from "../../arguments.js";
import { broadcastSizes } from "../rules/promotion.js";
import { computes, views, ofParts } from "../../operation.js";

function expandedWindow(x: Tensor, target: readonly number[]): Window {
  const missing = target.length - x.sizes.length;
  if (missing < 0) {
    throw new RuntimeError(
      `expand(torch.${x.dtype.scalarType}Tensor{${formatSizes(x.sizes)}}, size=${formatSizes(target)}): the number of sizes provided (${target.length}) must be greater or equal to the number of dimensions in the tensor (${x.sizes.length})`,
    );
  }
  const sizes = new Array<number>(target.length);
  const strides = new Array<number>(target.length);
  for (let i = 0; i < target.length; i++) {
    const wanted = target[i]!;
    const own = i < missing ? 1 : x.sizes[i - missing]!;
    if (i < missing && wanted < 0) {
      throw new RuntimeError(`The expanded size of the tensor (${wanted}) isn't allowed in a leading, non-existing dimension ${i}`);
    }
    const size = wanted === -1 ? own : wanted;
    if (size !== own && own !== 1) {
      throw new RuntimeError(
        `The expanded size of the tensor (${wanted}) must match the existing size (${own}) at non-singleton dimension ${i}.  Target sizes: ${formatSizes(target)}.  Tensor sizes: ${formatSizes(x.sizes)}`,
      );
    }
    sizes[i] = size;
    strides[i] = i < missing || (own === 1 && size !== 1) ? 0 : x.strides[i - missing]!;
  }
  return { sizes, strides, offset: x.offset };
}

const expandOperation = defineView<[x: Tensor, sizes: readonly number[]]>({
  name: "expand",
  effect: views,
  arguments: ["input", "size"],
  window: expandedWindow,
  backward: (gradient, x) => sumTo(gradient, x.sizes),
});

/** Dimensions of size 1 repeated to the sizes given, and new ones in front; -1 keeps a size. Takes no memory. (Tensor.expand) */
export function expand(x: Tensor, ...sizes: Numbers | [options: { readonly size: readonly number[] }]): Tensor {
  return expandOperation(x, [...listOf("expand", sizes, "size")]);
}

/** `expand` to the shape of another tensor. (Tensor.expand_as) */
export function expandAs(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor {
  const [other] = inOrder("expand_as", ["other"], args);
  return expandOperation(x, other.sizes);
}

/** `expand` by another name. (torch.broadcast_to) */
export function broadcastTo(x: Tensor, ...args: AllArguments<[size: readonly number[]], { readonly size: readonly number[] }>): Tensor {
  return expandOperation(x, ...inOrder("broadcast_to", ["size"], args));
}

/** All tensors expanded to their common shape. (torch.broadcast_tensors) */
export const broadcastTensors: (...tensors: Tensor[] | [tensors: readonly Tensor[]]) => Tensor[] = defineComposite(
  { name: "broadcastTensors", effect: computes, multiplyAdds: ofParts, arguments: ["tensors"] },
  (...tensors: Tensor[] | [tensors: readonly Tensor[]]): Tensor[] => {
    const list = (Array.isArray(tensors[0]) ? tensors[0] : tensors) as readonly Tensor[];
    const sizes = list.reduce<readonly number[]>((common, each) => broadcastSizes(common, each.sizes), []);
    return list.map((each) => expandOperation(each, sizes));
  },
);

/** The shape that all given shapes broadcast to. (torch.broadcast_shapes) */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] {
  const result: number[] = [];
  shapes.forEach((sizes, index) => {
    while (result.length < sizes.length) result.unshift(1);
    for (let back = 1; back <= sizes.length; back++) {
      const [size, common] = [sizes.at(-back)!, result.at(-back)!];
      if (size !== common && size !== 1 && common !== 1) {
        throw new RuntimeError(
          `Attempting to broadcast a dimension of length ${size} at ${-back}! Mismatching argument at index ${index} had (${sizes.join(", ")}${sizes.length === 1 ? "," : ""}); but expected shape should be broadcastable to [${result.join(", ")}]`,
        );
      }
      if (common === 1) result[result.length - back] = size;
    }
  });
  return result;
}
