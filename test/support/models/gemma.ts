// Gemma 2B: many heads share one of keys and values, norms add one to their weight (Gemma Team, 2024), as in transformers. Shapes alone.
import * as torch from "layerscope";
import { nn } from "layerscope";

const [hidden, intermediate, heads, headDim, vocabulary] = [2048, 16384, 8, 256, 256000];

class GemmaRMSNorm extends nn.Module {
  weight = new nn.Parameter(torch.zeros(hidden));

  override forward(x: torch.Tensor): torch.Tensor {
    const normalized = x.mul(torch.rsqrt(x.pow(2).mean(-1, { keepdim: true }).add(1e-6)));
    return normalized.mul(this.weight.add(1));
  }
}

class GemmaMLP extends nn.Module {
  gate_proj = new nn.Linear(hidden, intermediate, { bias: false });
  up_proj = new nn.Linear(hidden, intermediate, { bias: false });
  down_proj = new nn.Linear(intermediate, hidden, { bias: false });
  act_fn = new nn.GELU({ approximate: "tanh" });

  override forward(x: torch.Tensor): torch.Tensor {
    return this.down_proj(this.act_fn(this.gate_proj(x)).mul(this.up_proj(x)));
  }
}

function rotated(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor): torch.Tensor {
  const [first, second] = x.chunk(2, -1) as [torch.Tensor, torch.Tensor];
  return x.mul(cos).add(torch.cat([second.neg(), first], -1).mul(sin));
}

class GemmaAttention extends nn.Module {
  q_proj = new nn.Linear(hidden, heads * headDim, { bias: false });
  k_proj = new nn.Linear(hidden, headDim, { bias: false });
  v_proj = new nn.Linear(hidden, headDim, { bias: false });
  o_proj = new nn.Linear(heads * headDim, hidden, { bias: false });

  override forward(x: torch.Tensor, [cos, sin]: [torch.Tensor, torch.Tensor]): torch.Tensor {
    const [batch, length] = x.shape as unknown as [number, number];
    const split = (part: torch.Tensor) => part.view(batch, length, -1, headDim).transpose(1, 2);
    const q = rotated(split(this.q_proj(x)), cos, sin);
    const k = rotated(split(this.k_proj(x)), cos, sin).expand(-1, heads, -1, -1);
    const v = split(this.v_proj(x)).expand(-1, heads, -1, -1);
    const attended = nn.functional.scaledDotProductAttention(q, k, v, { isCausal: true });
    return this.o_proj(attended.transpose(1, 2).reshape(batch, length, heads * headDim));
  }
}

class GemmaDecoderLayer extends nn.Module {
  self_attn = new GemmaAttention();
  mlp = new GemmaMLP();
  input_layernorm = new GemmaRMSNorm();
  post_attention_layernorm = new GemmaRMSNorm();

  override forward(x: torch.Tensor, positions: [torch.Tensor, torch.Tensor]): torch.Tensor {
    x = x.add(this.self_attn(this.input_layernorm(x), positions));
    return x.add(this.mlp(this.post_attention_layernorm(x)));
  }
}

class GemmaModel extends nn.Module {
  embed_tokens = new nn.Embedding(vocabulary, hidden, { paddingIdx: 0 });
  layers = new nn.ModuleList(Array.from({ length: 18 }, () => new GemmaDecoderLayer()));
  norm = new GemmaRMSNorm();

  override forward(input_ids: torch.Tensor): torch.Tensor {
    const { device } = input_ids;
    const frequencies = torch.full([1], 10000, { dtype: torch.float32, device }).pow(torch.arange(0, headDim, 2, { device }).div(-headDim));
    const angles = torch.outer(torch.arange(input_ids.shape[1]!, { device }).float(), frequencies);
    const both = torch.cat([angles, angles], -1);
    const positions: [torch.Tensor, torch.Tensor] = [both.cos(), both.sin()];
    let x = this.embed_tokens(input_ids).mul(Math.sqrt(hidden));
    for (const layer of this.layers) x = layer(x, positions);
    return this.norm(x);
  }
}

class GemmaForCausalLM extends nn.Module {
  model = new GemmaModel();
  lm_head = new nn.Linear(hidden, vocabulary, { bias: false });

  constructor() {
    super();
    this.lm_head.weight = this.model.embed_tokens.weight;
  }

  override forward(input_ids: torch.Tensor): torch.Tensor {
    return this.lm_head(this.model(input_ids));
  }
}

export const gemma = torch.withDevice("meta", () => new GemmaForCausalLM()).eval();
gemma(torch.zeros(1, 8, { dtype: torch.int64, device: "meta" }));
