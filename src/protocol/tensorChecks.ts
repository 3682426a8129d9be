import { type Check, list, numeric, optional, shape, whole } from "./check.js";
import type { TensorStatistics } from "./snapshot.js";
import type { Histogram } from "./tensor.js";

export const checkHistogram: Check<Histogram> = shape<Histogram>({ low: numeric, high: numeric, bins: list(whole) });

export const checkStatistics: Check<TensorStatistics> = shape<TensorStatistics>({
  count: whole,
  sampled: whole,
  nan: whole,
  positiveInfinity: whole,
  negativeInfinity: whole,
  zeros: whole,
  finite: optional(shape<NonNullable<TensorStatistics["finite"]>>({ min: numeric, max: numeric, mean: numeric, std: numeric })),
  histogram: optional(checkHistogram),
});
