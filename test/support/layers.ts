import { type ArgumentValue, familyNamed, type FamilyName, type ModuleSnapshot, type NamedArguments } from "../../src/protocol/index.js";

/** What a snapshot says of a layer's class, for models that tests make without the engine. */
type Described = Pick<ModuleSnapshot, "family" | "arguments" | "defaultArguments" | "maps" | "ownText" | "isSequence">;

interface Known {
  readonly family: FamilyName;
  /** Names of the arguments that PyTorch prints without. */
  readonly positional?: readonly string[];
  readonly maps?: readonly [string, string];
  readonly isSequence?: true;
}

const channels: Known = { family: "convolution", positional: ["inChannels", "outChannels"], maps: ["inChannels", "outChannels"] };

const layers: Readonly<Record<string, Known>> = {
  Linear: { family: "linear", maps: ["inFeatures", "outFeatures"] },
  Conv1d: channels,
  Conv2d: channels,
  ConvTranspose2d: channels,
  Embedding: { family: "embedding", positional: ["numEmbeddings", "embeddingDim"], maps: ["numEmbeddings", "embeddingDim"] },
  BatchNorm2d: { family: "normalization", positional: ["numFeatures"] },
  LayerNorm: { family: "normalization", positional: ["normalizedShape"] },
  ReLU: { family: "activation" },
  GELU: { family: "activation" },
  SiLU: { family: "activation" },
  Tanh: { family: "activation" },
  Dropout: { family: "dropout" },
  MaxPool2d: { family: "pooling" },
  AdaptiveAvgPool2d: { family: "pooling" },
  Identity: { family: "identity" },
  LSTM: { family: "recurrent", positional: ["inputSize", "hiddenSize"] },
  Sequential: { family: "container", isSequence: true },
  ModuleList: { family: "container" },
};

const byDefault: NamedArguments = {
  bias: true,
  inplace: false,
  affine: true,
  trackRunningStats: true,
  elementwiseAffine: true,
  eps: 1e-5,
  momentum: 0.1,
  dilation: 1,
  ceilMode: false,
  padding: 0,
};

/** A layer from what PyTorch prints of it: `Linear`, `in_features=4, out_features=8, bias=True`. What is no layer of PyTorch's has a text of its own. */
export function layer(type: string, printed: string): Described {
  const known = Object.hasOwn(layers, type) ? layers[type]! : undefined;
  if (!known) return { family: familyNamed("module"), arguments: {}, defaultArguments: {}, ...(printed !== "" && { ownText: printed }) };
  const given: Record<string, ArgumentValue> = {};
  const defaults: Record<string, ArgumentValue> = {};
  const parts = printed.match(/(?:\([^)]*\)|[^,(])+/g) ?? [];
  parts.forEach((part, place) => {
    const [before, after] = part.trim().split("=") as [string, string?];
    const name = after === undefined ? known.positional![place]! : before.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const value = read(after ?? before);
    (byDefault[name] === value ? defaults : given)[name] = value;
  });
  const { family, maps, isSequence } = known;
  return { family: familyNamed(family), arguments: given, defaultArguments: defaults, ...(maps && { maps }), ...(isSequence && { isSequence }) };
}

function read(text: string): ArgumentValue {
  if (text === "True" || text === "False") return text === "True";
  if (text.startsWith("(")) return (text.match(/[\d.e-]+/g) ?? []).map(Number);
  return Number.isNaN(Number(text)) ? text.replaceAll("'", "") : Number(text);
}
