import torch
from torch.autograd import Function


class Exp(Function):
    @staticmethod
    def forward(ctx, x):
        result = x.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        result, = ctx.saved_tensors
        return grad * result


class ClampSTE(Function):
    @staticmethod
    def forward(ctx, x, low, high):
        ctx.low, ctx.high = low, high
        ctx.save_for_backward(x)
        return x.clamp(low, high)

    @staticmethod
    def backward(ctx, grad):
        x, = ctx.saved_tensors
        print("needs", ctx.needs_input_grad, ctx.low, ctx.high)
        return grad, None, None


class TwoOut(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b, a + b

    @staticmethod
    def backward(ctx, g1, g2):
        a, b = ctx.saved_tensors
        return g1 * b + g2, g1 * a + g2


x = torch.tensor([0.0, 1.0], requires_grad=True)
y = Exp.apply(x)
print(y)
y.sum().backward()
print(x.grad)
z = torch.tensor([-2.0, 0.5, 2.0], requires_grad=True)
ClampSTE.apply(z, -1.0, 1.0).sum().backward()
print(z.grad)
a = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(5.0, requires_grad=True)
p, s = TwoOut.apply(a, b)
print(p, s)
(p + 2 * s).backward()
print(a.grad, b.grad)


class Config:
    factor = 3.0


class WithObject(Function):
    @staticmethod
    def forward(ctx, x, config):
        ctx.factor = config.factor
        return x * config.factor

    @staticmethod
    def backward(ctx, g):
        return g * ctx.factor, None


q = torch.ones(2, requires_grad=True)
WithObject.apply(q, Config()).sum().backward()
print(q.grad)
