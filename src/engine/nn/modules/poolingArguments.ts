import type * as F from "../../ops/pooling.js";
import type { Tensor } from "../../tensor.js";
import type { Sizes } from "../sizes.js";

/** `kernelSize` by position or among the options. */
export type WithKernel<Tail extends readonly unknown[], Options> =
  | readonly [kernelSize: Sizes, ...tail: Tail]
  | readonly [options: Options & { readonly kernelSize: Sizes }];

/** What a max pooling gives: the positions of the maxima too, if asked for. */
export type Pooled<ReturnIndices extends boolean> = ReturnIndices extends true ? F.PooledWithIndices : Tensor;
