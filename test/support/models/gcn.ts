// A graph convolutional network for Cora, with 1433 words and 7 classes of papers (Kipf and Welling, 2016).
import * as torch from "layerscope";
import { nn } from "layerscope";

class GraphConvolution extends nn.Module {
  weight: nn.Parameter;
  bias: nn.Parameter;

  constructor(inFeatures: number, outFeatures: number) {
    super();
    const bound = 1 / Math.sqrt(outFeatures);
    this.weight = new nn.Parameter(nn.init.uniform_(torch.empty(inFeatures, outFeatures), -bound, bound));
    this.bias = new nn.Parameter(nn.init.uniform_(torch.empty(outFeatures), -bound, bound));
  }

  override forward(input: torch.Tensor, adj: torch.Tensor): torch.Tensor {
    const support = torch.mm(input, this.weight);
    return torch.mm(adj, support).add(this.bias);
  }
}

class GCN extends nn.Module {
  gc1 = new GraphConvolution(1433, 16);
  gc2 = new GraphConvolution(16, 7);

  override forward(x: torch.Tensor, adj: torch.Tensor): torch.Tensor {
    x = nn.functional.relu(this.gc1(x, adj));
    x = nn.functional.dropout(x, 0.5, this.training);
    return nn.functional.logSoftmax(this.gc2(x, adj), 1);
  }
}

export const gcn = new GCN().eval();
gcn(torch.rand(20, 1433), torch.eye(20));
