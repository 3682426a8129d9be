import * as torch from "layerscope";
import { describe, expect, test, vi } from "vitest";

const { nn } = torch;
const { parametrize, parametrizations } = nn.utils;

describe("deepcopy", () => {
  test("shares nothing with the original and keeps ties", () => {
    const shared = new nn.Linear(2, 2);
    const net = new nn.Sequential(shared, new nn.ReLU(), shared);
    const copy = torch.deepcopy(net);
    expect(copy[0]).not.toBe(net[0]);
    expect(copy[2]).toBe(copy[0]);
    expect(String(copy)).toBe(String(net));
    expect([...copy.parameters()]).toHaveLength(2);
    copy[0].weight.data.fill_(1);
    expect(net[0].weight.data.sum().item()).not.toBe(4);
  });

  test("keeps tensors tied that are views of one memory", () => {
    const [whole, half] = torch.deepcopy([torch.zeros(4), torch.zeros(4)].map((x, i, all) => (i === 0 ? x : all[0]!.narrow(0, 0, 2))));
    half!.fill_(1);
    expect(whole!.tolist()).toEqual([1, 1, 0, 0]);
  });

  test("copies buffers, gradients, modes and fields that are not modules", () => {
    class Net extends nn.Module {
      norm = new nn.BatchNorm1d(2);
      widths = [1, 2];
      override forward(x: torch.Tensor): torch.Tensor {
        return this.norm(x).mul(this.widths[1]!);
      }
    }
    const net = new Net();
    net(
      torch.tensor([
        [1.5, 2],
        [2.5, 5],
      ]),
    )
      .sum()
      .backward();
    net.eval();
    const copy = torch.deepcopy(net);
    net.widths[1] = 7;
    net.norm.runningMean!.fill_(9);
    expect(copy.training).toBe(false);
    expect(copy.widths).toEqual([1, 2]);
    expect(copy.norm.runningMean!.tolist()).toEqual([expect.closeTo(0.2), expect.closeTo(0.35)]);
    expect(copy.norm.weight.grad!.tolist()).toEqual(net.norm.weight.grad!.tolist());
    expect(copy.norm.weight.grad === net.norm.weight.grad).toBe(false);
    expect(copy(torch.zeros(1, 2)).shape).toEqual(torch.Size.fromArray([1, 2]));
  });

  test("an observer learns of the modules and where their values come from", () => {
    const layer = new nn.Linear(2, 2);
    const constructed: string[] = [];
    const copied: [torch.Tensor, torch.Tensor][] = [];
    const before = torch.observe({
      moduleConstructed: (module) => void constructed.push(module.constructor.name),
      copied: (original, copy) => void copied.push([original, copy]),
    });
    const copy = torch.deepcopy(new nn.Sequential(layer));
    torch.observe(before);
    expect(constructed).toEqual(["Sequential", "Sequential", "Linear"]);
    expect(copied.map(([original, made]) => original === layer.weight && made === copy[0].weight)).toEqual([true, false]);
  });

  test("refuses what an operation made, as PyTorch does", () => {
    expect(() => torch.deepcopy(torch.ones(2, { requiresGrad: true }).mul(2))).toThrow("Only Tensors created explicitly by the user");
  });
});

