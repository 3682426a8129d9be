import * as torch from "../../src/engine/index.js";

const { nn } = torch;

const width = 768;
const heads = 12;

class Attention extends nn.Module {
  readonly cAttn = new nn.Linear(width, 3 * width);
  readonly cProj = new nn.Linear(width, width);

  override forward(x: torch.Tensor): torch.Tensor {
    const [batch, length] = x.shape as unknown as [number, number];
    const [q, k, v] = this.cAttn(x)
      .split(width, 2)
      .map((part) => part.view([batch, length, heads, width / heads]).transpose(1, 2)) as [torch.Tensor, torch.Tensor, torch.Tensor];
    const y = nn.functional.scaledDotProductAttention(q, k, v, { isCausal: true });
    return this.cProj(y.transpose(1, 2).contiguous().view([batch, length, width]));
  }
}

class Block extends nn.Module {
  readonly ln1 = new nn.LayerNorm(width);
  readonly attn = new Attention();
  readonly ln2 = new nn.LayerNorm(width);
  readonly fc = new nn.Linear(width, 4 * width);
  readonly proj = new nn.Linear(4 * width, width);

  override forward(x: torch.Tensor): torch.Tensor {
    const y = x.add(this.attn(this.ln1(x)));
    return y.add(this.proj(nn.functional.gelu(this.fc(this.ln2(y)), { approximate: "tanh" })));
  }
}

class Gpt2 extends nn.Module {
  readonly wte = new nn.Embedding(50257, width);
  readonly wpe = new nn.Embedding(1024, width);
  readonly h = new nn.ModuleList(Array.from({ length: 12 }, () => new Block()));
  readonly lnF = new nn.LayerNorm(width);
  readonly lmHead = new nn.Linear(width, 50257, { bias: false });

  constructor() {
    super();
    this.lmHead.weight = this.wte.weight;
    this.apply((module) => {
      if (module instanceof nn.Linear || module instanceof nn.Embedding) nn.init.normal_(module.weight, 0, 0.02);
      if (module instanceof nn.Linear && module.bias !== null) nn.init.zeros_(module.bias);
    });
  }

  override forward(tokens: torch.Tensor): torch.Tensor {
    let x = this.wte(tokens).add(this.wpe(torch.arange(tokens.shape[1]!)));
    for (const block of this.h) x = block(x);
    return this.lmHead(this.lnF(x));
  }
}

/** GPT-2 small, 124,439,808 parameters, initialized as published: normal numbers of deviation 0.02. */
export function buildGpt2(): Gpt2 {
  return new Gpt2();
}
