import * as torch from "layerscope";
import { describe, expect, it, test } from "vitest";

const { nn } = torch;

type Options = Readonly<Record<string, unknown>>;
type LayerClass = new (...args: readonly unknown[]) => torch.nn.Module;

/** What is given for arguments that have no default, in every layer that asks for them. */
const required: Options = {
  inFeatures: 4,
  in1Features: 4,
  in2Features: 4,
  outFeatures: 6,
  inChannels: 4,
  outChannels: 6,
  kernelSize: 2,
  outputSize: 3,
  padding: 1,
  value: 2,
  threshold: 0.5,
  numFeatures: 4,
  normalizedShape: [4],
  numGroups: 2,
  numChannels: 4,
  size: 3,
  numEmbeddings: 7,
  embeddingDim: 4,
  embedDim: 4,
  numHeads: 2,
  inputSize: 4,
  hiddenSize: 5,
  dModel: 4,
  nhead: 2,
  dim: 1,
  unflattenedSize: [2, 2],
  upscaleFactor: 2,
  downscaleFactor: 2,
  groups: 2,
  normType: 2,
  nClasses: 8,
  cutoffs: [3],
};

/** Layers that take modules or tensors, or one of two arguments. */
const special: Readonly<Record<string, () => torch.nn.Module>> = {
  Sequential: () => new nn.Sequential(new nn.ReLU()),
  ModuleList: () => new nn.ModuleList([new nn.ReLU()]),
  ModuleDict: () => new nn.ModuleDict({ act: new nn.ReLU() }),
  ParameterList: () => new nn.ParameterList([torch.zeros(2)]),
  ParameterDict: () => new nn.ParameterDict({ scale: torch.zeros(2) }),
  TransformerEncoder: () => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2), 2),
  TransformerDecoder: () => new nn.TransformerDecoder(new nn.TransformerDecoderLayer(4, 2), 2),
  Transformer: () => new nn.Transformer({ dModel: 4, nhead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 8 }),
  FractionalMaxPool2d: () => new nn.FractionalMaxPool2d({ kernelSize: 2, outputSize: 3 }),
  FractionalMaxPool3d: () => new nn.FractionalMaxPool3d({ kernelSize: 2, outputSize: 3 }),
};

const abstractClasses = ["RNNBase", "RNNCellBase"];

const layers = Object.entries(nn as unknown as Readonly<Record<string, unknown>>).filter(
  (entry): entry is [string, LayerClass] => isLayer(entry[1]) && !abstractClasses.includes(entry[0]),
);

function isLayer(value: unknown): value is LayerClass {
  return typeof value === "function" && (value.prototype as unknown) instanceof nn.Module;
}

/** A layer that takes no arguments takes no options either. */
function make(layer: LayerClass, options: Options): torch.nn.Module {
  return Object.keys(options).length === 0 ? new layer() : new layer(options);
}

/** A layer with the arguments that it asks for, and no others. */
function withRequired(name: string, layer: LayerClass): { readonly given: Options; readonly module: torch.nn.Module } {
  const given: Record<string, unknown> = {};
  for (;;) {
    try {
      return { given, module: make(layer, given) };
    } catch (error) {
      const missing = /missing 1 required positional arguments: "(\w+)"/
        .exec(String(error))?.[1]
        ?.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      if (missing === undefined || missing in given) throw error;
      if (!(missing in required)) throw new Error(`${name} asks for ${missing}: give it a value in "required", at the top of this file`);
      given[missing] = required[missing];
    }
  }
}

function shapesOf(module: torch.nn.Module): string[] {
  return [...module.stateDict()].map(([name, tensor]) => `${name} ${nn.isUninitialized(tensor) ? "without a shape" : String(tensor.shape)}`);
}

