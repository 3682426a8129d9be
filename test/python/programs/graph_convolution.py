"""Graph convolution and graph attention on a small graph."""
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
edges = [(0, 1), (0, 2), (1, 2), (3, 4), (4, 5), (3, 5), (2, 3)]
n = 6
A = torch.zeros(n, n)
for i, j in edges:
    A[i, j] = A[j, i] = 1
A_hat = A + torch.eye(n)
deg = A_hat.sum(1)
norm = torch.diag(deg.pow(-0.5)) @ A_hat @ torch.diag(deg.pow(-0.5))
print(A.int())
print(norm[0])


class GCNConv(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.lin = nn.Linear(c_in, c_out, bias=False)
        self.bias = nn.Parameter(torch.zeros(c_out))

    def forward(self, x, adj):
        return adj @ self.lin(x) + self.bias


class GATConv(nn.Module):
    def __init__(self, c_in, c_out, heads=2):
        super().__init__()
        self.heads, self.c_out = heads, c_out
        self.W = nn.Linear(c_in, heads * c_out, bias=False)
        self.a_src = nn.Parameter(torch.empty(heads, c_out))
        self.a_dst = nn.Parameter(torch.empty(heads, c_out))
        for p in (self.a_src, self.a_dst):
            nn.init.xavier_uniform_(p)

    def forward(self, x, adj):
        h = self.W(x).view(-1, self.heads, self.c_out)
        src, dst = (h * self.a_src).sum(-1), (h * self.a_dst).sum(-1)
        score = F.leaky_relu(src[:, None] + dst[None, :], 0.2)
        score = score.masked_fill((adj == 0).unsqueeze(-1), float("-inf"))
        alpha = score.softmax(dim=1)
        return torch.einsum("ijh,jhc->ihc", alpha, h).flatten(1), alpha


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = GCNConv(n, 8)
        self.att = GATConv(8, 4)
        self.out = GCNConv(8, 2)

    def forward(self, x, norm, adj):
        x = F.elu(self.conv1(x, norm))
        x, alpha = self.att(x, adj)
        return self.out(F.dropout(x, 0.1, self.training), norm), alpha


x, y = torch.eye(n), torch.tensor([0, 0, 0, 1, 1, 1])
mask = torch.tensor([True, False, False, False, False, True])
net = Net()
print(net)
opt = torch.optim.Adam(net.parameters(), lr=0.05, weight_decay=5e-4)
for epoch in range(10):
    net.train()
    logits, _ = net(x, norm, A_hat)
    loss = F.cross_entropy(logits[mask], y[mask])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if epoch % 3 == 0:
        net.eval()
        with torch.no_grad():
            pred = net(x, norm, A_hat)[0].argmax(1)
        print(epoch, f"{loss:.4f}", (pred == y).float().mean().item())
_, alpha = net(x, norm, A_hat)
print(alpha.shape, torch.allclose(alpha.sum(1), torch.ones(n, 2)))
index = torch.tensor(edges).t()
src, dst = index
messages = torch.zeros(n, n).index_add_(0, dst, x[src])
print(messages.sum(1), torch.zeros(n).scatter_add(0, dst, torch.ones(len(edges))))
