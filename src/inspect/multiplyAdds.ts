import type { Engine, Module } from "./engine.js";

/**
 * Multiply-adds of one call of a layer, as torchinfo counts them (LayerInfo.calculate_macs): only layers without children count; each weight
 * and bias element is used once for every output position.
 */
export function multiplyAdds(engine: Engine, module: Module, type: string, outputShape: readonly number[] | undefined): number {
  if (!outputShape || !module.children().next().done) return 0;
  const positions = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
  let total = 0;
  for (const [name, parameter] of module.namedParameters()) {
    if (engine.nn.isUninitialized(parameter)) continue;
    const count = parameter.numel();
    if (name === "weight" || name === "bias") {
      if (type.includes("Conv")) total += count * positions([...outputShape.slice(0, 1), ...outputShape.slice(2)]);
      else if (type.includes("Linear")) total += count * positions(outputShape.slice(0, -1));
      else total += count * (outputShape[0] ?? 1);
    } else if (name.includes("weight") || name.includes("bias")) {
      total += count * positions(outputShape.slice(0, 2));
    }
  }
  return total;
}