describe("full backward hooks", () => {
  test("see gradients of inputs and outputs, and replace them", () => {
    const net = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 1));
    const seen: string[] = [];
    const handle = net[1].registerFullBackwardHook((module, gradInput, gradOutput) => {
      seen.push(`${module.constructor.name} ${gradInput[0]!.shape} ${String(gradOutput[0]!.tolist())}`);
      return [gradInput[0]!.mul(0)];
    });
    net[1].registerFullBackwardPreHook((_, gradOutput) => [gradOutput[0]!.mul(2)]);
    net(torch.ones(1, 2)).sum().backward();
    expect(seen).toEqual(["Linear torch.Size([1, 3]) 2"]);
    expect(net[0].weight.grad!.abs().sum().item()).toBe(0);
    expect(net[1].bias.grad!.tolist()).toEqual([2]);
    handle.remove();
    net(torch.ones(1, 2)).sum().backward();
    expect(seen).toHaveLength(1);
  });

  test("run with null where no input requires a gradient", () => {
    const layer = new nn.Linear(2, 1);
    const hook = vi.fn();
    layer.registerFullBackwardHook((_, gradInput) => hook([...gradInput]) as undefined);
    layer(torch.ones(1, 2)).sum().backward();
    expect(hook).toHaveBeenCalledWith([null]);
    layer.registerFullBackwardHook(() => [torch.ones(1, 2)]);
    expect(() => layer(torch.ones(1, 2)).sum().backward()).toThrow("no input requires gradient");
  });

  test("see all arguments at once, whichever gradients there are", () => {
    class Pair extends nn.Module {
      override forward(x: torch.Tensor, y: torch.Tensor, z: torch.Tensor): [torch.Tensor, torch.Tensor] {
        return [x.mul(y), z];
      }
    }
    const pair = new Pair();
    const seen: (number | null)[][] = [];
    pair.registerFullBackwardHook((_, gradInput, gradOutput) => {
      seen.push([...gradInput, ...gradOutput].map((gradient) => gradient && gradient.item()));
    });
    const [x, y, z] = [2, 3, 4].map((value) => torch.tensor(value, { dtype: torch.float32, requiresGrad: true })) as [torch.Tensor, torch.Tensor, torch.Tensor];
    pair(x, y, z)[0].backward();
    expect(seen).toEqual([[3, 2, null, 1, null]]);
    expect([x.grad!.item(), y.grad!.item(), z.grad]).toEqual([3, 2, null]);
  });

  test("can be global", () => {
    const names: string[] = [];
    const handle = nn.registerModuleFullBackwardHook((module) => void names.push(module.constructor.name));
    new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU())(torch.ones(1, 2, { requiresGrad: true }))
      .sum()
      .backward();
    handle.remove();
    expect(names).toEqual(["ReLU", "Linear", "Sequential"]);
  });
});

describe("state dicts", () => {
  test("missing names come before unexpected ones in the error", () => {
    const from = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 2));
    const into = new nn.Sequential(new nn.Linear(2, 2), new nn.ReLU(), new nn.Linear(2, 2));
    expect(() => into.loadStateDict(from.stateDict())).toThrow(
      'Error(s) in loading state_dict for Sequential:\n\tMissing key(s) in state_dict: "2.weight", "2.bias". \n\tUnexpected key(s) in state_dict: "1.weight", "1.bias". ',
    );
    expect(into.loadStateDict(from.stateDict(), { strict: false })).toEqual({
      missingKeys: ["2.weight", "2.bias"],
      unexpectedKeys: ["1.weight", "1.bias"],
    });
  });

  test("what is no tensor is named by its type in Python", () => {
    expect(() => new nn.Linear(1, 1, { bias: false }).loadStateDict({ weight: 1 as unknown as torch.Tensor })).toThrow(
      "While copying the parameter named \"weight\", expected torch.Tensor or Tensor-like object from checkpoint but received <class 'int'>",
    );
  });

  test("assign takes the given tensors themselves", () => {
    const layer = new nn.Linear(2, 2, { bias: false });
    const weight = torch.ones(2, 2);
    layer.loadStateDict({ weight }, { assign: true });
    weight.fill_(5);
    expect(layer.weight.tolist()).toEqual([
      [5, 5],
      [5, 5],
    ]);
    expect(layer.weight.requiresGrad).toBe(true);
  });

  test("a batch normalization's count may be missing where the dict states no version", () => {
    const norm = new nn.BatchNorm1d(2);
    const full = norm.stateDict();
    const plain = new Map([...full].filter(([name]) => name !== "num_batches_tracked"));
    expect(() => norm.loadStateDict(plain)).not.toThrow();
    full.delete("num_batches_tracked");
    expect(() => norm.loadStateDict(full)).toThrow('Missing key(s) in state_dict: "num_batches_tracked". ');
  });

  test("extra state is kept and given back", () => {
    class Counter extends nn.Module {
      count = 3;
      override getExtraState(): torch.Tensor {
        return torch.tensor(this.count);
      }
      override setExtraState(state: torch.Tensor): void {
        this.count = state.item();
      }
      override forward(x: torch.Tensor): torch.Tensor {
        return x;
      }
    }
    const [from, into] = [new Counter(), new Counter()];
    from.count = 8;
    into.loadStateDict(from.stateDict());
    expect([...from.stateDict().keys()]).toEqual(["_extra_state"]);
    expect(into.count).toBe(8);
  });

  test("a lazy module takes its shape from the dict", () => {
    const lazy = new nn.LazyBatchNorm1d();
    const norm = new nn.BatchNorm1d(3);
    norm.runningMean!.fill_(4);
    lazy.loadStateDict(norm.stateDict());
    lazy.eval();
    expect(
      lazy(torch.full([1, 3], 4.5))
        .sub(0.5)
        .abs()
        .lt(1e-5)
        .tolist(),
    ).toEqual([[true, true, true]]);
    expect(String(lazy)).toBe(String(norm));
  });
});

