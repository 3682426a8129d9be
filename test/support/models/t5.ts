// T5-small: encoder and decoder share one embedding with the head, and the first layer's table of distances serves all (Raffel et al., 2019), as in transformers.
import * as torch from "layerscope";
import { nn } from "layerscope";

const [width, inner, feedforward, heads, buckets] = [512, 512, 2048, 8, 32];

class T5LayerNorm extends nn.Module {
  weight = new nn.Parameter(torch.ones(width));

  override forward(x: torch.Tensor): torch.Tensor {
    const variance = x.pow(2).mean(-1, { keepdim: true });
    return this.weight.mul(x.mul(torch.rsqrt(variance.add(1e-6))));
  }
}

class T5Attention extends nn.Module {
  q = new nn.Linear(width, inner, { bias: false });
  k = new nn.Linear(width, inner, { bias: false });
  v = new nn.Linear(width, inner, { bias: false });
  o = new nn.Linear(inner, width, { bias: false });
  relative_attention_bias: nn.Embedding | null;

  constructor(
    hasBias: boolean,
    readonly isCausal: boolean,
  ) {
    super();
    this.relative_attention_bias = hasBias ? new nn.Embedding(buckets, heads) : null;
  }

  computeBias(queries: number, keys: number, device: torch.Device): torch.Tensor {
    const distances = torch.arange(keys, { device }).unsqueeze(0).sub(torch.arange(queries, { device }).unsqueeze(1));
    const bucket = this.isCausal ? distances.neg().clamp(0, buckets - 1) : distances.clamp(-(buckets / 2), buckets / 2 - 1).add(buckets / 2);
    return this.relative_attention_bias!(bucket).permute(2, 0, 1).unsqueeze(0);
  }

  override forward(x: torch.Tensor, keyValues: torch.Tensor | null, positionBias: torch.Tensor | null): [torch.Tensor, torch.Tensor] {
    const [batch, length] = x.shape as unknown as [number, number];
    const from = keyValues ?? x;
    const split = (part: torch.Tensor) => part.view(batch, -1, heads, inner / heads).transpose(1, 2);
    const [q, k, v] = [split(this.q(x)), split(this.k(from)), split(this.v(from))];
    let bias = positionBias;
    if (!bias) {
      const keys = from.shape[1]!;
      bias = this.relative_attention_bias ? this.computeBias(length, keys, x.device) : torch.zeros(1, heads, length, keys, { device: x.device });
      if (this.isCausal) bias = bias.add(torch.full([length, keys], -1e9, { device: x.device }).triu(1));
    }
    const weights = nn.functional.softmax(q.matmul(k.transpose(3, 2)).add(bias), -1);
    return [this.o(weights.matmul(v).transpose(1, 2).reshape(batch, length, inner)), bias];
  }
}

class T5LayerSelfAttention extends nn.Module {
  SelfAttention: T5Attention;
  layer_norm = new T5LayerNorm();
  dropout = new nn.Dropout(0.1);

  constructor(hasBias: boolean, isCausal: boolean) {
    super();
    this.SelfAttention = new T5Attention(hasBias, isCausal);
  }

  override forward(x: torch.Tensor, positionBias: torch.Tensor | null): [torch.Tensor, torch.Tensor] {
    const [attended, bias] = this.SelfAttention(this.layer_norm(x), null, positionBias);
    return [x.add(this.dropout(attended)), bias];
  }
}

class T5LayerCrossAttention extends nn.Module {
  EncDecAttention = new T5Attention(false, false);
  layer_norm = new T5LayerNorm();
  dropout = new nn.Dropout(0.1);

  override forward(x: torch.Tensor, memory: torch.Tensor, positionBias: torch.Tensor | null): [torch.Tensor, torch.Tensor] {
    const [attended, bias] = this.EncDecAttention(this.layer_norm(x), memory, positionBias);
    return [x.add(this.dropout(attended)), bias];
  }
}

class T5DenseActDense extends nn.Module {
  wi = new nn.Linear(width, feedforward, { bias: false });
  wo = new nn.Linear(feedforward, width, { bias: false });
  dropout = new nn.Dropout(0.1);
  act = new nn.ReLU();

  override forward(x: torch.Tensor): torch.Tensor {
    return this.wo(this.dropout(this.act(this.wi(x))));
  }
}

class T5LayerFF extends nn.Module {
  DenseReluDense = new T5DenseActDense();
  layer_norm = new T5LayerNorm();
  dropout = new nn.Dropout(0.1);

  override forward(x: torch.Tensor): torch.Tensor {
    return x.add(this.dropout(this.DenseReluDense(this.layer_norm(x))));
  }
}

class T5Block extends nn.Module {
  layer = new nn.ModuleList();

  constructor(
    isFirst: boolean,
    readonly isDecoder: boolean,
  ) {
    super();
    this.layer.append(new T5LayerSelfAttention(isFirst, isDecoder));
    if (isDecoder) this.layer.append(new T5LayerCrossAttention());
    this.layer.append(new T5LayerFF());
  }

  override forward(x: torch.Tensor, bias: torch.Tensor | null, memory: torch.Tensor | null, memoryBias: torch.Tensor | null): (torch.Tensor | null)[] {
    const [hidden, ownBias] = (this.layer[0] as T5LayerSelfAttention)(x, bias);
    if (!this.isDecoder) return [(this.layer[1] as T5LayerFF)(hidden), ownBias, null];
    const [crossed, crossBias] = (this.layer[1] as T5LayerCrossAttention)(hidden, memory!, memoryBias);
    return [(this.layer[2] as T5LayerFF)(crossed), ownBias, crossBias];
  }
}

class T5Stack extends nn.Module {
  embed_tokens: nn.Embedding;
  block: nn.ModuleList<T5Block>;
  final_layer_norm = new T5LayerNorm();
  dropout = new nn.Dropout(0.1);

  constructor(embedding: nn.Embedding, layers: number, isDecoder: boolean) {
    super();
    this.embed_tokens = embedding;
    this.block = new nn.ModuleList(Array.from({ length: layers }, (_, at) => new T5Block(at === 0, isDecoder)));
  }

  override forward(ids: torch.Tensor, memory: torch.Tensor | null = null): torch.Tensor {
    let x: torch.Tensor = this.dropout(this.embed_tokens(ids));
    let bias: torch.Tensor | null = null;
    let memoryBias: torch.Tensor | null = null;
    for (const block of this.block) {
      const given: (torch.Tensor | null)[] = block(x, bias, memory, memoryBias);
      x = given[0]!;
      bias = given[1]!;
      memoryBias = given[2]!;
    }
    return this.dropout(this.final_layer_norm(x));
  }
}

class T5ForConditionalGeneration extends nn.Module {
  shared = new nn.Embedding(32128, width);
  encoder: T5Stack;
  decoder: T5Stack;
  lm_head = new nn.Linear(width, 32128, { bias: false });

  constructor(layers: number) {
    super();
    this.encoder = new T5Stack(this.shared, layers, false);
    this.decoder = new T5Stack(this.shared, layers, true);
    this.lm_head.weight = this.shared.weight;
  }

  override forward(input_ids: torch.Tensor, decoder_input_ids: torch.Tensor): torch.Tensor {
    const memory = this.encoder(input_ids);
    const hidden = this.decoder(decoder_input_ids, memory);
    return this.lm_head(hidden.mul(width ** -0.5));
  }
}

export const t5 = torch.withDevice("meta", () => new T5ForConditionalGeneration(6)).eval();
t5(torch.zeros(1, 12, { dtype: torch.int64, device: "meta" }), torch.zeros(1, 7, { dtype: torch.int64, device: "meta" }));
