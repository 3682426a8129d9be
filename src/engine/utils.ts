/** torch.utils: what has no other place in PyTorch either. */

/** Datasets and batches (torch.utils.data). */
export * as data from "./data/index.js";
