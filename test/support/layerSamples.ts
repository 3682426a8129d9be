import type { OperationSample } from "./operationSamples.js";

export const layerSamples: readonly OperationSample[] = [];
