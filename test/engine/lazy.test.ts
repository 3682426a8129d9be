import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";

const { nn } = torch;

const noShape = "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict`";
const unusable = (method: string, type = "UninitializedParameter"): string =>
  `Attempted to use an uninitialized parameter in <method '${method}' of 'torch._C.TensorBase' objects>. This error happens when you are using a \`LazyModule\` or explicitly manipulating \`torch.nn.parameter.${type}\` objects. When using LazyModules Call \`forward\` with a dummy batch to initialize the parameters before calling torch functions`;

describe("a parameter or buffer without a shape", () => {
  const { weight } = new nn.LazyLinear(3);
  const { runningMean } = new nn.LazyBatchNorm1d();

  it("has a dtype and a device, and prints as what it is", () => {
    expect([weight.dtype, weight.device, weight.requiresGrad, weight.grad, weight.isFloatingPoint()]).toEqual([torch.float32, "cpu", true, null, true]);
    expect([String(weight), String(runningMean)]).toEqual(["<UninitializedParameter>", "<UninitializedBuffer>"]);
    expect(nn.isUninitialized(weight)).toBe(true);
  });

  it("has no shape to be asked for", () => {
    expect(() => weight.shape).toThrow(torch.RuntimeError);
    expect(() => weight.shape).toThrow(noShape);
    expect(() => runningMean!.shape).toThrow(noShape);
  });

  it.each<[string, (x: torch.Tensor) => unknown]>([
    ["numel", (x) => x.numel()],
    ["dim", (x) => x.dim()],
    ["stride", (x) => x.stride()],
    ["is_contiguous", (x) => x.isContiguous()],
    ["storage_offset", (x) => x.storageOffset()],
    ["element_size", (x) => x.elementSize()],
    ["item", (x) => x.item()],
    ["tolist", (x) => x.tolist()],
    ["detach", (x) => x.detach()],
    ["add", (x) => x.add(1)],
    ["add", (x) => torch.add(torch.ones(2), x)],
    ["mul", (x) => x.mul(x)],
    ["sum", (x) => x.sum()],
    ["t", (x) => x.t()],
    ["view", (x) => x.view(1)],
    ["clone", (x) => x.clone()],
    ["zero_", (x) => x.zero_()],
    ["stack", (x) => torch.stack([x, x])],
    ["linear", (x) => nn.functional.linear(torch.zeros(2, 2), x)],
    ["conv2d", (x) => nn.functional.conv2d(torch.zeros(1, 2, 4, 4), x)],
  ])("refuses %s", (method, use) => {
    for (const [tensor, type] of [
      [weight, "UninitializedParameter"],
      [runningMean!, "UninitializedBuffer"],
    ] as const) {
      expect(() => torch.noGrad(() => use(tensor))).toThrow(torch.ValueError);
      expect(() => torch.noGrad(() => use(tensor))).toThrow(unusable(method, type));
    }
  });

  it("is a parameter, or a tensor, like others once it has one", () => {
    const parameter = new nn.UninitializedParameter({ dtype: torch.float64 });
    parameter.materialize(torch.zeros(2, 3, { dtype: torch.float64 }));
    expect([parameter.shape, parameter.requiresGrad, nn.isUninitialized(parameter)]).toEqual([torch.zeros(2, 3).shape, true, false]);
    expect(parameter.constructor).toBe(nn.Parameter);
    const buffer = new nn.UninitializedBuffer();
    buffer.materialize(torch.zeros(2));
    expect(buffer.add(1).tolist()).toEqual([1, 1]);
    expect(() => new nn.UninitializedParameter({ dtyp: torch.float64 } as never)).toThrow("unexpected keyword argument 'dtyp'");
  });
});

