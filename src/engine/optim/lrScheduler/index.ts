/** Schedules of learning rates (torch.optim.lr_scheduler). Call `step` after the optimizer's, once an epoch (CyclicLR, OneCycleLR: once a batch). */

export * from "./composed.js";
export * from "./cosine.js";
export * from "./cyclic.js";
export * from "./decay.js";
export * from "./plateau.js";
export { LRScheduler, type SchedulerOptions, type SchedulerStateDict } from "./scheduler.js";
