import torch, math
from torch.autograd import Function, grad
x = torch.tensor([1., 2., 3.], requires_grad=True)
y = (x ** 3).sum(); g, = grad(y, x, create_graph=True); print(g); g2, = grad(g.sum(), x); print(g2); print(x.grad)
def f(x): return (x ** 2).sum()
print(torch.autograd.functional.jacobian(lambda v: v ** 2, x.detach()), torch.autograd.functional.hessian(f, x.detach()))
class Exp(Function):
    @staticmethod
    def forward(ctx, i): r = i.exp(); ctx.save_for_backward(r); ctx.k = 2; return r
    @staticmethod
    def backward(ctx, g): r, = ctx.saved_tensors; print("bw", ctx.needs_input_grad, ctx.k); return g * r
e = Exp.apply(x); print(e, type(e.grad_fn).__name__); e.sum().backward(); print(x.grad); x.grad = None
class Two(Function):
    @staticmethod
    def forward(ctx, a, b, c=3): ctx.save_for_backward(a, b); ctx.c = c; ctx.mark_non_differentiable(b2 := b.round()); return a * b, b2
    @staticmethod
    def backward(ctx, ga, gb): a, b = ctx.saved_tensors; return ga * b, ga * a if ctx.needs_input_grad[1] else None, None
o, r = Two.apply(x, torch.tensor(2.4)); print(o, r, r.requires_grad); o.sum().backward(); print(x.grad); x.grad.zero_()
class STE(Function):
    @staticmethod
    def forward(ctx, i): return (i > 1.5).float()
    @staticmethod
    def backward(ctx, g): return g.clamp(-1, 1)
STE.apply(x).sum().backward(); print(x.grad); x.grad = None
class GRL(Function):
    @staticmethod
    def forward(ctx, x, alpha): ctx.alpha = alpha; return x.view_as(x)
    @staticmethod
    def backward(ctx, g): return g.neg() * ctx.alpha, None
GRL.apply(x, 0.5).sum().backward(); print(x.grad); print(torch.autograd.gradcheck(lambda t: t.sin(), torch.ones(2, dtype=torch.double, requires_grad=True)))
w = torch.tensor(1., requires_grad=True); b = torch.zeros(1, requires_grad=True)
for i in range(3):
    l = (w * 2 + b - 5) ** 2; l.backward(); print(w.grad, b.grad)
    with torch.no_grad(): w -= 0.1 * w.grad; b -= 0.1 * b.grad
    w.grad.zero_(); b.grad = None
print(w, b); a = torch.ones(2, 2, requires_grad=True); (a * torch.tensor([[1., 2.], [3., 4.]])).sum().backward(); print(a.grad); (a * 2).sum().backward(); print(a.grad); u = a * 2; u.retain_grad(); u.sum().backward(); print(u.grad, a.grad)
print(torch.is_grad_enabled());
with torch.no_grad():
    print(torch.is_grad_enabled(), (x * 2).requires_grad)
    with torch.enable_grad(): print((x * 2).requires_grad)
@torch.no_grad()
def ng(t): return t * 2
print(ng(x).requires_grad, ng.__name__); torch.set_grad_enabled(False); print((x * 2).requires_grad); torch.set_grad_enabled(True)
with torch.set_grad_enabled(False): print((x * 2).requires_grad)
with torch.inference_mode(): print((x * 2).requires_grad, (x * 2).is_inference() if hasattr(x, "is_inference") else True)
v = torch.randn(3, requires_grad=True); y = v * 2; n = 0
while y.norm() < 1000: y = y * 2; n += 1
y.backward(torch.tensor([0.1, 1.0, 0.0001])); print(v.grad / 2 ** n)
def cond(t): return t * 2 if t.sum() > 0 else t * 3
t = torch.tensor([-1.], requires_grad=True); cond(t).backward(); print(t.grad)
m = torch.eye(2, requires_grad=True); torch.linalg.inv(m * 2).sum().backward(); print(m.grad); q = torch.tensor([3., 1., 2.], requires_grad=True); q.sort()[0][0].backward(); print(q.grad); q.grad = None; q.max().backward(); print(q.grad); q.grad = None; torch.cat([q, q * 2])[3].backward(); print(q.grad); q.grad = None; q[q > 1].sum().backward(); print(q.grad); q.grad = None; torch.where(q > 1, q, q * 10).sum().backward(); print(q.grad); q.grad = None; q.cumsum(0).sum().backward(); print(q.grad); q.grad = None; q.prod().backward(); print(q.grad); q.grad = None; (q / q.sum()).sum().backward(); print(q.grad); q.grad = None; q.norm().backward(); print(q.grad); q.grad = None; q.var().backward(); print(q.grad); q.grad = None; q.clamp(1.5, 2.5).sum().backward(); print(q.grad); q.grad = None; q.softmax(0)[0].backward(); print(q.grad); q.grad=None; q.abs().sqrt().log().sum().backward(); print(q.grad)
loss = torch.nn.MSELoss()(torch.nn.Linear(2, 1)(torch.ones(1, 2)), torch.ones(1, 1)); print(type(loss.grad_fn).__name__, type(loss.grad_fn.next_functions[0][0]).__name__, type(loss.grad_fn.next_functions[0][0].next_functions[0][0]).__name__)
def walk(fn, d=0):
    if fn is None: return
    print(" " * d + type(fn).__name__)
    for nf, _ in fn.next_functions: walk(nf, d + 1)
net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2)); walk(torch.nn.functional.cross_entropy(net(torch.ones(1, 2)), torch.tensor([1])).grad_fn); walk(net(torch.ones(1, 4, 2)).grad_fn); walk(torch.nn.Conv2d(1, 1, 1)(torch.ones(1, 1, 2, 2)).relu().mean().grad_fn)
