// A mixture of experts: of 64 small networks, a router chooses two for every token and weighs what they give (Shazeer et al., "Outrageously
// Large Neural Networks", 2017). All experts' weights are kept, but only a thirty-second of them is computed with.
import * as torch from "layerscope";
import { nn } from "layerscope";

class Expert extends nn.Module {
  up: nn.Linear<false>;
  act = new nn.SiLU();
  down: nn.Linear<false>;

  constructor(width: number, hidden: number) {
    super();
    this.up = new nn.Linear(width, hidden, { bias: false });
    this.down = new nn.Linear(hidden, width, { bias: false });
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.down(this.act(this.up(x)));
  }
}

class MixtureOfExperts extends nn.Module {
  router: nn.Linear<false>;
  experts: nn.ModuleList<Expert>;

  constructor(
    width: number,
    hidden: number,
    count: number,
    readonly chosen: number,
  ) {
    super();
    this.router = new nn.Linear(width, count, { bias: false });
    this.experts = new nn.ModuleList(Array.from({ length: count }, () => new Expert(width, hidden)));
  }

  /** Tokens (tokens, width) to tokens of the same shape. */
  override forward(x: torch.Tensor): torch.Tensor {
    const { values: scores, indices: choice } = this.router(x).topk(this.chosen, -1);
    const weights = nn.functional.softmax(scores, -1);
    const given = torch.zerosLike(x);
    for (const [number, expert] of [...this.experts].entries()) {
      const [tokens, place] = torch.nonzero(choice.eq(number), { asTuple: true }) as [torch.Tensor, torch.Tensor];
      const weight = weights.at(tokens, place).unsqueeze(-1);
      given.indexAdd_(0, tokens, expert(x.at(tokens)).mul(weight));
    }
    return given;
  }
}

class Block extends nn.Module {
  norm: nn.RMSNorm;
  mixture: MixtureOfExperts;

  constructor(width: number, hidden: number, experts: number, chosen: number) {
    super();
    this.norm = new nn.RMSNorm(width);
    this.mixture = new MixtureOfExperts(width, hidden, experts, chosen);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return x.add(this.mixture(this.norm(x)));
  }
}

class LanguageModel extends nn.Module {
  embedding = new nn.Embedding(100, 32);
  block = new Block(32, 64, 64, 2);
  head = new nn.Linear(32, 100);

  /** Tokens (tokens) to scores (tokens, 100). */
  override forward(tokens: torch.Tensor): torch.Tensor {
    return this.head(this.block(this.embedding(tokens)));
  }
}

torch.manualSeed(0);
export const model = new LanguageModel();

const scores = model(torch.randint(0, 100, [256]));
const count = (module: nn.Module): number => [...module.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
const used = count(model) - (62 / 64) * count(model.block.mixture.experts);
console.log(`${count(model).toLocaleString("en-US")} parameters, of which a token meets ${used.toLocaleString("en-US")}; gives ${scores.shape}`);
