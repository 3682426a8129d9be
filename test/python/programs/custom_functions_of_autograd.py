"""Functions with gradients of one's own: straight-through, clipped, several outputs, saved tensors, double backward."""
import torch
from torch import nn
from torch.autograd import Function, gradcheck


class RoundSTE(Function):
    @staticmethod
    def forward(ctx, x, levels=4):
        ctx.levels = levels
        return torch.round(x * levels) / levels

    @staticmethod
    def backward(ctx, grad):
        return grad, None


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return -ctx.alpha * grad, None


class Swish(Function):
    @staticmethod
    def forward(ctx, x, beta):
        s = torch.sigmoid(beta * x)
        ctx.save_for_backward(x, beta, s)
        return x * s

    @staticmethod
    def backward(ctx, grad):
        x, beta, s = ctx.saved_tensors
        print("  needs", ctx.needs_input_grad)
        gx = grad * (s + beta * x * s * (1 - s)) if ctx.needs_input_grad[0] else None
        gb = (grad * x * x * s * (1 - s)).sum() if ctx.needs_input_grad[1] else None
        return gx, gb


class MinMax(Function):
    @staticmethod
    def forward(ctx, x):
        lo, i = x.min(dim=-1)
        hi, j = x.max(dim=-1)
        ctx.save_for_backward(i, j)
        ctx.shape = x.shape
        ctx.mark_non_differentiable(i, j)
        return lo, hi, i, j

    @staticmethod
    def backward(ctx, glo, ghi, gi, gj):
        i, j = ctx.saved_tensors
        out = glo.new_zeros(ctx.shape)
        out.scatter_add_(-1, i.unsqueeze(-1), glo.unsqueeze(-1))
        out.scatter_add_(-1, j.unsqueeze(-1), ghi.unsqueeze(-1))
        return out


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return 3 * x**2 * grad


class InPlace(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2)

    @staticmethod
    def backward(ctx, grad):
        return grad * 2


x = torch.tensor([0.1, 0.4, -0.7, 0.9], requires_grad=True)
y = RoundSTE.apply(x)
print(y)
y.pow(2).sum().backward()
print(x.grad)
print(RoundSTE.apply(x, 2))

x.grad = None
(GradReverse.apply(x, 0.5) * torch.arange(4.0)).sum().backward()
print(x.grad)

beta = nn.Parameter(torch.tensor(1.5))
out = Swish.apply(x, beta)
print(out, out.grad_fn.name())
out.sum().backward()
print(beta.grad, x.grad)
Swish.apply(x.detach(), beta).sum().backward()
print(beta.grad)

z = torch.tensor([[3.0, -1.0, 2.0], [0.5, 0.25, 4.0]], requires_grad=True)
lo, hi, i, j = MinMax.apply(z)
print(lo, hi, i, j, i.requires_grad)
(hi - lo).sum().backward()
print(z.grad)

c = torch.tensor(2.0, requires_grad=True)
(g,) = torch.autograd.grad(Cube.apply(c), c, create_graph=True)
(h,) = torch.autograd.grad(g, c, create_graph=True)
print(g, h, torch.autograd.grad(h, c))
print(gradcheck(Cube.apply, (torch.tensor([0.3, -1.2], dtype=torch.float64, requires_grad=True),)))

leaf = torch.ones(3, requires_grad=True)
moved = leaf * 1.0
out = InPlace.apply(moved)
print(out is moved, moved, moved.grad_fn is not None)
moved.sum().backward()
print(leaf.grad)

for bad in (lambda: InPlace.apply(leaf), lambda: RoundSTE()(x), lambda: MinMax.apply(z)[2].sum().backward(), lambda: Cube.apply(c).backward(torch.ones(2))):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, str(error).split("\n")[0])


class WrongCount(Function):
    @staticmethod
    def forward(ctx, a, b):
        return a + b

    @staticmethod
    def backward(ctx, grad):
        return grad


class WrongShape(Function):
    @staticmethod
    def forward(ctx, a):
        return a.sum()

    @staticmethod
    def backward(ctx, grad):
        return torch.ones(7)


for cls, args in ((WrongCount, (x, x)), (WrongShape, (x,))):
    try:
        cls.apply(*args).sum().backward()
    except Exception as error:
        print(type(error).__name__, error)


class Binarize(nn.Module):
    def __init__(self, bits):
        super().__init__()
        self.bits = bits
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return RoundSTE.apply(x.tanh(), 2**self.bits) * self.scale

    def extra_repr(self):
        return f"bits={self.bits}"


torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 3), Binarize(2), nn.Linear(3, 1))
print(net)
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
data = torch.randn(8, 4)
for step in range(3):
    loss = (net(data) - 1).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    print(step, round(loss.item(), 5), net[1].scale.grad)