describe("layers under PyTorch's names", () => {
  test("are read in lowerCamelCase too", () => {
    const norm = new nn.BatchNorm2d(2);
    expect(norm.runningMean).toBe(norm.getBuffer("running_mean"));
    const lstm = new nn.LSTM(2, 3, { numLayers: 2, bidirectional: true });
    expect(lstm.weightIhL1Reverse).toBe(lstm.getParameter("weight_ih_l1_reverse"));
    const layer = new nn.TransformerEncoderLayer(4, 2);
    expect(layer.selfAttn.outProj.weight).toBe(layer.getParameter("self_attn.out_proj.weight"));
  });

  test("lists and dictionaries of parameters print as PyTorch prints them", () => {
    const two = [torch.zeros(2, 3), torch.zeros(4)];
    expect(String(new nn.ParameterList(two))).toBe(
      "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2x3]\n    (1): Parameter containing: [torch.float32 of size 4]\n)",
    );
    expect(String(new nn.ParameterList(two.slice(0, 1)))).toBe("ParameterList(  (0): Parameter containing: [torch.float32 of size 2x3])");
    expect(String(new nn.ParameterDict({ a: two[1]! }))).toBe("ParameterDict(  (a): Parameter containing: [torch.FloatTensor of size 4])");
  });
});

describe("parametrizations", () => {
  test("weightNorm keeps what the layer computes and separates size from direction", () => {
    torch.manualSeed(0);
    const layer = new nn.Linear(2, 3);
    const x = torch.randn(4, 2);
    const before = layer(x).tolist() as number[][];
    parametrizations.weightNorm(layer);
    expect(String(layer)).toBe(
      "ParametrizedLinear(\n  in_features=2, out_features=3, bias=True\n  (parametrizations): ModuleDict(\n    (weight): ParametrizationList(\n      (0): _WeightNorm()\n    )\n  )\n)",
    );
    expect([...layer.namedParameters()].map(([name, { shape }]) => `${name} ${shape}`)).toEqual([
      "bias torch.Size([3])",
      "parametrizations.weight.original0 torch.Size([3, 1])",
      "parametrizations.weight.original1 torch.Size([3, 2])",
    ]);
    const close = (rows: readonly number[][]): unknown => rows.map((row) => row.map((value) => expect.closeTo(value, 6) as unknown));
    expect(layer(x).tolist()).toEqual(close(before));
    parametrize.removeParametrizations(layer, "weight");
    expect(String(layer)).toBe("Linear(in_features=2, out_features=3, bias=True)");
    expect(layer(x).tolist()).toEqual(close(before));
  });

  test("spectralNorm makes the largest singular value 1", () => {
    torch.manualSeed(0);
    const layer = parametrizations.spectralNorm(new nn.Linear(4, 3));
    for (let i = 0; i < 50; i++) layer(torch.ones(1, 4));
    const gram = layer.weight.detach().matmul(layer.weight.detach().t());
    let vector = torch.ones(3);
    for (let i = 0; i < 200; i++) vector = nn.functional.normalize(gram.mv(vector), { dim: 0 });
    expect(gram.mv(vector).norm().item()).toBeCloseTo(1, 4);
  });

  test("one's own, in a copy too, and set by assignment", () => {
    class Symmetric extends nn.Module {
      override forward(x: torch.Tensor): torch.Tensor {
        return x.triu().add(x.triu(1).transpose(-1, -2));
      }
      rightInverse(x: torch.Tensor): torch.Tensor {
        return x.triu();
      }
    }
    const layer = torch.deepcopy(parametrize.registerParametrization(new nn.Linear(2, 2), "weight", new Symmetric()));
    (layer as { weight: torch.Tensor }).weight = torch.tensor(
      [
        [1, 2],
        [2, 3],
      ],
      { dtype: torch.float32 },
    );
    expect(layer.weight.tolist()).toEqual([
      [1, 2],
      [2, 3],
    ]);
    expect(parametrize.isParametrized(layer, "weight")).toBe(true);
    expect(() => parametrize.registerParametrization(layer, "nothing", new Symmetric())).toThrow(
      "does not have a parameter, a buffer, or a parametrized element with name 'nothing'",
    );
  });

  test("parametersToVector and back", () => {
    const layer = new nn.Linear(2, 2);
    const vector = nn.utils.parametersToVector(layer.parameters());
    nn.utils.vectorToParameters(torch.arange(6, { dtype: torch.float32 }), layer.parameters());
    expect(vector.shape.numel()).toBe(6);
    expect([layer.weight.tolist(), layer.bias.tolist()]).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
      [4, 5],
    ]);
  });
});

