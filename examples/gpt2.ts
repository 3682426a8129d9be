// GPT-2: a stack of transformer blocks that predicts the next token of a text (Radford et al., "Language Models are Unsupervised
// Multitask Learners", 2019).
//
// Opening this file costs little: GPT-2 small with its 124,439,808 parameters is built on the meta device, where tensors have shapes but no
// values. The picture shows every layer and every shape all the same. `miniature` is the same network made small enough to be real: it has
// values to look at, and its forward pass computes something.
//
// To have the real GPT-2 small, build it outside of withDevice; it takes about half a gigabyte.
import * as torch from "layerscope";
import { nn } from "layerscope";

interface GPT2Config {
  readonly vocabularySize: number;
  /** Positions that the network can look back on. */
  readonly contextLength: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly dropout: number;
}

const small: GPT2Config = { vocabularySize: 50257, contextLength: 1024, width: 768, heads: 12, layers: 12, dropout: 0.1 };

/** Every position gathers from those before it what it needs. */
class CausalSelfAttention extends nn.Module {
  readonly heads: number;
  readonly dropout: number;
  cAttn: nn.Linear; // queries, keys and values in one product
  cProj: nn.Linear;
  residualDropout: nn.Dropout;

  constructor({ width, heads, dropout }: GPT2Config) {
    super();
    this.heads = heads;
    this.dropout = dropout;
    this.cAttn = new nn.Linear(width, 3 * width);
    this.cProj = new nn.Linear(width, width);
    this.residualDropout = new nn.Dropout(dropout);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const [batch, length, width] = x.shape as unknown as [number, number, number];
    // (batch, length, width) to (batch, heads, length, width / heads): each head looks at a part of its own.
    const split = (part: torch.Tensor) => part.view(batch, length, this.heads, width / this.heads).transpose(1, 2);
    const [query, key, value] = this.cAttn(x).split(width, 2).map(split) as [torch.Tensor, torch.Tensor, torch.Tensor];
    const attended = nn.functional.scaledDotProductAttention(query, key, value, { isCausal: true, dropoutP: this.training ? this.dropout : 0 });
    return this.residualDropout(this.cProj(attended.transpose(1, 2).reshape(batch, length, width)));
  }
}

/** Every position thinks by itself about what it gathered. */
class MLP extends nn.Module {
  cFc: nn.Linear;
  gelu = new nn.GELU({ approximate: "tanh" });
  cProj: nn.Linear;
  dropout: nn.Dropout;

  constructor({ width, dropout }: GPT2Config) {
    super();
    this.cFc = new nn.Linear(width, 4 * width);
    this.cProj = new nn.Linear(4 * width, width);
    this.dropout = new nn.Dropout(dropout);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.dropout(this.cProj(this.gelu(this.cFc(x))));
  }
}

/** Attention and MLP each add to the stream that runs through the network. */
class Block extends nn.Module {
  ln1: nn.LayerNorm;
  attn: CausalSelfAttention;
  ln2: nn.LayerNorm;
  mlp: MLP;

  constructor(config: GPT2Config) {
    super();
    this.ln1 = new nn.LayerNorm(config.width);
    this.attn = new CausalSelfAttention(config);
    this.ln2 = new nn.LayerNorm(config.width);
    this.mlp = new MLP(config);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    x = x.add(this.attn(this.ln1(x)));
    return x.add(this.mlp(this.ln2(x)));
  }
}

class GPT2 extends nn.Module {
  wte: nn.Embedding; // what a token means
  wpe: nn.Embedding; // where it stands
  drop: nn.Dropout;
  h: nn.ModuleList<Block>;
  lnF: nn.LayerNorm;
  lmHead: nn.Linear<false>;

  constructor(config: GPT2Config) {
    super();
    const { vocabularySize, contextLength, width, layers, dropout } = config;
    this.wte = new nn.Embedding(vocabularySize, width);
    this.wpe = new nn.Embedding(contextLength, width);
    this.drop = new nn.Dropout(dropout);
    this.h = new nn.ModuleList(Array.from({ length: layers }, () => new Block(config)));
    this.lnF = new nn.LayerNorm(width);
    this.lmHead = new nn.Linear(width, vocabularySize, { bias: false });
    // The same matrix turns tokens into vectors and vectors into tokens. It is drawn as one link and counted once.
    this.lmHead.weight = this.wte.weight;
    this.initialize(layers);
  }

  private initialize(layers: number): void {
    this.apply((module) => {
      if (module instanceof nn.Linear || module instanceof nn.Embedding) nn.init.normal_(module.weight, { std: 0.02 });
      if (module instanceof nn.Linear && module.bias !== null) nn.init.zeros_(module.bias);
    });
    // What is added to the stream 2 * layers times shrinks accordingly, so that the stream keeps its size.
    for (const [name, parameter] of this.namedParameters()) {
      if (name.endsWith("cProj.weight")) nn.init.normal_(parameter, { std: 0.02 / Math.sqrt(2 * layers) });
    }
  }

  /** Token numbers (batch, length) to scores for the token that follows each of them, (batch, length, vocabulary). */
  override forward(tokens: torch.Tensor): torch.Tensor {
    const positions = torch.arange(tokens.shape[1]!, { device: tokens.device });
    let x = this.drop(this.wte(tokens).add(this.wpe(positions)));
    for (const block of this.h) x = block(x);
    return this.lmHead(this.lnF(x));
  }
}

torch.manualSeed(0);

export const gpt2 = torch.withDevice("meta", () => new GPT2(small));
const logits = gpt2(torch.zeros(1, 64, { dtype: torch.int64, device: "meta" }));
console.log(`GPT-2 small: ${countParameters(gpt2).toLocaleString("en")} parameters, gives ${logits.shape}`);

export const miniature = new GPT2({ vocabularySize: 256, contextLength: 64, width: 64, heads: 4, layers: 3, dropout: 0.1 });
const text = [..."attention is all you need"].map((letter) => letter.charCodeAt(0));
const scores = miniature(torch.tensor([text.slice(0, -1)])); // what follows each letter but the last?
const loss = nn.functional.crossEntropy(scores.flatten(0, 1), torch.tensor(text.slice(1)));
console.log(`Miniature: ${countParameters(miniature).toLocaleString("en")} parameters, loss ${loss.item().toFixed(3)}, about ln(256) = 5.545 before training`);

function countParameters(module: nn.Module): number {
  return [...module.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
}
