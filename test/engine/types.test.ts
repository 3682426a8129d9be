import { describe, expect, expectTypeOf, it } from "vitest";
import * as torch from "layerscope";
import type { Parameter } from "../../src/engine/nn/parameter.js";

const { nn } = torch;

describe("types", () => {
  it("knows each module of a Sequential by its place", () => {
    const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
    expectTypeOf(net[2]).toEqualTypeOf<torch.nn.Linear<true>>();
    expectTypeOf(net[2].bias).toEqualTypeOf<Parameter>();
    // @ts-expect-error a ReLU has no bias
    void net[1].bias;
  });

  it("calls a module with the types of its forward", () => {
    class Scale extends nn.Module {
      override forward(x: torch.Tensor, factor: number): torch.Tensor[] {
        return [x.mul(factor)];
      }
    }
    const scale = new Scale();
    expectTypeOf(scale).parameters.toEqualTypeOf<[x: torch.Tensor, factor: number]>();
    expectTypeOf(scale).returns.toEqualTypeOf<torch.Tensor[]>();
    // @ts-expect-error the factor is missing
    expectTypeOf(() => scale(torch.ones(2))).returns.toEqualTypeOf<torch.Tensor[]>();
  });

  it("knows the modules of a ModuleDict, made of an object or of pairs", () => {
    const dict = new nn.ModuleDict({ a: new nn.Linear(1, 1), b: new nn.ReLU() });
    const name: string = "b";
    expectTypeOf(dict.a).toEqualTypeOf<torch.nn.Linear<true>>();
    expectTypeOf(dict.get("a")).toEqualTypeOf<torch.nn.Linear<true>>();
    expectTypeOf(dict.get(name)).toEqualTypeOf<torch.nn.Linear<true> | torch.nn.ReLU>();
    expect(dict.a).toBe(dict.get("a"));
    expectTypeOf(
      new nn.ModuleDict([
        ["a", new nn.Linear(1, 1)],
        ["b", new nn.Linear(1, 2)],
      ]).get("a"),
    ).toEqualTypeOf<torch.nn.Linear<true>>();
    expectTypeOf(
      new nn.ModuleDict([
        ["a", new nn.Linear(1, 1)],
        ["b", new nn.ReLU()],
      ]).get("b"),
    ).toEqualTypeOf<torch.nn.Module>();
    // @ts-expect-error a ReLU is no Linear
    void new nn.ModuleDict<torch.nn.Linear>([["b", new nn.ReLU()]]);
    expectTypeOf(new nn.ModuleDict()).toEqualTypeOf<torch.nn.ModuleDict>();
  });

  it("passes a Sequential's ends on", () => {
    const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU());
    expectTypeOf(net).parameters.toEqualTypeOf<[x: torch.Tensor]>();
    expectTypeOf(net).returns.toEqualTypeOf<torch.Tensor>();
  });

  it("has no bias in the type where there is none", () => {
    expectTypeOf(new nn.Linear(4, 8, { bias: false }).bias).toEqualTypeOf<null>();
    expectTypeOf(new nn.Linear(4, 8).bias).toEqualTypeOf<Parameter>();
    expectTypeOf(new nn.Linear(4, 8, { bias: Math.random() > 0.5 }).bias).toEqualTypeOf<Parameter | null>();
  });

  it("knows which parameters a normalization has", () => {
    expectTypeOf(new nn.BatchNorm2d(3).weight).toEqualTypeOf<Parameter>();
    expectTypeOf(new nn.BatchNorm2d(3, { affine: false }).weight).toEqualTypeOf<null>();
    expectTypeOf(new nn.BatchNorm2d(3, { affine: false }).bias).toEqualTypeOf<null>();
    expectTypeOf(new nn.BatchNorm2d(3, 1e-3, 0.01).bias).toEqualTypeOf<Parameter>();
    expectTypeOf(new nn.BatchNorm2d(3, { bias: false }).bias).toEqualTypeOf<null>();
    expectTypeOf(new nn.BatchNorm2d(3, { bias: false }).weight).toEqualTypeOf<Parameter>();
    expectTypeOf(new nn.InstanceNorm2d(3).weight).toEqualTypeOf<null>();
    expectTypeOf(new nn.InstanceNorm2d(3, { affine: true }).bias).toEqualTypeOf<Parameter>();
    expectTypeOf(new nn.LayerNorm(8, { bias: false }).bias).toEqualTypeOf<null>();
    expectTypeOf(new nn.LayerNorm([8, 4]).bias).toEqualTypeOf<Parameter>();
    expectTypeOf(new nn.GroupNorm(2, 4).weight).toEqualTypeOf<Parameter>();
    expectTypeOf(new nn.RMSNorm(8, { elementwiseAffine: false }).weight).toEqualTypeOf<null>();
  });

  it("knows what recurrent layers and attention give", () => {
    const x = torch.ones(3, 2, 4);
    expectTypeOf(new nn.GRU(4, 5)(x)).toEqualTypeOf<[output: torch.Tensor, h: torch.Tensor]>();
    expectTypeOf(new nn.LSTM(4, 5)(x)).toEqualTypeOf<[output: torch.Tensor, state: [h: torch.Tensor, c: torch.Tensor]]>();
    expectTypeOf(new nn.LSTM(4, 5).weight_ih_l0).toEqualTypeOf<Parameter>();
    expectTypeOf(new nn.LSTM(4, 5).weightIhL0).toEqualTypeOf<Parameter>();
    expectTypeOf(new nn.LSTM(4, 5).bias).toEqualTypeOf<boolean>();
    expectTypeOf(new nn.MultiheadAttention(4, 2)(x, x, x, { needWeights: false })).toEqualTypeOf<[output: torch.Tensor, weights: torch.Tensor | null]>();
    expectTypeOf(new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 8 })(x)).toEqualTypeOf<torch.Tensor>();
    expect(() => {
      // @ts-expect-error there is no such option
      void new nn.LSTM(4, 5, { layers: 2 });
    }).toThrow("unexpected keyword argument 'layers'");
  });

  it("narrows by class without losing the parameters", () => {
    const m: torch.nn.Module = new nn.Linear(4, 8);
    if (m instanceof nn.Linear) {
      expectTypeOf(m.weight).toEqualTypeOf<Parameter>();
      expectTypeOf(m.bias).toEqualTypeOf<Parameter | null>();
    }
  });

  it("refuses options that a layer does not have", () => {
    expect(() => {
      // @ts-expect-error stride is no option of a Linear
      void new nn.Linear(4, 8, { stride: 2 });
    }).toThrow("unexpected keyword argument 'stride'");
  });

  it("takes any module as a Module", () => {
    expectTypeOf(new nn.Linear(4, 8)).toExtend<torch.nn.Module>();
    expectTypeOf(new nn.Sequential(new nn.Linear(4, 8))).toExtend<torch.nn.Module>();
    expectTypeOf<torch.nn.ModuleList<torch.nn.Linear>>().toExtend<torch.nn.Module>();
  });

  it("gives methods their functions' types", () => {
    const x = torch.ones(2, 3);
    expectTypeOf(x.add).returns.toEqualTypeOf<torch.Tensor>();
    expectTypeOf(x.shape[0]!).toEqualTypeOf<number>();
    expect(() => {
      // @ts-expect-error shapes are read-only
      x.shape[0] = 3;
    }).toThrow();
  });
});