describe("on the meta device", () => {
  const cases: [string, () => torch.nn.Module, number[][]][] = [
    ["BatchNorm2d", () => new nn.BatchNorm2d(3), [[2, 3, 4, 4]]],
    ["GroupNorm", () => new nn.GroupNorm(3, 6), [[2, 6, 4]]],
    ["LSTM", () => new nn.LSTM(4, 6, { numLayers: 2, bidirectional: true, projSize: 3 }), [[5, 2, 4]]],
    ["GRU", () => new nn.GRU(4, 6, { batchFirst: true }), [[5, 2, 4]]],
    [
      "MultiheadAttention",
      () => new nn.MultiheadAttention(4, 2, { addZeroAttn: true, addBiasKv: true }),
      [
        [3, 2, 4],
        [5, 2, 4],
        [5, 2, 4],
      ],
    ],
    [
      "Transformer",
      () => new nn.Transformer({ dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 8 }),
      [
        [3, 2, 4],
        [2, 2, 4],
      ],
    ],
  ];
  test.each(cases)("%s infers the shapes that it computes on the CPU", (_, make, shapes) => {
    const shapesOf = (output: unknown): unknown =>
      output instanceof torch.Tensor ? String(output.shape) : Array.isArray(output) ? output.map(shapesOf) : output;
    const run = (): unknown => (make() as unknown as (...inputs: torch.Tensor[]) => unknown)(...shapes.map((shape) => torch.randn(shape)));
    const onMeta = torch.withDevice("meta", run);
    expect(shapesOf(onMeta)).toEqual(shapesOf(run()));
  });
});

