// Mixtral 8x7B: of eight feedforward networks a token meets two (Jiang et al., "Mixtral of Experts", 2024), as in transformers. Shapes alone.
import * as torch from "layerscope";
import { nn } from "layerscope";

const [hidden, intermediate, heads, keyValueHeads, experts, chosen] = [4096, 14336, 32, 8, 8, 2];
const headDim = hidden / heads;

function rotateHalf(x: torch.Tensor): torch.Tensor {
  const x1 = x.at("...", torch.slice(0, headDim / 2));
  const x2 = x.at("...", torch.slice(headDim / 2));
  return torch.cat([x2.neg(), x1], -1);
}

class MixtralRotaryEmbedding extends nn.Module {
  constructor() {
    super();
    const powers = torch.arange(0, headDim, 2).float().div(headDim);
    this.registerBuffer("inv_freq", torch.pow(1e6, powers).reciprocal(), { persistent: false });
  }

  override forward(positions: torch.Tensor): [torch.Tensor, torch.Tensor] {
    const angles = positions.float().unsqueeze(-1).mul(this.getBuffer("inv_freq"));
    const both = torch.cat([angles, angles], -1);
    return [both.cos(), both.sin()];
  }
}

class MixtralAttention extends nn.Module {
  q_proj = new nn.Linear(hidden, heads * headDim, { bias: false });
  k_proj = new nn.Linear(hidden, keyValueHeads * headDim, { bias: false });
  v_proj = new nn.Linear(hidden, keyValueHeads * headDim, { bias: false });
  o_proj = new nn.Linear(heads * headDim, hidden, { bias: false });

  override forward(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor): torch.Tensor {
    const [batch, length] = x.shape as unknown as [number, number];
    const split = (part: torch.Tensor) => part.view(batch, length, -1, headDim).transpose(1, 2);
    const rotated = (part: torch.Tensor) => part.mul(cos).add(rotateHalf(part).mul(sin));
    const [q, k] = [rotated(split(this.q_proj(x))), rotated(split(this.k_proj(x)))];
    const attended = nn.functional.scaledDotProductAttention(q, k, split(this.v_proj(x)), { isCausal: true, enableGqa: true });
    return this.o_proj(attended.transpose(1, 2).reshape(batch, length, hidden));
  }
}

class MixtralBlockSparseTop2MLP extends nn.Module {
  w1 = new nn.Linear(hidden, intermediate, { bias: false });
  w2 = new nn.Linear(intermediate, hidden, { bias: false });
  w3 = new nn.Linear(hidden, intermediate, { bias: false });
  act_fn = new nn.SiLU();

  override forward(x: torch.Tensor): torch.Tensor {
    return this.w2(this.act_fn(this.w1(x)).mul(this.w3(x)));
  }
}

/** Without values nothing says who was chosen: every expert is run on every token, and weighed. */
class MixtralSparseMoeBlock extends nn.Module {
  gate = new nn.Linear(hidden, experts, { bias: false });
  experts = new nn.ModuleList(Array.from({ length: experts }, () => new MixtralBlockSparseTop2MLP()));

  override forward(x: torch.Tensor): torch.Tensor {
    const probabilities = nn.functional.softmax(this.gate(x), -1);
    const { values, indices } = probabilities.topk(chosen, -1);
    const weights = torch.zerosLike(probabilities).scatter(-1, indices, values.div(values.sum(-1, { keepdim: true })));
    let sum = torch.zerosLike(x);
    [...this.experts].forEach((expert, at) => {
      sum = sum.add(expert(x).mul(weights.at("...", torch.slice(at, at + 1))));
    });
    return sum;
  }
}

class MixtralDecoderLayer extends nn.Module {
  self_attn = new MixtralAttention();
  block_sparse_moe = new MixtralSparseMoeBlock();
  input_layernorm = new nn.RMSNorm(hidden, { eps: 1e-5 });
  post_attention_layernorm = new nn.RMSNorm(hidden, { eps: 1e-5 });

  override forward(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor): torch.Tensor {
    x = x.add(this.self_attn(this.input_layernorm(x), cos, sin));
    return x.add(this.block_sparse_moe(this.post_attention_layernorm(x)));
  }
}

class MixtralModel extends nn.Module {
  embed_tokens = new nn.Embedding(32000, hidden);
  layers = new nn.ModuleList(Array.from({ length: 32 }, () => new MixtralDecoderLayer()));
  norm = new nn.RMSNorm(hidden, { eps: 1e-5 });
  rotary_emb = new MixtralRotaryEmbedding();

  override forward(input_ids: torch.Tensor): torch.Tensor {
    const [cos, sin] = this.rotary_emb(torch.arange(input_ids.shape[1]!, { device: input_ids.device }));
    let x = this.embed_tokens(input_ids);
    for (const layer of this.layers) x = layer(x, cos, sin);
    return this.norm(x);
  }
}

class MixtralForCausalLM extends nn.Module {
  model = new MixtralModel();
  lm_head = new nn.Linear(hidden, 32000, { bias: false });

  override forward(input_ids: torch.Tensor): torch.Tensor {
    return this.lm_head(this.model(input_ids));
  }
}

export const mixtral = torch.withDevice("meta", () => new MixtralForCausalLM()).eval();
mixtral(torch.zeros(1, 8, { dtype: torch.int64, device: "meta" }));
