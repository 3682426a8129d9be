// DistilBERT: half of BERT's layers (Sanh et al., "DistilBERT, a distilled version of BERT", 2019), as in transformers.
import * as torch from "layerscope";
import { nn } from "layerscope";

class Embeddings extends nn.Module {
  word_embeddings: nn.Embedding;
  position_embeddings: nn.Embedding;
  LayerNorm: nn.LayerNorm;
  dropout = new nn.Dropout(0.1);

  constructor(vocabulary: number, positions: number, dim: number) {
    super();
    this.word_embeddings = new nn.Embedding(vocabulary, dim, { paddingIdx: 0 });
    this.position_embeddings = new nn.Embedding(positions, dim);
    this.LayerNorm = new nn.LayerNorm(dim, { eps: 1e-12 });
  }

  override forward(input_ids: torch.Tensor): torch.Tensor {
    const position_ids = torch.arange(input_ids.shape[1]!, { device: input_ids.device }).unsqueeze(0).expandAs(input_ids);
    return this.dropout(this.LayerNorm(this.word_embeddings(input_ids).add(this.position_embeddings(position_ids))));
  }
}

class MultiHeadSelfAttention extends nn.Module {
  dropout = new nn.Dropout(0.1);
  q_lin: nn.Linear;
  k_lin: nn.Linear;
  v_lin: nn.Linear;
  out_lin: nn.Linear;

  constructor(
    readonly dim: number,
    readonly heads: number,
  ) {
    super();
    this.q_lin = new nn.Linear(dim, dim);
    this.k_lin = new nn.Linear(dim, dim);
    this.v_lin = new nn.Linear(dim, dim);
    this.out_lin = new nn.Linear(dim, dim);
  }

  override forward(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor): torch.Tensor {
    const [batch, length] = query.shape as unknown as [number, number];
    const perHead = this.dim / this.heads;
    const shaped = (x: torch.Tensor) => x.view(batch, -1, this.heads, perHead).transpose(1, 2);
    const q = shaped(this.q_lin(query)).div(Math.sqrt(perHead));
    const scores = q.matmul(shaped(this.k_lin(key)).transpose(2, 3));
    const masked = scores.maskedFill(mask.eq(0).view(batch, 1, 1, -1).expandAs(scores), -Infinity);
    const context = this.dropout(nn.functional.softmax(masked, -1)).matmul(shaped(this.v_lin(value)));
    return this.out_lin(context.transpose(1, 2).contiguous().view(batch, length, this.dim));
  }
}

class FFN extends nn.Module {
  dropout = new nn.Dropout(0.1);
  lin1: nn.Linear;
  lin2: nn.Linear;
  activation = new nn.GELU();

  constructor(dim: number, hidden: number) {
    super();
    this.lin1 = new nn.Linear(dim, hidden);
    this.lin2 = new nn.Linear(hidden, dim);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.dropout(this.lin2(this.activation(this.lin1(x))));
  }
}

class TransformerBlock extends nn.Module {
  attention: MultiHeadSelfAttention;
  sa_layer_norm: nn.LayerNorm;
  ffn: FFN;
  output_layer_norm: nn.LayerNorm;

  constructor(dim: number, heads: number) {
    super();
    this.attention = new MultiHeadSelfAttention(dim, heads);
    this.sa_layer_norm = new nn.LayerNorm(dim, { eps: 1e-12 });
    this.ffn = new FFN(dim, 4 * dim);
    this.output_layer_norm = new nn.LayerNorm(dim, { eps: 1e-12 });
  }

  override forward(x: torch.Tensor, mask: torch.Tensor): torch.Tensor {
    const attended = this.sa_layer_norm(this.attention(x, x, x, mask).add(x));
    return this.output_layer_norm(this.ffn(attended).add(attended));
  }
}

class Transformer extends nn.Module {
  layer: nn.ModuleList<TransformerBlock>;

  constructor(dim: number, heads: number, layers: number) {
    super();
    this.layer = new nn.ModuleList(Array.from({ length: layers }, () => new TransformerBlock(dim, heads)));
  }

  override forward(x: torch.Tensor, mask: torch.Tensor): torch.Tensor {
    for (const block of this.layer) x = block(x, mask);
    return x;
  }
}

class DistilBertModel extends nn.Module {
  embeddings = new Embeddings(30522, 512, 768);
  transformer = new Transformer(768, 12, 6);

  override forward(input_ids: torch.Tensor, attention_mask: torch.Tensor): torch.Tensor {
    return this.transformer(this.embeddings(input_ids), attention_mask);
  }
}

export const distilbert = torch.withDevice("meta", () => new DistilBertModel()).eval();
const ids = torch.zeros(1, 16, { dtype: torch.int64, device: "meta" });
distilbert(ids, torch.onesLike(ids));
