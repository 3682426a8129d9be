import { readFileSync } from "node:fs";
import { expect, describe, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { camelCase } from "./replay.js";

const { nn } = torch;

type Outcome = Readonly<Record<"parameters" | "buffers" | "modules" | "state", readonly string[]>> | { readonly error: readonly [type: string, text: string] };
type Found = { readonly type: string } | { readonly error: readonly [type: string, text: string] };

/** Written by generateMembers.py. */
const data = JSON.parse(readFileSync(new URL("data/members.json", import.meta.url), "utf8")) as {
  readonly cases: readonly (readonly [action: string, member: string | { readonly name: unknown }, value: string | null, outcome: Outcome])[];
  readonly lookups: readonly (readonly [get: "get_submodule" | "get_parameter" | "get_buffer", target: unknown, found: Found])[];
};

const values: Readonly<Record<string, () => unknown>> = {
  none: () => null,
  parameter: () => new nn.Parameter(torch.zeros(1)),
  tensor: () => torch.zeros(1),
  double: () => torch.zeros(1, { dtype: torch.float64 }),
  long: () => torch.zeros(1, { dtype: torch.int64 }),
  result: () => torch.ones(1, { requiresGrad: true }).mul(2),
  buffer: () => new nn.Buffer(torch.zeros(1)),
  temporaryBuffer: () => new nn.Buffer(torch.zeros(1), { persistent: false }),
  module: () => new nn.ReLU(),
  int: () => 5,
  float: () => 5.5,
  bool: () => true,
  str: () => "text",
  tuple: () => [1, 2],
  dict: () => ({ a: 1 }),
};

type Loose = Record<string, unknown> & Record<string, (name: unknown, value: unknown) => void>;

function make(): torch.nn.Module {
  const net = new nn.Module();
  net.registerParameter("parameter", new nn.Parameter(torch.zeros(1)));
  net.registerParameter("empty_parameter", null);
  net.registerBuffer("buffer", torch.zeros(1));
  net.registerBuffer("temporary_buffer", torch.zeros(1), { persistent: false });
  net.registerBuffer("empty_buffer", null);
  net.addModule("module", new nn.Identity());
  net.addModule("empty_module", null);
  (net as unknown as Loose).plain = 1 as never;
  return net;
}

function errorOf(error: unknown): { readonly error: readonly [string, string] } {
  return { error: [(error as Error).name, (error as Error).message] };
}

function outcome(action: string, member: string | { readonly name: unknown }, value: string | null): Outcome {
  const net = make();
  const loose = net as unknown as Loose;
  const name = typeof member === "string" ? member : member.name;
  try {
    if (action === "assign") loose[name as string] = values[value!]!() as never;
    else if (action === "delete") {
      // Python refuses to delete what is not there; JavaScript does not.
      if (!((member as string) in loose)) throw new torch.AttributeError(`'Module' object has no attribute '${String(name)}'`);
      delete loose[name as string];
    } else loose[camelCase(action)]!(name, values[value!]!());
  } catch (error) {
    return errorOf(error);
  }
  return {
    parameters: [...nn.parametersByName(net).keys()],
    buffers: [...nn.buffersByName(net).keys()],
    modules: [...nn.childrenByName(net).keys()],
    state: [...net.stateDict().keys()],
  };
}

describe("what becomes of a value under a member's name", () => {
  it.each(data.cases.map(([action, member, value, expected]) => [action, member, value, expected] as const))("%s %j: %s", (action, member, value, expected) => {
    expect(outcome(action, member, value)).toEqual(expected);
  });
});

describe("what is found under a dotted name", () => {
  it.each(data.lookups)("%s(%j)", (get, target, expected) => {
    const net = new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2)) as unknown as torch.nn.Module;
    (net as unknown as Loose).x = 5 as never;
    net.addModule("none", null);
    const find = (): Found => {
      try {
        const value = (net as unknown as Record<string, (target: unknown) => object>)[camelCase(get)]!(target);
        return { type: value instanceof torch.Tensor ? "Tensor" : value.constructor.name };
      } catch (error) {
        return errorOf(error);
      }
    };
    expect(find()).toEqual(expected);
  });
});

