// Whisper, tiny (Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022), as in openai/whisper.
import * as torch from "layerscope";
import { nn } from "layerscope";

const [state, heads, layers, vocabulary] = [384, 6, 4, 51865];

class MultiHeadAttention extends nn.Module {
  query = new nn.Linear(state, state);
  key = new nn.Linear(state, state, { bias: false });
  value = new nn.Linear(state, state);
  out = new nn.Linear(state, state);

  override forward(x: torch.Tensor, xa: torch.Tensor | null = null, mask: torch.Tensor | null = null): torch.Tensor {
    const from = xa ?? x;
    const [batch, length] = x.shape as unknown as [number, number];
    const scale = (state / heads) ** -0.25;
    const split = (part: torch.Tensor) => part.view(batch, -1, heads, state / heads).permute(0, 2, 1, 3);
    let qk = split(this.query(x))
      .mul(scale)
      .matmul(split(this.key(from)).mul(scale).transpose(2, 3));
    if (mask) qk = qk.add(mask.at(torch.slice(0, length), torch.slice(0, length)));
    return this.out(
      nn.functional
        .softmax(qk, -1)
        .matmul(split(this.value(from)))
        .permute(0, 2, 1, 3)
        .flatten(2),
    );
  }
}

class ResidualAttentionBlock extends nn.Module {
  attn = new MultiHeadAttention();
  attn_ln = new nn.LayerNorm(state);
  cross_attn: MultiHeadAttention | null;
  cross_attn_ln: nn.LayerNorm | null;
  mlp = new nn.Sequential(new nn.Linear(state, 4 * state), new nn.GELU(), new nn.Linear(4 * state, state));
  mlp_ln = new nn.LayerNorm(state);

  constructor(crosses: boolean) {
    super();
    this.cross_attn = crosses ? new MultiHeadAttention() : null;
    this.cross_attn_ln = crosses ? new nn.LayerNorm(state) : null;
  }

  override forward(x: torch.Tensor, xa: torch.Tensor | null = null, mask: torch.Tensor | null = null): torch.Tensor {
    x = x.add(this.attn(this.attn_ln(x), null, mask));
    if (this.cross_attn) x = x.add(this.cross_attn(this.cross_attn_ln!(x), xa));
    return x.add(this.mlp(this.mlp_ln(x)));
  }
}

class AudioEncoder extends nn.Module {
  conv1 = new nn.Conv1d(80, state, 3, { padding: 1 });
  conv2 = new nn.Conv1d(state, state, 3, { stride: 2, padding: 1 });
  blocks = new nn.ModuleList(Array.from({ length: layers }, () => new ResidualAttentionBlock(false)));
  ln_post = new nn.LayerNorm(state);

  constructor() {
    super();
    this.registerBuffer("positional_embedding", torch.zeros(1500, state));
  }

  override forward(mel: torch.Tensor): torch.Tensor {
    let x = nn.functional.gelu(this.conv2(nn.functional.gelu(this.conv1(mel)))).permute(0, 2, 1);
    x = x.add(this.getBuffer("positional_embedding"));
    for (const block of this.blocks) x = block(x);
    return this.ln_post(x);
  }
}

class TextDecoder extends nn.Module {
  token_embedding = new nn.Embedding(vocabulary, state);
  positional_embedding = new nn.Parameter(torch.zeros(448, state));
  blocks = new nn.ModuleList(Array.from({ length: layers }, () => new ResidualAttentionBlock(true)));
  ln = new nn.LayerNorm(state);

  constructor() {
    super();
    this.registerBuffer("mask", torch.full([448, 448], -Infinity).triu(1), { persistent: false });
  }

  override forward(tokens: torch.Tensor, xa: torch.Tensor): torch.Tensor {
    let x = this.token_embedding(tokens).add(this.positional_embedding.at(torch.slice(0, tokens.shape.at(-1))));
    for (const block of this.blocks) x = block(x, xa, this.getBuffer("mask"));
    return this.ln(x).matmul(this.token_embedding.weight.transpose(0, 1));
  }
}

class Whisper extends nn.Module {
  encoder = new AudioEncoder();
  decoder = new TextDecoder();

  override forward(mel: torch.Tensor, tokens: torch.Tensor): torch.Tensor {
    return this.decoder(tokens, this.encoder(mel));
  }
}

export const whisper = torch.withDevice("meta", () => new Whisper()).eval();
whisper(torch.zeros(1, 80, 3000, { device: "meta" }), torch.zeros(1, 6, { dtype: torch.int64, device: "meta" }));
