import type { TensorSnapshot } from "../protocol/index.js";

/** Whether a tensor has values that a look did not compute, since they are many. */
export function isLeftOut({ device, shape, count, statistics }: TensorSnapshot): boolean {
  return device !== "meta" && shape !== null && count > 0 && statistics === null;
}
