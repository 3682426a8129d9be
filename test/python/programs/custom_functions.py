import torch
from torch import nn
from torch.autograd import Function


class Exp(Function):
    @staticmethod
    def forward(ctx, i):
        result = i.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved_tensors
        return grad_output * result


class Scale(Function):
    @staticmethod
    def forward(ctx, x, factor, offset=0):
        ctx.factor = factor
        return x * factor + offset

    @staticmethod
    def backward(ctx, g):
        print("needs", ctx.needs_input_grad)
        return g * ctx.factor, None, None


class StraightThrough(Function):
    @staticmethod
    def forward(ctx, x):
        return (x > 0).float()

    @staticmethod
    def backward(ctx, g):
        return g.clamp(-1, 1)


class TwoOutputs(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        index = a.argmax()
        ctx.mark_non_differentiable(index)
        return a * b, a + b, index

    @staticmethod
    def backward(ctx, gm, gs, gi):
        a, b = ctx.saved_tensors
        return gm * b + gs, gm * a + gs


x = torch.tensor([0.5, -1.0, 2.0], requires_grad=True)
y = Exp.apply(x)
y.sum().backward()
print(y, x.grad)
x.grad = None
Scale.apply(x, 3, 1).sum().backward()
print(x.grad)
x.grad = None
(StraightThrough.apply(x) * 5).sum().backward()
print(x.grad)
x.grad = None
product, total, index = TwoOutputs.apply(x, x.detach() + 1)
print(index, index.requires_grad, product.grad_fn is not None)
(product.sum() + 2 * total.sum()).backward()
print(x.grad)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor([1.0, 2.0, 3.0]))

    def forward(self, x):
        return Exp.apply(self.w * x)


layer = Layer()
layer(torch.ones(3)).sum().backward()
print(layer.w.grad)
print(torch.autograd.gradcheck(Exp.apply, (torch.randn(3, dtype=torch.double, requires_grad=True),)))


class Broken(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 1

    @staticmethod
    def backward(ctx, g):
        return g, g


try:
    Broken.apply(x).sum().backward()
except RuntimeError as e:
    print(e)
