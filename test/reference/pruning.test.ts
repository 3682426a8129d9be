import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { camelCase, lookup } from "./replay.js";

const { nn } = torch;
const { prune } = nn.utils;

type State = Readonly<Record<string, unknown>>;

/** Written by generatePruning.py. */
const data = JSON.parse(readFileSync(new URL("data/pruning.json", import.meta.url), "utf8")) as {
  readonly cases: readonly {
    readonly steps: readonly (readonly [name: string, ...args: unknown[]])[];
    readonly state: State;
    readonly parameters: readonly string[];
    readonly output: readonly number[];
    readonly next: number;
    readonly removed: readonly string[];
    readonly weight: unknown;
  }[];
  readonly global: State;
};

const stateOf = (module: torch.nn.Module) => Object.fromEntries([...module.stateDict()].map(([name, tensor]) => [name, tensor.tolist()]));

describe("pruning keeps what PyTorch keeps, and draws what it draws", () => {
  it.each(data.cases)("$steps", ({ steps, state, parameters, output, next, removed, weight }) => {
    torch.manualSeed(5);
    const layer = new nn.Linear(6, 4);
    for (const [name, ...args] of steps) lookup(camelCase(name), prune)(layer, "weight", ...args.map((arg) => (arg === "Infinity" ? Infinity : arg)));
    expect(stateOf(layer)).toEqual(state);
    expect([...layer.namedParameters()].map(([name]) => name)).toEqual(parameters);
    const given = layer(torch.ones(6)).tolist() as number[];
    given.forEach((value, i) => expect(value).toBeCloseTo(output[i]!, 6));
    expect(torch.rand(1).item()).toBe(next);
    expect(prune.isPruned(layer)).toBe(true);
    prune.remove(layer, "weight");
    expect(prune.isPruned(layer)).toBe(false);
    expect([...layer.namedParameters()].map(([name]) => name)).toEqual(removed);
    expect(layer.weight.tolist()).toEqual(weight);
  });

  it("over several parameters together", () => {
    torch.manualSeed(5);
    const net = new nn.Sequential(new nn.Linear(3, 4), new nn.Linear(4, 2));
    const places = [
      [net[0], "weight"],
      [net[1], "weight"],
    ] as const;
    prune.globalUnstructured(places, prune.L1Unstructured, { amount: 0.4 });
    expect(stateOf(net)).toEqual(data.global);
  });
});

describe("a pruned module", () => {
  it("trains the parameter that is left, with no gradient for what is zero", () => {
    const layer = prune.customFromMask(new nn.Linear(2, 1), "weight", torch.tensor([[1, 0]]));
    layer(torch.ones(3, 2)).sum().backward();
    const original = (layer as unknown as Record<string, torch.Tensor>)["weight_orig"]!;
    expect(original.grad!.tolist()).toEqual([[3, 0]]);
  });

  it("is refused with amounts and shapes that make no sense", () => {
    const layer = new nn.Linear(2, 2);
    expect(() => prune.randomUnstructured(layer, "weight", 1.5)).toThrow("amount=1.5 should either be a float in the range [0, 1] or a non-negative integer");
    expect(() => prune.randomUnstructured(layer, "weight", 9)).toThrow("amount=9 should be smaller than the number of parameters to prune=4");
    expect(() => prune.lnStructured(layer, "bias", 1, 2, 0)).toThrow(
      "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape torch.Size([2]) with 1 dims",
    );
    expect(() => prune.remove(layer, "weight")).toThrow("Parameter 'weight' of module Linear(in_features=2, out_features=2, bias=True) has to be pruned");
    expect([...layer.namedParameters()].map(([name]) => name)).toEqual(["weight", "bias"]);
  });
});
