import type { Tensor } from "../tensor.js";
import { equalSizes } from "../size.js";
import { expand } from "./shape.js";

export interface AddProductOptions {
  /** Multiplies the added tensor. Default 1. */
  readonly beta?: number;
  /** Multiplies the product. Default 1. */
  readonly alpha?: number;
}

/** beta * x + alpha * y, of whole numbers with whole factors. */
export function addProduct(x: Tensor, y: Tensor, options: AddProductOptions): Tensor {
  const added = equalSizes(x.sizes, y.sizes) ? x : expand(x, y.sizes);
  const [beta, alpha] = [options.beta ?? 1, options.alpha ?? 1].map(x.dtype.isFloatingPoint ? Number : Math.trunc) as [number, number];
  return (beta === 1 ? added : added.mul(beta)).add(y, { alpha });
}
