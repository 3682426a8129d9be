import { describe, expect, it } from "vitest";
import { nn } from "../../src/engine/index.js";

describe("Sequential", () => {
  it("is indexed by position, whatever its modules are called", () => {
    const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2), new nn.ReLU());
    const part = net.slice(1);
    expect([...part.namedChildren()].map(([name]) => name)).toEqual(["1", "2", "3"]);
    expect(part[0]).toBe(net[1]);
    expect(part[1]).toBe(net[2]);
    expect(part[3]).toBeUndefined();
    expect([...part.stateDict().keys()]).toEqual(["2.weight", "2.bias"]);

    const named = new nn.Sequential();
    named.addModule("block 0", net[0]);
    named.addModule("0", net[1]);
    expect(named[0]).toBe(net[0]);
    expect(named[1]).toBe(net[1]);
  });

  it("takes a module at a position in place of the one there", () => {
    const net: nn.Sequential = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());
    const tanh = new nn.Tanh();
    (net as unknown as nn.Module[])[1] = tanh;
    expect([...net].at(-1)).toBe(tanh);
    expect(String(net)).toBe("Sequential(\n  (0): Linear(in_features=4, out_features=8, bias=True)\n  (1): Tanh()\n)");
  });

  it("is inserted into, popped from and extended as PyTorch does", () => {
    const net: nn.Sequential = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());
    net.insert(1, new nn.Tanh()).append(new nn.Linear(8, 1));
    expect([...net.namedChildren()].map(([name, module]) => `${name} ${module.constructor.name}`)).toEqual(["0 Linear", "1 Tanh", "2 ReLU", "3 Linear"]);
    expect(net.pop()).toBeInstanceOf(nn.Linear);
    expect(net.length).toBe(3);
  });
});
