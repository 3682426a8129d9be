// RoBERTa-base (Liu et al., "RoBERTa: A Robustly Optimized BERT Pretraining Approach", 2019), as in transformers.
import * as torch from "layerscope";
import { nn } from "layerscope";

const [hidden, heads] = [768, 12];
const norm = () => new nn.LayerNorm(hidden, { eps: 1e-5 });

class RobertaEmbeddings extends nn.Module {
  word_embeddings = new nn.Embedding(50265, hidden, { paddingIdx: 1 });
  position_embeddings = new nn.Embedding(514, hidden, { paddingIdx: 1 });
  token_type_embeddings = new nn.Embedding(1, hidden);
  LayerNorm = norm();
  dropout = new nn.Dropout(0.1);

  override forward(input_ids: torch.Tensor): torch.Tensor {
    // Positions count from the one after that of padding, and padding has none of its own.
    const mask = input_ids.ne(1).long();
    const position_ids = mask.cumsum(1).mul(mask).add(1);
    const token_type_ids = torch.zerosLike(input_ids);
    const sum = this.word_embeddings(input_ids).add(this.token_type_embeddings(token_type_ids)).add(this.position_embeddings(position_ids));
    return this.dropout(this.LayerNorm(sum));
  }
}

class RobertaSelfAttention extends nn.Module {
  query = new nn.Linear(hidden, hidden);
  key = new nn.Linear(hidden, hidden);
  value = new nn.Linear(hidden, hidden);
  dropout = new nn.Dropout(0.1);

  override forward(x: torch.Tensor): torch.Tensor {
    const [batch, length] = x.shape as unknown as [number, number];
    const split = (part: torch.Tensor) => part.view(batch, length, heads, hidden / heads).transpose(1, 2);
    const attended = nn.functional.scaledDotProductAttention(split(this.query(x)), split(this.key(x)), split(this.value(x)));
    return attended.transpose(1, 2).reshape(batch, length, hidden);
  }
}

class RobertaSelfOutput extends nn.Module {
  dense = new nn.Linear(hidden, hidden);
  LayerNorm = norm();
  dropout = new nn.Dropout(0.1);

  override forward(x: torch.Tensor, input: torch.Tensor): torch.Tensor {
    return this.LayerNorm(this.dropout(this.dense(x)).add(input));
  }
}

class RobertaAttention extends nn.Module {
  self = new RobertaSelfAttention();
  output = new RobertaSelfOutput();

  override forward(x: torch.Tensor): torch.Tensor {
    return this.output(this.self(x), x);
  }
}

class RobertaIntermediate extends nn.Module {
  dense = new nn.Linear(hidden, 4 * hidden);
  intermediate_act_fn = new nn.GELU();

  override forward(x: torch.Tensor): torch.Tensor {
    return this.intermediate_act_fn(this.dense(x));
  }
}

class RobertaOutput extends nn.Module {
  dense = new nn.Linear(4 * hidden, hidden);
  LayerNorm = norm();
  dropout = new nn.Dropout(0.1);

  override forward(x: torch.Tensor, input: torch.Tensor): torch.Tensor {
    return this.LayerNorm(this.dropout(this.dense(x)).add(input));
  }
}

class RobertaLayer extends nn.Module {
  attention = new RobertaAttention();
  intermediate = new RobertaIntermediate();
  output = new RobertaOutput();

  override forward(x: torch.Tensor): torch.Tensor {
    const attended = this.attention(x);
    return this.output(this.intermediate(attended), attended);
  }
}

class RobertaEncoder extends nn.Module {
  layer = new nn.ModuleList(Array.from({ length: 12 }, () => new RobertaLayer()));

  override forward(x: torch.Tensor): torch.Tensor {
    for (const layer of this.layer) x = layer(x);
    return x;
  }
}

class RobertaPooler extends nn.Module {
  dense = new nn.Linear(hidden, hidden);
  activation = new nn.Tanh();

  override forward(x: torch.Tensor): torch.Tensor {
    return this.activation(this.dense(x.select(1, 0)));
  }
}

class RobertaModel extends nn.Module {
  embeddings = new RobertaEmbeddings();
  encoder = new RobertaEncoder();
  pooler = new RobertaPooler();

  override forward(input_ids: torch.Tensor): { last_hidden_state: torch.Tensor; pooler_output: torch.Tensor } {
    const last_hidden_state = this.encoder(this.embeddings(input_ids));
    return { last_hidden_state, pooler_output: this.pooler(last_hidden_state) };
  }
}

export const roberta = torch.withDevice("meta", () => new RobertaModel()).eval();
roberta(torch.zeros(1, 16, { dtype: torch.int64, device: "meta" }));
