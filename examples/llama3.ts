// Llama 3: the decoder of Meta's open language models ("The Llama 3 Herd of Models", 2024), with 8,030,261,248 and with 70,553,706,496
// parameters. Built on the meta device, where tensors have shapes but no values: 70 billion parameters fit because none of them exists.
//
// What differs from GPT-2: RMSNorm instead of LayerNorm, positions as rotations of queries and keys, several heads that share keys and
// values (grouped-query attention), a gated feedforward network, and no biases anywhere.
import * as torch from "layerscope";
import { nn } from "layerscope";

interface LlamaConfig {
  readonly vocabularySize: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Heads of keys and values: fewer than `heads`. */
  readonly keyValueHeads: number;
  readonly feedforward: number;
  readonly ropeTheta: number;
}

const llama8B: LlamaConfig = { vocabularySize: 128256, width: 4096, layers: 32, heads: 32, keyValueHeads: 8, feedforward: 14336, ropeTheta: 500_000 };
const llama70B: LlamaConfig = { ...llama8B, width: 8192, layers: 80, heads: 64, feedforward: 28672 };

/** Turns each pair of features by an angle that grows with the position (rotary position embedding). x: (batch, heads, length, features). */
function rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor): torch.Tensor {
  const [first, second] = x.chunk(2, -1) as [torch.Tensor, torch.Tensor];
  return x.mul(cos).add(torch.cat([second.neg(), first], -1).mul(sin));
}

class Attention extends nn.Module {
  readonly heads: number;
  readonly keyValueHeads: number;
  qProj: nn.Linear<false>;
  kProj: nn.Linear<false>;
  vProj: nn.Linear<false>;
  oProj: nn.Linear<false>;

  constructor({ width, heads, keyValueHeads }: LlamaConfig) {
    super();
    this.heads = heads;
    this.keyValueHeads = keyValueHeads;
    const keyValueWidth = (width / heads) * keyValueHeads;
    this.qProj = new nn.Linear(width, width, { bias: false });
    this.kProj = new nn.Linear(width, keyValueWidth, { bias: false });
    this.vProj = new nn.Linear(width, keyValueWidth, { bias: false });
    this.oProj = new nn.Linear(width, width, { bias: false });
  }

  override forward(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor): torch.Tensor {
    const [batch, length, width] = x.shape as unknown as [number, number, number];
    const split = (part: torch.Tensor, heads: number) => part.view(batch, length, heads, width / this.heads).transpose(1, 2);
    const query = rotate(split(this.qProj(x), this.heads), cos, sin);
    const key = rotate(split(this.kProj(x), this.keyValueHeads), cos, sin);
    const value = split(this.vProj(x), this.keyValueHeads);
    const attended = nn.functional.scaledDotProductAttention(query, key, value, { isCausal: true, enableGqa: true });
    return this.oProj(attended.transpose(1, 2).reshape(batch, length, width));
  }
}

/** A gate decides what of the widened features passes (SwiGLU). */
class FeedForward extends nn.Module {
  gateProj: nn.Linear<false>;
  upProj: nn.Linear<false>;
  downProj: nn.Linear<false>;

  constructor({ width, feedforward }: LlamaConfig) {
    super();
    this.gateProj = new nn.Linear(width, feedforward, { bias: false });
    this.upProj = new nn.Linear(width, feedforward, { bias: false });
    this.downProj = new nn.Linear(feedforward, width, { bias: false });
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.downProj(nn.functional.silu(this.gateProj(x)).mul(this.upProj(x)));
  }
}

class DecoderLayer extends nn.Module {
  inputNorm: nn.RMSNorm;
  attention: Attention;
  feedForwardNorm: nn.RMSNorm;
  feedForward: FeedForward;

  constructor(config: LlamaConfig) {
    super();
    this.inputNorm = new nn.RMSNorm(config.width, { eps: 1e-5 });
    this.attention = new Attention(config);
    this.feedForwardNorm = new nn.RMSNorm(config.width, { eps: 1e-5 });
    this.feedForward = new FeedForward(config);
  }

  override forward(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor): torch.Tensor {
    x = x.add(this.attention(this.inputNorm(x), cos, sin));
    return x.add(this.feedForward(this.feedForwardNorm(x)));
  }
}

class Llama extends nn.Module {
  readonly headWidth: number;
  readonly ropeTheta: number;
  embedTokens: nn.Embedding;
  layers: nn.ModuleList<DecoderLayer>;
  norm: nn.RMSNorm;
  lmHead: nn.Linear<false>;

  constructor(config: LlamaConfig) {
    super();
    const { vocabularySize, width, layers, heads, ropeTheta } = config;
    this.headWidth = width / heads;
    this.ropeTheta = ropeTheta;
    this.embedTokens = new nn.Embedding(vocabularySize, width);
    this.layers = new nn.ModuleList(Array.from({ length: layers }, () => new DecoderLayer(config)));
    this.norm = new nn.RMSNorm(width, { eps: 1e-5 });
    this.lmHead = new nn.Linear(width, vocabularySize, { bias: false }); // a matrix of its own, not the embedding's
  }

  /** Token numbers (batch, length) to scores for the token that follows each of them, (batch, length, vocabulary). */
  override forward(tokens: torch.Tensor): torch.Tensor {
    const [cos, sin] = this.rotations(tokens.shape[1]!, tokens.device);
    let x = this.embedTokens(tokens);
    for (const layer of this.layers) x = layer(x, cos, sin);
    return this.lmHead(this.norm(x));
  }

  /** Cosines and sines of the angles, (length, headWidth): the further on in the features, the slower the turning. */
  private rotations(length: number, device: torch.Device): [cos: torch.Tensor, sin: torch.Tensor] {
    const exponents = torch.arange(0, this.headWidth, 2, { device }).div(this.headWidth);
    const frequencies = torch.full([1], this.ropeTheta, { dtype: torch.float32, device }).pow(exponents.neg());
    const angles = torch.outer(torch.arange(length, { device }).float(), frequencies);
    const both = torch.cat([angles, angles], -1);
    return [both.cos(), both.sin()];
  }
}

function onMeta(config: LlamaConfig): Llama {
  return torch.withDevice("meta", () => new Llama(config));
}

export const llama3_8B = onMeta(llama8B);
export const llama3_70B = onMeta(llama70B);
for (const [name, model] of Object.entries({ llama3_8B, llama3_70B })) {
  const logits = model(torch.zeros(1, 32, { dtype: torch.int64, device: "meta" }));
  const parameters = [...model.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
  console.log(`${name}: ${parameters.toLocaleString("en")} parameters, gives ${logits.shape}`);
}
