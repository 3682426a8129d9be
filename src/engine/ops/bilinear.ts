import { defineComposite, keeping } from "../dispatch/index.js";
import { RuntimeError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import { collect, requiredFirst, type WithRequired } from "../arguments.js";
import { computes, ofParts } from "../operation.js";

const bilinearOf = defineComposite(
  { name: "bilinear", effect: computes, multiplyAdds: ofParts, arguments: ["x1", "x2", "weight", "bias"] },
  (x1: Tensor, x2: Tensor, weight: Tensor, bias: Tensor | null): Tensor => {
    if (x1.ndim !== x2.ndim) throw new RuntimeError(`bilinear(): input dimensions do not match: got ${x1.ndim} and ${x2.ndim}`);
    for (let i = 0; i < x1.ndim - 1; i++) {
      if (x1.sizes[i] !== x2.sizes[i])
        throw new RuntimeError(`bilinear(): input batch dimensions do not match at dim ${i}: got ${x1.sizes[i]} and ${x2.sizes[i]}`);
    }
    const [out, in1, in2] = weight.sizes as [number, number, number];
    [x1, x2].forEach((x, i) => {
      const size = x.sizes.at(-1);
      if (size !== weight.sizes[i + 1])
        throw new RuntimeError(`bilinear(): input${i + 1} size does not match weight size: got ${size} but expected ${weight.sizes[i + 1]}`);
    });
    if (bias !== null && bias.sizes[0] !== out)
      throw new RuntimeError(`bilinear(): bias size does not match weight size: got ${bias.sizes[0]} but expected ${out}`);
    // (rows, in1) times (in1, out * in2) leaves one product with x2 for each output.
    const rows = x1.reshape([-1, in1]).matmul(weight.transpose(0, 1).reshape([in1, out * in2]));
    const sums = rows
      .reshape([-1, out, in2])
      .mul(x2.reshape([-1, 1, in2]))
      .sum(-1)
      .reshape([...x1.sizes.slice(0, -1), out]);
    const needed = [
      [x2, weight],
      [x1, weight],
      [x1, x2],
    ].filter((_, i) => [x1, x2, weight][i]!.requiresGrad);
    return keeping([...new Set(needed.flat())], bias === null ? sums : sums.add(bias));
  },
);

/**
 * x1^T W x2 + b for each output (torch.nn.functional.bilinear).
 * Shapes: x1 (*, in1), x2 (*, in2), weight (out, in1, in2), bias (out); gives (*, out).
 */
export function bilinear(
  x1: Tensor,
  ...args: WithRequired<
    [input2: Tensor, weight: Tensor],
    { readonly input2: Tensor; readonly weight: Tensor },
    [bias: Tensor | null],
    { readonly bias?: Tensor | null }
  >
): Tensor {
  const [[x2, weight], rest] = requiredFirst<[input2: Tensor, weight: Tensor]>("bilinear", ["input2", "weight"], args);
  return bilinearOf(x1, x2, weight, collect<{ bias?: Tensor | null }>("bilinear", ["bias"], rest).bias ?? null);
}
