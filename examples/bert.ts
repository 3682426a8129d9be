// BERT-base: a transformer encoder that reads a text in both directions at once (Devlin et al., "BERT: Pre-training of Deep Bidirectional
// Transformers for Language Understanding", 2018). 109,482,240 parameters, as the uncased model without its pre-training heads has.
//
// The encoder is PyTorch's own nn.TransformerEncoder. So that opening this file costs little, the full model is built on the meta device,
// where tensors have shapes but no values; `miniature` is the same network made small, with values, and shows what padding does.
import * as torch from "layerscope";
import { nn } from "layerscope";

interface BertConfig {
  readonly vocabularySize: number;
  readonly maxLength: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly feedforward: number;
}

const base: BertConfig = { vocabularySize: 30522, maxLength: 512, width: 768, layers: 12, heads: 12, feedforward: 3072 };

/** The sum of three tables: what the token is, where it stands, and which of two sentences it belongs to. */
class Embeddings extends nn.Module {
  wordEmbeddings: nn.Embedding;
  positionEmbeddings: nn.Embedding;
  tokenTypeEmbeddings: nn.Embedding;
  layerNorm: nn.LayerNorm;
  dropout = new nn.Dropout(0.1);

  constructor({ vocabularySize, maxLength, width }: BertConfig) {
    super();
    this.wordEmbeddings = new nn.Embedding(vocabularySize, width, { paddingIdx: 0 });
    this.positionEmbeddings = new nn.Embedding(maxLength, width);
    this.tokenTypeEmbeddings = new nn.Embedding(2, width);
    this.layerNorm = new nn.LayerNorm(width, { eps: 1e-12 });
  }

  override forward(tokens: torch.Tensor, types: torch.Tensor): torch.Tensor {
    const positions = torch.arange(tokens.shape[1]!, { device: tokens.device });
    const sum = this.wordEmbeddings(tokens).add(this.positionEmbeddings(positions)).add(this.tokenTypeEmbeddings(types));
    return this.dropout(this.layerNorm(sum));
  }
}

/** The first position, [CLS], stands for the whole text. */
class Pooler extends nn.Module {
  dense: nn.Linear;
  activation = new nn.Tanh();

  constructor(width: number) {
    super();
    this.dense = new nn.Linear(width, width);
  }

  override forward(hidden: torch.Tensor): torch.Tensor {
    return this.activation(this.dense(hidden.select(1, 0)));
  }
}

class Bert extends nn.Module {
  embeddings: Embeddings;
  encoder: nn.TransformerEncoder;
  pooler: Pooler;

  constructor(config: BertConfig) {
    super();
    const { width, heads, feedforward, layers } = config;
    this.embeddings = new Embeddings(config);
    const layer = new nn.TransformerEncoderLayer(width, heads, { dimFeedforward: feedforward, activation: "gelu", layerNormEps: 1e-12, batchFirst: true });
    // The encoder makes independent copies of the layer, all starting from the same values. The picture folds them into one.
    this.encoder = new nn.TransformerEncoder(layer, layers);
    this.pooler = new Pooler(width);
    this.apply((module) => {
      if (module instanceof nn.Linear || module instanceof nn.Embedding) nn.init.normal_(module.weight, { std: 0.02 });
    });
  }

  /** Token numbers and sentence numbers, both (batch, length), 0 for padding; gives a vector for each token and one for each text. */
  override forward(tokens: torch.Tensor, types: torch.Tensor): [hidden: torch.Tensor, pooled: torch.Tensor] {
    const padding = tokens.eq(0); // true where nothing is to be looked at
    const hidden = this.encoder(this.embeddings(tokens, types), { srcKeyPaddingMask: padding });
    return [hidden, this.pooler(hidden)];
  }
}

torch.manualSeed(0);

export const bert = torch.withDevice("meta", () => new Bert(base));
const [hidden, pooled] = bert(torch.zeros(1, 128, { dtype: torch.int64, device: "meta" }), torch.zeros(1, 128, { dtype: torch.int64, device: "meta" }));
console.log(`BERT-base: ${countParameters(bert).toLocaleString("en")} parameters, gives ${hidden.shape} and ${pooled.shape}`);

export const miniature = new Bert({ vocabularySize: 100, maxLength: 16, width: 32, layers: 2, heads: 4, feedforward: 64 });
miniature.eval(); // without dropout
const short = torch.tensor([[1, 42, 17, 2]]);
const padded = torch.tensor([[1, 42, 17, 2, 0, 0]]);
const [, alone] = miniature(short, torch.zerosLike(short));
const [, withPadding] = miniature(padded, torch.zerosLike(padded));
console.log(`Padding changes the text's vector by ${alone.sub(withPadding).abs().max().item().toExponential(1)}: it is not looked at`);

function countParameters(module: nn.Module): number {
  return [...module.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
}
