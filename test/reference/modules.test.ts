import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { buildModule, loadCases, values, type ModuleSpec } from "./replay.js";

interface ModuleCase {
  readonly id: string;
  readonly spec: ModuleSpec;
  readonly repr: string;
  readonly named_modules: readonly string[];
  readonly named_children: readonly string[];
  readonly named_parameters: readonly (readonly [name: string, shape: readonly number[], requiresGrad: boolean])[];
  readonly named_parameters_with_duplicates: readonly string[];
  readonly named_buffers: readonly (readonly [name: string, shape: readonly number[]])[];
  readonly state_dict: readonly (readonly [name: string, shape: readonly number[], dtype: string])[];
  readonly num_parameters: number;
  readonly apply_order: readonly string[];
  readonly sums_after_seed_0: readonly (readonly [name: string, sum: number, sumOfSquares: number])[];
}

describe("modules", () => {
  it.each(loadCases<ModuleCase>("modules").map((each) => [each.id, each] as const))("%s", (_, expected) => {
    torch.manualSeed(0);
    const module = buildModule(expected.spec);
    const names = (entries: Iterable<readonly [string, unknown]>) => [...entries].map(([name]) => name);
    const applied: string[] = [];
    module.apply((each) => void applied.push(each.constructor.name));

    expect(String(module)).toBe(expected.repr);
    expect(names(module.namedModules())).toEqual(expected.named_modules);
    expect(names(module.namedChildren())).toEqual(expected.named_children);
    expect([...module.namedParameters()].map(([name, parameter]) => [name, [...parameter.shape], parameter.requiresGrad])).toEqual(expected.named_parameters);
    expect(names(module.namedParameters({ removeDuplicate: false }))).toEqual(expected.named_parameters_with_duplicates);
    expect([...module.namedBuffers()].map(([name, buffer]) => [name, [...buffer.shape]])).toEqual(expected.named_buffers);
    expect([...module.stateDict()].map(([name, tensor]) => [name, [...tensor.shape], tensor.dtype.name])).toEqual(expected.state_dict);
    expect([...module.parameters()].reduce((count, parameter) => count + parameter.numel(), 0)).toBe(expected.num_parameters);
    expect(applied).toEqual(expected.apply_order);

    const parameters = new Map(module.namedParameters());
    for (const [name, sum, sumOfSquares] of expected.sums_after_seed_0) {
      const seeded = values(parameters.get(name)!);
      const close = (actual: number, wanted: number) => Math.abs(actual - wanted) <= 1e-3 + 1e-6 * Math.abs(wanted);
      expect(
        seeded.reduce((total, value) => total + value, 0),
        `sum of ${name}`,
      ).toSatisfy((actual: number) => close(actual, sum));
      expect(
        seeded.reduce((total, value) => total + value * value, 0),
        `sum of squares of ${name}`,
      ).toSatisfy((actual: number) => close(actual, sumOfSquares));
    }
  });
});
