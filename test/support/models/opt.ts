// OPT-125M (Zhang et al., "OPT: Open Pre-trained Transformer Language Models", 2022), as in transformers.
import * as torch from "layerscope";
import { nn } from "layerscope";

const [width, heads, vocabulary] = [768, 12, 50272];

/** Leaves two places before the first. */
class OPTLearnedPositionalEmbedding extends nn.Embedding {
  constructor(positions: number, dim: number) {
    super(positions + 2, dim);
  }

  override forward(attentionMask: torch.Tensor): torch.Tensor {
    const mask = attentionMask.long();
    return super.forward(mask.cumsum(1).mul(mask).sub(1).add(2));
  }
}

class OPTAttention extends nn.Module {
  k_proj = new nn.Linear(width, width);
  v_proj = new nn.Linear(width, width);
  q_proj = new nn.Linear(width, width);
  out_proj = new nn.Linear(width, width);

  override forward(x: torch.Tensor, mask: torch.Tensor): torch.Tensor {
    const [batch, length] = x.shape as unknown as [number, number];
    const shape = (part: torch.Tensor) => part.view(batch, length, heads, width / heads).transpose(1, 2);
    const q = shape(this.q_proj(x).mul((width / heads) ** -0.5));
    const weights = nn.functional.softmax(q.matmul(shape(this.k_proj(x)).transpose(2, 3)).add(mask), -1);
    return this.out_proj(
      weights
        .matmul(shape(this.v_proj(x)))
        .transpose(1, 2)
        .reshape(batch, length, width),
    );
  }
}

class OPTDecoderLayer extends nn.Module {
  self_attn = new OPTAttention();
  activation_fn = new nn.ReLU();
  self_attn_layer_norm = new nn.LayerNorm(width);
  fc1 = new nn.Linear(width, 4 * width);
  fc2 = new nn.Linear(4 * width, width);
  final_layer_norm = new nn.LayerNorm(width);

  override forward(x: torch.Tensor, mask: torch.Tensor): torch.Tensor {
    x = x.add(this.self_attn(this.self_attn_layer_norm(x), mask));
    return x.add(this.fc2(this.activation_fn(this.fc1(this.final_layer_norm(x)))));
  }
}

class OPTDecoder extends nn.Module {
  embed_tokens = new nn.Embedding(vocabulary, width, { paddingIdx: 1 });
  embed_positions = new OPTLearnedPositionalEmbedding(2048, width);
  final_layer_norm = new nn.LayerNorm(width);
  layers = new nn.ModuleList(Array.from({ length: 12 }, () => new OPTDecoderLayer()));

  override forward(input_ids: torch.Tensor): torch.Tensor {
    const length = input_ids.shape[1]!;
    const mask = torch.full([length, length], -Infinity, { device: input_ids.device }).triu(1);
    let x = this.embed_tokens(input_ids).add(this.embed_positions(torch.onesLike(input_ids)));
    for (const layer of this.layers) x = layer(x, mask);
    return this.final_layer_norm(x);
  }
}

class OPTModel extends nn.Module {
  decoder = new OPTDecoder();

  override forward(input_ids: torch.Tensor): torch.Tensor {
    return this.decoder(input_ids);
  }
}

class OPTForCausalLM extends nn.Module {
  model = new OPTModel();
  lm_head = new nn.Linear(width, vocabulary, { bias: false });

  constructor() {
    super();
    this.lm_head.weight = this.model.decoder.embed_tokens.weight;
  }

  override forward(input_ids: torch.Tensor): torch.Tensor {
    return this.lm_head(this.model(input_ids));
  }
}

export const opt = torch.withDevice("meta", () => new OPTForCausalLM()).eval();
opt(torch.zeros(1, 16, { dtype: torch.int64, device: "meta" }));
