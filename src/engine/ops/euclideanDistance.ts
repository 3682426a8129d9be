import { itself, defineOperation } from "../dispatch/index.js";
import { copy } from "../kernels/elementwise.js";
import { withoutObserver } from "../observer.js";
import type { Tensor } from "../tensor.js";
import { onesLike } from "./creation.js";
import { cat } from "./joining.js";
import { matmul } from "./matmul.js";
import { broadcastSizes, resultType } from "./rules/promotion.js";
import { computes, operand, notCounted } from "../operation.js";

/** [-2 x, |x|^2, 1] times [y, 1, |y|^2]: the squares of all distances by one product, as PyTorch has them, rounding included. */
function distances(x: Tensor, y: Tensor): Tensor {
  const [squaresX, squaresY] = [x.square().sum(-1, true), y.square().sum(-1, true)];
  const left = cat([x.mul(-2), squaresX, onesLike(squaresX)], -1);
  const right = cat([y, onesLike(squaresY), squaresY], -1);
  return matmul(left, right.transpose(-2, -1)).clampMin_(0).sqrt_();
}

/** The distance of each row of x (*, n, k) to each row of y (*, m, k), as (*, n, m). */
export const euclideanDistance: (x: Tensor, y: Tensor) => Tensor = defineOperation<[x: Tensor, y: Tensor]>({
  name: "euclideanDist",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", operand],
  infer: (x, y) => ({
    sizes: [...broadcastSizes(x.sizes.slice(0, -2), y.sizes.slice(0, -2)), x.sizes[x.sizes.length - 2]!, y.sizes[y.sizes.length - 2]!],
    dtype: resultType(x, y),
  }),
  forward: (output, x, y) => withoutObserver(() => copy(output, distances(x.detach(), y.detach()))),
  reads: [0, 1, "output"],
  backward(gradient, { args: [x, y], output }) {
    const ratio = gradient.div(output).maskedFill(output.eq(0), 0);
    return [x.mul(ratio.sum(-1, true)).sub(ratio.matmul(y)), y.mul(ratio.sum(-2).unsqueeze(-1)).sub(ratio.transpose(-2, -1).matmul(x))];
  },
  recordedBackward: itself,
});