describe("weight normalization by a hook", () => {
  const { weightNorm, removeWeightNorm } = nn.utils;
  const names = (module: torch.nn.Module): string[] => [...module.namedParameters()].map(([name]) => name);

  test("computes the weight before each pass", () => {
    torch.manualSeed(0);
    const layer = weightNorm(new nn.Linear(3, 2));
    const { weight_g: g, weight_v: v } = layer as unknown as Record<string, torch.Tensor>;
    expect(names(layer)).toEqual(["bias", "weight_g", "weight_v"]);
    expect([String(layer), String(g!.data)]).toEqual(["Linear(in_features=3, out_features=2, bias=True)", "tensor([[0.5672],\n        [0.5039]])"]);
    torch.noGrad(() => g!.mul_(2));
    const y = layer(torch.ones([1, 3]));
    y.sum().backward();
    expect([y.detach(), g!.grad, v!.grad].map(String)).toEqual([
      "tensor([[-0.3510, -0.5271]])",
      "tensor([[-0.2993],\n        [-0.9772]])",
      "tensor([[1.9954, 2.3269, 1.4985],\n        [0.3522, 1.1376, 2.6004]])",
    ]);
  });

  test("has one norm a slice of any dimension, or one in all", () => {
    const shapeOfG = (dim: number | null): string =>
      String((weightNorm(new nn.Conv2d(2, 3, 2), { dim }) as unknown as { weight_g: torch.Tensor }).weight_g.shape);
    expect([null, 0, 1, -2].map(shapeOfG)).toEqual(["torch.Size([])", "torch.Size([3, 1, 1, 1])", "torch.Size([1, 2, 1, 1])", "torch.Size([1, 1, 2, 1])"]);
  });

  test("is taken away again", () => {
    const layer = weightNorm(new nn.Linear(3, 2));
    const x = torch.ones([1, 3]);
    const before = layer(x);
    expect(() => weightNorm(layer)).toThrow("Cannot register two weight_norm hooks on the same parameter weight");
    expect(names(removeWeightNorm(layer))).toEqual(["bias", "weight"]);
    expect(layer(x).sub(before).abs().max().item()).toBeLessThan(1e-6);
    expect(() => removeWeightNorm(layer)).toThrow("weight_norm of 'weight' not found in Linear(in_features=3, out_features=2, bias=True)");
    expect(() => weightNorm(layer, "foo")).toThrow("'Linear' object has no attribute 'foo'");
  });
});

describe("spectral normalization by a hook", () => {
  // The numbers are PyTorch's, from the same seed.
  test("computes, learns and prints as PyTorch's", () => {
    torch.manualSeed(0);
    const net = nn.utils.spectralNorm(new nn.Linear(3, 2), { nPowerIterations: 2 });
    const x = torch.tensor([[1, 2, 3]], { dtype: torch.float32, requiresGrad: true });
    const y = net(x);
    y.sum().backward();
    const near = (tensor: torch.Tensor, values: readonly number[]) =>
      expect(torch.allclose(tensor.flatten(), torch.tensor(values, { dtype: torch.float32 }))).toBe(true);
    near(y, [-2.149613618850708, -0.6111721396446228]);
    near(
      net.getParameter("weight_orig").grad!,
      [-1.6712512969970703, 5.3805742263793945, 5.879426002502441, -3.6811976432800293, 5.4290995597839355, 4.9301347732543945],
    );
    near(x.grad!, [-1.132388949394226, 0.23044425249099731, -0.845207154750824]);
    near(net.getBuffer("weight_u"), [-0.5634074807167053, -0.8261791467666626]);
    expect([...net.stateDict().keys()]).toEqual(["bias", "weight_orig", "weight_u", "weight_v"]);
    net.eval();
    near(net(x), [-2.149613618850708, -0.6111721396446228]);
    nn.utils.removeSpectralNorm(net);
    expect([...net.stateDict().keys()]).toEqual(["bias", "weight"]);
    near(net(x), [-2.149613618850708, -0.6111721396446228]);
    const transposed = nn.utils.spectralNorm(new nn.ConvTranspose1d(2, 3, 2));
    expect([transposed.getBuffer("weight_u").sizes, transposed.getBuffer("weight_v").sizes]).toEqual([[3], [4]]);
    expect(() => nn.utils.spectralNorm(transposed)).toThrow("Cannot register two spectral_norm hooks on the same parameter weight");
    expect(() => nn.utils.removeSpectralNorm(net)).toThrow("spectral_norm of 'weight' not found in Linear(in_features=3, out_features=2, bias=True)");
  });
});

test("devices by their names, special functions under theirs", () => {
  expect([torch.device("cpu"), torch.device("meta")]).toEqual(["cpu", "meta"]);
  expect(() => torch.device("cuda")).toThrow("device cuda is not available");
  expect(torch.special.expit(torch.zeros(1)).item()).toBe(0.5);
  expect(torch.special.gammaln(torch.tensor(3, { dtype: torch.float64 })).item()).toBeCloseTo(Math.log(2), 12);
  expect([torch.isSigned(torch.zeros(1)), torch.isSigned(torch.zeros([1], { dtype: torch.uint8 })), torch.isComplex(torch.zeros(1))]).toEqual([
    true,
    false,
    false,
  ]);
});