describe("fields that a class declares", () => {
  class Net extends nn.Module {
    weight: torch.Tensor | null = new nn.Parameter(torch.ones(3));
    layer: unknown = new nn.ReLU();
    mean: unknown = new nn.Buffer(torch.zeros(2));
  }

  it("refuse what is not of their kind from the first assignment on", () => {
    const net = new Net();
    expect(() => (net.weight = torch.roll(net.weight!, 1, 0))).toThrow(
      "cannot assign 'torch.FloatTensor' as parameter 'weight' (torch.nn.Parameter or None expected)",
    );
    expect(() => (net.layer = torch.ones(1))).toThrow("cannot assign 'torch.FloatTensor' as child module 'layer' (torch.nn.Module or None expected)");
    expect(() => (net.mean = 5)).toThrow("cannot assign 'int' as buffer 'mean' (torch.nn.Buffer, torch.Tensor or None expected)");
    expect([...net.stateDict().keys()]).toEqual(["weight", "mean"]);
  });

  it("of PyTorch's layers refuse it under both names", () => {
    const norm = new nn.BatchNorm1d(2);
    expect(() => (norm.runningMean = 5 as never)).toThrow("cannot assign 'int' as buffer 'running_mean'");
    expect(() => ((norm as unknown as Loose).weight = torch.ones(2) as never)).toThrow("cannot assign 'torch.FloatTensor' as parameter 'weight'");
  });
});

describe("positions of a container", () => {
  it("count from the end, and must exist", () => {
    const net = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU()) as unknown as Record<number, unknown> & torch.nn.Module;
    const last = new nn.Tanh();
    net[-1] = last;
    expect([net[1] === last, net[-1] === last, net[-2] === net[0], net.length]).toEqual([true, true, true, 2]);
    for (const index of [2, 7, -3]) expect(() => (net[index] = new nn.ReLU())).toThrow(new torch.IndexError(`index ${index} is out of range`));
    expect(() => (net[0] = torch.ones(1))).toThrow("torch.FloatTensor is not a Module subclass");
    expect([...net.namedChildren()].map(([name]) => name)).toEqual(["0", "1"]);
  });

  it("of parameters take tensors", () => {
    const list = new nn.ParameterList([torch.zeros(1), torch.zeros(2)]) as unknown as Record<number, torch.Tensor> & torch.nn.Module;
    list[-1] = torch.ones(4);
    expect([...list.parameters()].map((parameter) => parameter.numel())).toEqual([1, 4]);
    expect(list[-1]).toBeInstanceOf(nn.Parameter);
    expect(() => (list[2] = torch.ones(1))).toThrow("index 2 is out of range");
  });
});

describe("hooks on registration", () => {
  it("see every member, and may replace it", () => {
    const seen: string[] = [];
    const handles = [
      nn.registerModuleParameterRegistrationHook((module, name, parameter) => {
        seen.push(`${module.constructor.name}.${name}`);
        return parameter && new nn.Parameter(parameter.detach().add(1));
      }),
      nn.registerModuleBufferRegistrationHook((_, name) => void seen.push(`buffer ${name}`)),
      nn.registerModuleModuleRegistrationHook((_, name) => void seen.push(`module ${name}`)),
    ];
    class Net extends nn.Module {
      weight = new nn.Parameter(torch.zeros(2));
      mean = new nn.Buffer(torch.zeros(1));
      act = new nn.ReLU();
    }
    const net = new Net();
    handles.forEach((handle) => handle.remove());
    net.registerParameter("later", new nn.Parameter(torch.zeros(1)));
    expect(seen).toEqual(["Net.weight", "buffer mean", "module act"]);
    expect(net.weight.tolist()).toEqual([1, 1]);
  });
});
