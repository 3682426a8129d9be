// Mamba-130M: a selective state space, run step by step (Gu and Dao, "Mamba: Linear-Time Sequence Modeling with Selective State Spaces", 2023), as in transformers.
import * as torch from "layerscope";
import { nn } from "layerscope";

const [hidden, inner, states, rank, kernel, vocabulary] = [768, 1536, 16, 48, 4, 50280];

class MambaMixer extends nn.Module {
  A_log = new nn.Parameter(torch.zeros(inner, states));
  D = new nn.Parameter(torch.ones(inner));
  conv1d = new nn.Conv1d(inner, inner, kernel, { groups: inner, padding: kernel - 1 });
  act = new nn.SiLU();
  in_proj = new nn.Linear(hidden, 2 * inner, { bias: false });
  x_proj = new nn.Linear(inner, rank + 2 * states, { bias: false });
  dt_proj = new nn.Linear(rank, inner);
  out_proj = new nn.Linear(inner, hidden, { bias: false });

  override forward(input: torch.Tensor): torch.Tensor {
    const [batch, length] = input.shape as unknown as [number, number];
    const [x, gate] = this.in_proj(input).transpose(1, 2).chunk(2, 1) as [torch.Tensor, torch.Tensor];
    const hiddenStates = this.act(this.conv1d(x).at("...", torch.slice(0, length)));
    const [timeStep, B, C] = torch.split(this.x_proj(hiddenStates.transpose(1, 2)), [rank, states, states], -1) as [torch.Tensor, torch.Tensor, torch.Tensor];
    const discreteStep = nn.functional.softplus(this.dt_proj(timeStep)).transpose(1, 2);
    const A = this.A_log.exp().neg();
    const discreteA = A.unsqueeze(0).unsqueeze(2).mul(discreteStep.unsqueeze(-1)).exp();
    const deltaB = discreteStep.unsqueeze(-1).mul(B.unsqueeze(1)).mul(hiddenStates.unsqueeze(-1));
    let state = torch.zeros(batch, inner, states, { device: input.device });
    const outputs: torch.Tensor[] = [];
    for (let at = 0; at < length; at++) {
      state = discreteA.select(2, at).mul(state).add(deltaB.select(2, at));
      outputs.push(state.matmul(C.select(1, at).unsqueeze(-1)).select(-1, 0));
    }
    const scanned = torch.stack(outputs, -1).add(hiddenStates.mul(this.D.unsqueeze(0).unsqueeze(-1)));
    return this.out_proj(scanned.mul(this.act(gate)).transpose(1, 2));
  }
}

class MambaBlock extends nn.Module {
  norm = new nn.RMSNorm(hidden, { eps: 1e-5 });
  mixer = new MambaMixer();

  override forward(x: torch.Tensor): torch.Tensor {
    return x.add(this.mixer(this.norm(x)));
  }
}

class MambaModel extends nn.Module {
  embeddings = new nn.Embedding(vocabulary, hidden);
  layers = new nn.ModuleList(Array.from({ length: 24 }, () => new MambaBlock()));
  norm_f = new nn.RMSNorm(hidden, { eps: 1e-5 });

  override forward(input_ids: torch.Tensor): torch.Tensor {
    let x = this.embeddings(input_ids);
    for (const layer of this.layers) x = layer(x);
    return this.norm_f(x);
  }
}

class MambaForCausalLM extends nn.Module {
  backbone = new MambaModel();
  lm_head = new nn.Linear(hidden, vocabulary, { bias: false });

  constructor() {
    super();
    this.lm_head.weight = this.backbone.embeddings.weight;
  }

  override forward(input_ids: torch.Tensor): torch.Tensor {
    return this.lm_head(this.backbone(input_ids));
  }
}

export const mamba = torch.withDevice("meta", () => new MambaForCausalLM()).eval();
mamba(torch.zeros(1, 5, { dtype: torch.int64, device: "meta" }));