describe("hooks", () => {
  const registers: Readonly<Record<string, (net: torch.nn.Linear, hook: () => void) => torch.nn.RemovableHandle>> = {
    forward: (net, hook) => net.registerForwardHook(hook),
    "before forward": (net, hook) => net.registerForwardPreHook(hook),
    backward: (net, hook) => net.registerFullBackwardHook(hook),
    "before backward": (net, hook) => net.registerFullBackwardPreHook(hook),
    "state dict": (net, hook) => net.registerStateDictPostHook(hook),
    "before state dict": (net, hook) => net.registerStateDictPreHook(hook),
    loading: (net, hook) => net.registerLoadStateDictPostHook(hook),
    "before loading": (net, hook) => net.registerLoadStateDictPreHook(hook),
    "every forward": (_, hook) => nn.registerModuleForwardHook(hook),
    "before every forward": (_, hook) => nn.registerModuleForwardPreHook(hook),
    "every backward": (_, hook) => nn.registerModuleFullBackwardHook(hook),
    "before every backward": (_, hook) => nn.registerModuleFullBackwardPreHook(hook),
    "a gradient": (net, hook) => net.weight.registerHook(hook),
  };

  test.each(Object.entries(registers))("of %s are removed by their handle, one registered twice too", (_, register) => {
    const net = new nn.Linear(2, 1);
    const hook = vi.fn();
    const quiet = () => void hook();
    const calls = (): number => {
      hook.mockClear();
      net(torch.ones(1, 2, { requiresGrad: true }))
        .sum()
        .backward();
      net.loadStateDict(net.stateDict());
      return hook.mock.calls.length;
    };
    const first = register(net, quiet);
    const second = register(net, quiet);
    expect(calls()).toBe(2);
    first.remove();
    expect(calls()).toBe(1);
    const third = register(net, quiet);
    first.remove();
    expect(calls()).toBe(2);
    second.remove();
    third.remove();
    expect(calls()).toBe(0);
  });
});

describe("hooks of forward with options", () => {
  class Scaled extends nn.Module {
    override forward(x: torch.Tensor, { scale = 1, fail = false }: { readonly scale?: number; readonly fail?: boolean } = {}): torch.Tensor {
      if (fail) throw new torch.ValueError("no");
      return x.mul(scale);
    }
  }

  test("withKwargs: the options that the call ends with come apart, and are given back so", () => {
    const log: unknown[] = [];
    const net = new Scaled();
    net.registerForwardPreHook(
      (_, args, kwargs) => {
        log.push(["pre", args.length, kwargs]);
        return [args, { scale: 3 }];
      },
      { withKwargs: true },
    );
    net.registerForwardHook(
      (_, args, kwargs, output) => {
        log.push(["post", args.length, kwargs, (output as torch.Tensor).item()]);
        return (output as torch.Tensor).add(1);
      },
      { withKwargs: true },
    );
    net.registerForwardHook((_, args, output) => void log.push(["plain", args.length, (output as torch.Tensor).item()]));
    expect(net(torch.tensor(2), { scale: 2 }).item()).toBe(7);
    expect(log).toEqual([
      ["pre", 1, { scale: 2 }],
      ["post", 1, { scale: 3 }, 6],
      ["plain", 2, 7],
    ]);
    const wrong = new Scaled();
    wrong.registerForwardPreHook((() => 1) as never, { withKwargs: true });
    expect(() => wrong(torch.tensor(2))).toThrow("forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got int.");
  });

  test("alwaysCall: where forward throws, with what there is of a result; what it throws itself is a warning", () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const log: unknown[] = [];
    const net = new Scaled();
    net.registerForwardHook(() => void log.push("plain"));
    net.registerForwardHook((_, __, output) => void log.push(["always", output]), { alwaysCall: true });
    net.registerForwardHook(
      () => {
        log.push("bad");
        throw new torch.KeyError("x");
      },
      { alwaysCall: true },
    );
    expect(() => net(torch.tensor(2), { fail: true })).toThrow(torch.ValueError);
    expect(log).toEqual([["always", null], "bad"]);
    expect(warned.mock.lastCall![0]).toContain(
      "module forward hook with ``always_call=True`` raised an exception that was silenced as another error was raised in forward: ",
    );
    log.length = 0;
    expect(() => net(torch.tensor(2))).toThrow(torch.KeyError);
    expect(log, "each once").toEqual(["plain", ["always", expect.anything()], "bad"]);
    warned.mockRestore();
  });
});

