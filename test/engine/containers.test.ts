import { describe, expect, test } from "vitest";
import * as torch from "layerscope";

const { nn } = torch;

describe("Sequential", () => {
  test("is indexed by position, whatever its modules are called", () => {
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

  test("takes a module at a position in place of the one there", () => {
    const net: torch.nn.Sequential = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());
    const tanh = new nn.Tanh();
    (net as unknown as torch.nn.Module[])[1] = tanh;
    expect([...net].at(-1)).toBe(tanh);
    expect(String(net)).toBe("Sequential(\n  (0): Linear(in_features=4, out_features=8, bias=True)\n  (1): Tanh()\n)");
  });

  test("is inserted into, popped from and extended as PyTorch does", () => {
    const net: torch.nn.Sequential = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());
    net.insert(1, new nn.Tanh()).append(new nn.Linear(8, 1));
    expect([...net.namedChildren()].map(([name, module]) => `${name} ${module.constructor.name}`)).toEqual(["0 Linear", "1 Tanh", "2 ReLU", "3 Linear"]);
    expect(net.pop()).toBeInstanceOf(nn.Linear);
    expect(net.length).toBe(3);
  });
});

describe("names of their own", () => {
  test("a Sequential of an object or a Map: fields, positions, states and print have them", () => {
    const net = new nn.Sequential({ conv: new nn.Linear(2, 2), relu: new nn.ReLU() });
    expect(String(net)).toBe("Sequential(\n  (conv): Linear(in_features=2, out_features=2, bias=True)\n  (relu): ReLU()\n)");
    expect([...net.stateDict().keys()]).toEqual(["conv.weight", "conv.bias"]);
    expect(net.conv).toBe(net[0]);
    expect(net(torch.ones(3, 2)).sizes).toEqual([3, 2]);
    expect(String(new nn.Sequential(new Map([["a", new nn.ReLU()]])))).toBe("Sequential(\n  (a): ReLU()\n)");
    expect(() => new nn.Sequential({ a: 3 } as never)).toThrow("int is not a Module subclass");
    expect(new nn.Sequential({}).length).toBe(0);
  });

  test("ParameterList: parts, and what may extend it", () => {
    const list = new nn.ParameterList([torch.ones(1), torch.ones(2), torch.ones(3)]);
    const part = list.slice(1);
    expect([...part].map((each) => each.sizes[0])).toEqual([2, 3]);
    expect(part[0]).toBe(list[1]);
    expect(() => list.extend(list[0]!)).toThrow(new torch.TypeError("ParameterList.extend should be called with an iterable, but got Parameter"));
    expect(() => list.extend(3 as never)).toThrow(new torch.TypeError("ParameterList.extend should be called with an iterable, but got int"));
  });

  test("ParameterDict: what Python's dictionaries have", () => {
    const all = new nn.ParameterDict({ a: torch.ones(1) });
    const a = all.get("a");
    expect(all.setdefault("a", torch.ones(5))).toBe(a);
    const b = all.setdefault("b", torch.ones(2));
    expect([...all.items()].map(([name, value]) => [name, value === all.get(name)])).toEqual([
      ["a", true],
      ["b", true],
    ]);
    const copied = all.copy();
    const [name, last] = all.popitem();
    expect(name).toBe("b");
    expect(last).toBe(b);
    expect([...copied.keys()]).toEqual(["a", "b"]);
    expect(copied.get("b")).toBe(b);
    expect([...all.fromkeys(["x", "y"], torch.ones(1)).keys()]).toEqual(["x", "y"]);
    all.clear();
    expect(() => all.popitem()).toThrow(torch.KeyError);
  });
});
