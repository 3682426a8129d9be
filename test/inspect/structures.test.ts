import { beforeEach, describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Inspection } from "../../src/inspect/index.js";
import { eachTensor, withTensors } from "../../src/inspect/structured.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;
type Tensor = torch.Tensor;

let inspection: Inspection;
beforeEach(() => {
  inspection = inspectHere();
  torch.manualSeed(0);
});

const x = torch.ones(2);
const y = torch.zeros(3);

function labels(value: unknown): string[] {
  const found: string[] = [];
  eachTensor(torch, value, (_, label) => found.push(label));
  return found;
}

class State {
  readonly #secret = torch.ones(1);
  readonly hidden = x;
  readonly inner = { cells: [y] };
  get looked(): Tensor {
    throw new Error("a getter was called");
  }
  get secret(): Tensor {
    return this.#secret;
  }
}

describe("tensors are found", () => {
  test.each<[string, unknown, readonly string[]]>([
    ["in instances of classes, by field", new State(), ["hidden", "inner.cells[0]"]],
    ["in a set", new Set([x, y]), ["[0]", "[1]"]],
    ["in a map", new Map<string, unknown>([["keys", [x]]]), ["keys[0]"]],
    ["five levels of plain objects down", { a: { b: { c: { d: { e: x } } } } }, ["a.b.c.d.e"]],
    ["in what torch gives with named parts", torch.topk(torch.rand(4), 2), ["values", "indices"]],
    ["in distributions, by parameter", new torch.distributions.Normal(x, x.add(1)), ["loc", "scale"]],
    ["in distributions that keep theirs to themselves", new torch.distributions.Categorical({ logits: y }), ["logits"]],
  ])("%s", (_, value, expected) => {
    expect(labels(value)).toEqual(expected);
  });

  test("once where a structure leads back to itself", () => {
    const list: unknown[] = [x];
    list.push(list);
    expect(labels(list)).toEqual(["[0]"]);
    const node: { value: Tensor; next?: unknown } = { value: x };
    node.next = { value: y, before: node };
    expect(labels(node)).toEqual(["value", "next.value"]);
  });

  test("in a structure too deep to look through, as far as the bound", () => {
    let deep: unknown = x;
    for (let level = 0; level < 100_000; level++) deep = { deep, here: level > 99_990 ? y : null };
    expect(labels(deep)).toHaveLength(9);
  });

  test("and changed in copies, whatever they lie in", () => {
    const ring: { at: Tensor; list: Tensor[]; back?: unknown } = { at: x, list: [x, y] };
    ring.back = ring;
    const state = new State();
    const [copy, copiedState, same] = withTensors(torch, [ring, state, "text"], (tensor) => (tensor === x ? y : tensor)) as [typeof ring, State, string];
    expect(copy.at).toBe(y);
    expect(copy.list.map((each) => each === y)).toEqual([true, true]);
    expect(copy.back).toBe(copy);
    expect(copiedState).toBeInstanceOf(State);
    expect(copiedState.hidden).toBe(y);
    expect(copiedState.inner).toBe(state.inner);
    expect([ring.at, ring.list[0], state.hidden].every((each) => each === x)).toBe(true);
    expect(same).toBe("text");
  });
});

describe("a pass takes and gives structures", () => {
  test("of classes of the user's own, with the state in an argument", () => {
    class Policy {
      constructor(readonly logits: Tensor) {}
    }
    class Batch {
      constructor(
        readonly tokens: Tensor,
        readonly mask: Tensor,
      ) {}
    }
    class Net extends nn.Module {
      linear = new nn.Linear(3, 2);
      override forward(batch: Batch): Policy {
        return new Policy(this.linear(batch.tokens.mul(batch.mask)));
      }
    }
    const net = new Net();
    net(new Batch(torch.rand(4, 3), torch.ones(4, 3)));
    const { trace } = snapshotOf(inspection, net);
    expect(trace!.inputs.map(({ label }) => label)).toEqual(["tokens", "mask"]);
    expect(trace!.outputs.map(({ label }) => label)).toEqual(["logits"]);
    expect(trace!.values.filter(({ source }) => source.kind === "constant")).toEqual([]);
  });

  test("an output that contains itself is one output", () => {
    class Net extends nn.Module {
      linear = new nn.Linear(3, 2);
      override forward(input: Tensor): unknown {
        const out: Record<string, unknown> = { y: this.linear(input) };
        out.self = out;
        return out;
      }
    }
    const net = new Net();
    net(torch.rand(1, 3));
    expect(snapshotOf(inspection, net).trace!.outputs.map(({ label }) => label)).toEqual(["y"]);
  });

  test("a module that hands out its input among other results is on the way, and what the caller gave is left as it was", () => {
    class Both extends nn.Module {
      l = new nn.Linear(3, 3);
      override forward(input: Tensor): [Tensor, Tensor] {
        return [this.l(input), input];
      }
    }
    class Cell extends nn.Module {
      override forward(state: { h: Tensor }): { h: Tensor } {
        return state;
      }
    }
    class Net extends nn.Module {
      both = new Both();
      cell = new Cell();
      override forward(input: Tensor): Tensor {
        const [a, b] = this.both(input);
        const state = { h: a.mul(2) };
        const { h } = state;
        if (this.cell(state) !== state || state.h !== h) throw new Error("the state is another");
        return a.add(b);
      }
    }
    const net = new Net();
    net(torch.rand(2, 3));
    const { trace } = snapshotOf(inspection, net);
    const both = trace!.steps.findIndex((step) => step.kind === "module" && step.path === "both");
    const add = trace!.steps.at(-1)!;
    expect(trace!.values[add.inputs[1]!.value]!.source).toEqual({ kind: "step", step: both, handsOn: trace!.steps[both]!.inputs[0]!.value });
    expect(trace!.steps[both]!.outputs[1]!.value).toBe(add.inputs[1]!.value);
    expect(trace!.steps[both]!.inputs[0]!.value).not.toBe(add.inputs[1]!.value);
  });
});

describe("names of Module's methods that a model uses for fields", () => {
  test("change nothing: it runs, trains, is inspected and runs again", () => {
    class Net extends nn.Module {
      conv = new nn.Conv2d(3, 4, 3);
      override modules = [this.conv] as never;
      override children = ["not a method"] as never;
      override parameters = 4 as never;
      override buffers = {} as never;
      override namedModules = "a" as never;
      override namedParameters = "b" as never;
      override namedBuffers = "c" as never;
      override namedChildren = "d" as never;
      override forward(input: Tensor): Tensor {
        return this.conv(input);
      }
    }
    const outer = new nn.Sequential(new Net());
    outer
      .eval()
      .train()
      .apply(() => {});
    outer.requiresGrad_(false).double().float();
    expect([...outer.parameters()].length).toBe(2);
    expect([...outer.stateDict().keys()]).toEqual(["0.conv.weight", "0.conv.bias"]);
    const net = new Net();
    net.eval();
    net.requiresGrad_();
    net.zeroGrad();
    net.to(torch.float64).to(torch.float32);
    net(torch.rand(1, 3, 8, 8));
    expect(() => net(torch.rand(1, 2, 8, 8))).toThrow(expect.objectContaining({ modulePath: "conv (Conv2d)" }) as Error);
    expect(snapshotOf(inspection, net).totals.parameters).toBe(3 * 4 * 9 + 4);
    inspection.reinitialize({ model: "model", target: { kind: "model" }, choice: { kind: "asConstructed" }, seed: 1 });
    expect(snapshotOf(inspectHere(), new Net()).trace!.origin).toBe("inferred");
  });
});