test("a buffer that is registered again is persistent again", () => {
  const net = new nn.Module();
  net.registerBuffer("b", torch.zeros(1), { persistent: false });
  expect(net.stateDict().size).toBe(0);
  net.registerBuffer("b", torch.zeros(1));
  expect([...net.stateDict().keys()]).toEqual(["b"]);
  net.registerBuffer("b", torch.zeros(1), false);
  (net as unknown as { b: torch.Tensor }).b = torch.ones(1);
  expect(net.stateDict().size).toBe(0);
});

describe("moving a module", () => {
  test("takes a device, a dtype, both, options or a tensor, and leaves whole numbers alone", () => {
    const moves: ((net: torch.nn.BatchNorm1d) => unknown)[] = [
      (net) => net.to("cpu", torch.float64),
      (net) => net.to({ dtype: torch.float64 }),
      (net) => net.to({ device: "cpu", dtype: torch.float64 }),
      (net) => net.to(torch.zeros(1, { dtype: torch.float64 })),
    ];
    for (const move of moves) {
      const net = new nn.BatchNorm1d(2);
      move(net);
      expect([...net.stateDict().values()].map(({ dtype }) => dtype.name)).toEqual(["float64", "float64", "float64", "float64", "int64"]);
    }
    expect([...new nn.BatchNorm1d(2).to({ device: "meta" }).parameters()].every(({ isMeta }) => isMeta)).toBe(true);
  });

  test("refuses what it does not know", () => {
    const net = new nn.Linear(2, 2);
    expect(() => net.to({ bogus: 1 } as never)).toThrow("got an unexpected keyword argument 'bogus'; the names are device, dtype, nonBlocking");
    expect(() => torch.zeros(1).to({ bogus: 1 } as never)).toThrow("unexpected keyword argument 'bogus'");
    expect(() => net.to(torch.int64)).toThrow("nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=torch.int64");
    expect(() => net.to("cuda" as never)).toThrow("device cuda is not available");
    expect(() => net.train("x" as never)).toThrow("training mode is expected to be boolean");
  });
});

test("a loaded state dict says that all was found, or what was not", () => {
  const net = new nn.Linear(1, 1);
  expect(String(net.loadStateDict(net.stateDict()))).toBe("<All keys matched successfully>");
  expect(String(net.loadStateDict({}, { strict: false }))).toBe("_IncompatibleKeys(missing_keys=['weight', 'bias'], unexpected_keys=[])");
});

test("a warning comes once for each place", () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
  for (let i = 0; i < 3; i++) torch.nn.functional.dropout2d(torch.ones(2, 2, 2));
  torch.nn.functional.dropout2d(torch.ones(2, 2, 2));
  const texts = warned.mock.calls.map(([text]) => String(text));
  expect(texts.filter((text) => text.startsWith("UserWarning: dropout2d: Received a 3D input to dropout2d"))).toHaveLength(2);
  warned.mockRestore();
});

test("a module is put in the place that a name says", () => {
  const net = new nn.Sequential(new nn.Sequential(new nn.Linear(1, 1)));
  net.setSubmodule("0.0", new nn.ReLU());
  expect(net.getSubmodule("0.0")).toBeInstanceOf(nn.ReLU);
  expect(() => net.setSubmodule("0.x", new nn.ReLU(), { strict: true })).toThrow("Sequential has no attribute `x`");
  expect(() => net.setSubmodule("", new nn.ReLU())).toThrow("Cannot set the submodule without a target name!");
});
