/** Losses (torch.nn.functional): how far a prediction is from its target. */
export * from "./loss/classification.js";
export * from "./loss/ctc.js";
export * from "./loss/elementwise.js";
export * from "./loss/ranking.js";
export type { LossOptions, Reduction } from "./loss/reduction.js";