describe.each(layers)("%s", (name, layer) => {
  const { given, module } = special[name] ? { given: {}, module: special[name]() } : withRequired(name, layer);
  const facts = nn.layerFacts(module);

  it("says what it is", () => expect(facts.family).not.toBe("module"));

  it("names the axes of its own parameters and buffers", () => {
    if (facts.family === "container") return;
    for (const [own, tensor] of [...nn.parametersByName(module), ...nn.buffersByName(module)]) {
      if (tensor !== null && !nn.isUninitialized(tensor)) expect(facts.axes[own], own).toHaveLength(tensor.ndim);
    }
  });

  it("tells by its example inputs what it takes", () => {
    const [example] = nn.exampleInputs(module, false) ?? [];
    if (example === undefined) return;
    const x = torch.zeros(example.shape, { dtype: torch[example.dtype] });
    const call = torch.deepcopy(module) as unknown as (...inputs: torch.Tensor[]) => unknown;
    expect(() => call(...new Array<torch.Tensor>(Math.max(1, module.forward.length)).fill(x))).not.toThrow();
  });

  it("refuses inputs of other sizes than it says it takes", () => {
    const [example] = nn.exampleInputs(module, false) ?? [];
    if (example === undefined) return;
    const names = { ...facts.arguments, ...facts.defaultArguments };
    for (const { argument, input, axis } of facts.takes ?? []) {
      const sizes = [names[argument]].flat() as number[];
      const first = axis < 0 ? example.shape.length + axis : axis;
      expect(example.shape.slice(first, first + sizes.length), argument).toEqual(sizes);
      const wrong = example.shape.with(first, sizes[0]! + 1);
      const call = torch.deepcopy(module) as unknown as (...inputs: torch.Tensor[]) => unknown;
      const inputs = Array.from({ length: Math.max(1, module.forward.length) }, (_, i) => torch.zeros(i === input ? wrong : example.shape));
      expect(() => call(...inputs), argument).toThrow();
    }
  });

  if (special[name]) return;

  it("has the defaults that it declares", () => expect(Object.keys(facts.arguments).sort()).toEqual(Object.keys(given).sort()));

  it("is made again by the arguments that it names", () => {
    const again = make(layer, { ...facts.arguments, ...facts.defaultArguments });
    expect(shapesOf(again)).toEqual(shapesOf(module));
    expect(nn.layerFacts(again)).toEqual(facts);
  });

  it("shows an argument that is not as it is by default", () => {
    for (const [argument, value] of Object.entries(facts.defaultArguments)) {
      // Where nothing is learned there is no bias, whatever is said.
      if (typeof value !== "boolean" || (argument === "bias" && facts.defaultArguments.affine === false)) continue;
      expect(nn.layerFacts(make(layer, { ...given, [argument]: !value })).arguments, argument).toHaveProperty(argument, !value);
    }
  });
});

test("a class that extends a layer is what that layer is", () => {
  class Doubled extends nn.Linear {
    constructor(size: number) {
      super(size, 2 * size);
    }
  }
  expect(nn.layerFacts(new Doubled(3))).toMatchObject({ family: "linear", arguments: { inFeatures: 3, outFeatures: 6 }, defaultArguments: { bias: true } });
});

test("a class of one's own is a module, and nothing more is known of it", () => {
  class Net extends nn.Module {}
  expect(nn.layerFacts(new Net())).toMatchObject({ family: "module", arguments: {}, axes: {}, maps: null });
});

test("a lazy layer shows its features once it knows them", () => {
  const layer = new nn.LazyLinear(6);
  expect(nn.layerFacts(layer).arguments).toEqual({ outFeatures: 6 });
  layer(torch.zeros(2, 4));
  expect(nn.layerFacts(layer)).toMatchObject({ arguments: { inFeatures: 4, outFeatures: 6 }, maps: ["inFeatures", "outFeatures"] });
});

test("a Sequential runs its children in order unless its forward is another", () => {
  class Backwards extends nn.Sequential<torch.nn.ReLU[]> {
    override forward(x: torch.Tensor): torch.Tensor {
      return [...this].reverse().reduce((value, module) => module(value), x);
    }
  }
  expect(nn.layerFacts(new nn.Sequential(new nn.ReLU()) as unknown as torch.nn.Module).isSequence).toBe(true);
  expect(nn.layerFacts(new Backwards(new nn.ReLU()) as unknown as torch.nn.Module).isSequence).toBe(false);
});