describe("a lazy layer", () => {
  const layers: readonly [string, () => torch.nn.Module, readonly number[], string][] = [
    ["Linear", () => new nn.LazyLinear(3), [2, 4], "Linear(in_features=4, out_features=3, bias=True)"],
    ["Conv2d", () => new nn.LazyConv2d(3, 2), [1, 4, 5, 5], "Conv2d(4, 3, kernel_size=(2, 2), stride=(1, 1))"],
    ["ConvTranspose1d", () => new nn.LazyConvTranspose1d(3, 2), [1, 4, 5], "ConvTranspose1d(4, 3, kernel_size=(2,), stride=(1,))"],
    ["BatchNorm1d", () => new nn.LazyBatchNorm1d(), [3, 4], "BatchNorm1d(4, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)"],
    [
      "InstanceNorm1d",
      () => new nn.LazyInstanceNorm1d({ affine: true }),
      [2, 4, 3],
      "InstanceNorm1d(4, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)",
    ],
  ];
  const call = (module: torch.nn.Module, x: torch.Tensor): torch.Tensor => (module as unknown as (x: torch.Tensor) => torch.Tensor)(x);

  it.each(layers)("that is converted before its first input stays so: %s", (name, make, sizes, text) => {
    const layer = make().double();
    for (const tensor of [...layer.parameters(), ...layer.buffers()]) if (tensor.dtype.isFloatingPoint) expect(tensor.dtype).toBe(torch.float64);
    const result = call(layer, torch.ones([...sizes], { dtype: torch.float64 }));
    expect(result.dtype).toBe(torch.float64);
    expect(layer.constructor.name).toBe(name);
    expect(String(layer)).toBe(text);
  });

  it.each(layers)("moves to another device: %s", (_, make, sizes) => {
    const layer = make().to("meta");
    const result = call(layer, torch.ones([...sizes], { device: "meta" }));
    expect(result.device).toBe("meta");
    expect([...layer.parameters()].every(({ device }) => device === "meta")).toBe(true);
  });

  it.each(layers)("that loads before its first input is of its real class after it: %s", (name, make, sizes, text) => {
    const known = make();
    call(known, torch.ones([...sizes]));
    const layer = make();
    expect(String(layer.loadStateDict(known.stateDict()))).toBe("<All keys matched successfully>");
    const result = call(layer.eval(), torch.ones([...sizes]));
    expect(layer.constructor.name).toBe(name);
    expect(String(layer)).toBe(text);
    expect(result.equal(call(known.eval(), torch.ones([...sizes])))).toBe(true);
  });

  it("that loads for other features than come says so", () => {
    const layer = new nn.LazyLinear(3);
    layer.loadStateDict(new nn.Linear(4, 3).stateDict());
    expect(() => layer(torch.zeros(2, 5))).toThrow("The in_features inferred from input: 5 is not equal to in_features from self.weight: 4");
  });

  it("cannot be loaded from without a shape by a layer that has one, and can by another without", () => {
    const lazy = new nn.LazyLinear(3);
    expect(() => new nn.Linear(4, 3).loadStateDict(lazy.stateDict())).toThrow(noShape);
    const other = new nn.LazyLinear(3);
    other.loadStateDict(lazy.stateDict());
    expect(nn.isUninitialized(other.weight)).toBe(true);
  });

  it("can be copied, and its parameters handed to an optimizer, before it has shapes", () => {
    const layer = new nn.LazyLinear(3);
    const optimizer = new torch.optim.SGD(layer.parameters(), { lr: 1 });
    const copy = torch.deepcopy(layer);
    expect([nn.isUninitialized(copy.weight), copy.weight === layer.weight]).toEqual([true, false]);
    layer(torch.ones(2, 4)).sum().backward();
    const before = layer.weight.tolist();
    optimizer.step();
    expect(layer.weight.tolist()).not.toEqual(before);
    expect(copy(torch.ones(1, 7)).shape).toEqual([1, 3]);
    expect(nn.utils.clipGradNorm_(new nn.LazyLinear(3).parameters(), 1).item()).toBe(0);
    expect(() => nn.utils.parametersToVector(new nn.LazyLinear(3).parameters())).toThrow("Attempted to use an uninitialized parameter");
  });
});
