"""Writes to views and to what they are views of: which are errors, and the gradients of those that are none."""

import torch, warnings
warnings.simplefilter("ignore")
def show(name, f):
    torch.manual_seed(0)
    try:
        r = f()
        print(name, "|", r)
    except Exception as e:
        print(name, "|", type(e).__name__, str(e).split(" If you are using DistributedData")[0])
def leaf(): return torch.arange(6.).reshape(2, 3).requires_grad_()
MULTI = {
 "unbind": lambda b: b.unbind(0), "split": lambda b: b.split(1), "split_sizes": lambda b: b.split([1, 1]), "chunk": lambda b: b.chunk(2),
 "tensor_split": lambda b: b.tensor_split(2), "hsplit": lambda b: b.hsplit(3), "vsplit": lambda b: b.vsplit(2), "iter": lambda b: tuple(b), "dsplit": lambda b: b[None].dsplit(3),
 "select": lambda b: (b.select(0, 0),), "slice": lambda b: (b[0:1],), "view": lambda b: (b.view(6),), "no_grad_view": lambda b: nograd(lambda: b.view(6)), "no_grad_split": lambda b: nograd(lambda: b.split(1)),
 "select_of_split": lambda b: tuple(p[0] for p in b.split(1)), "split_of_split": lambda b: tuple(q for p in b.split(1) for q in p.split(1, 1)), "detach": lambda b: (b.detach(),),
 "narrow_copy": lambda b: (b.narrow(0, 0, 1),), "expand": lambda b: (b[None].expand(1, 2, 3),), "t": lambda b: (b.t(),), "unflatten": lambda b: (b.unflatten(1, (3, 1)),), "diagonal": lambda b: (b.diagonal(),),
 "unfold": lambda b: (b.unfold(1, 3, 3),), "squeeze": lambda b: (b.squeeze(),), "permute": lambda b: (b.permute(1, 0),),
}
def nograd(f):
    with torch.no_grad():
        r = f()
    return r if isinstance(r, tuple) else (r,)
def gradsum(b0, *ts):
    s = sum(t.sum() * (i + 1) for i, t in enumerate(ts))
    s.backward()
    return None if b0.grad is None else b0.grad.tolist()
for n, f in MULTI.items():
    def base_write(kind):
        def g():
            b0 = leaf(); b = b0 * 1 if "leaf" not in kind else b0
            vs = f(b)
            if "nograd" in kind:
                with torch.no_grad(): b.mul_(2)
            elif "const" in kind: b.zero_()
            elif "other" in kind: vs[-1].mul_(2)
            elif "part" in kind: b[0].mul_(2)
            else: b.mul_(2)
            if "name" in kind: return [None if v.grad_fn is None else v.grad_fn.name() for v in vs]
            return gradsum(b0, *vs)
        return g
    for kind in ["write", "write nograd", "write const", "write other", "write part", "write name", "write nograd name"]:
        show(n + " " + kind, base_write(kind))
    def view_write(kind):
        def g():
            b0 = leaf(); b = b0 * 1 if "leaf" not in kind else b0
            if "noreq" in kind: b = b.detach()
            vs = f(b)
            if "nograd" in kind:
                with torch.no_grad(): vs[0].mul_(2)
            elif "req" in kind: vs[0].mul_(torch.ones(1, requires_grad=True))
            elif "zero" in kind: vs[0].zero_()
            elif "iadd" in kind:
                v = vs[0]; v += 1
            elif "setitem" in kind: vs[0][0] = 1
            elif "out" in kind: torch.add(vs[0], 1, out=vs[0])
            else: vs[0].mul_(2)
            return gradsum(b0, b) if "noreq" not in kind else (gradsum(b0, b) if b.requires_grad else b.tolist())
        return g
    for kind in ["view", "view nograd", "view leaf", "view leaf nograd", "view noreq", "view noreq req", "view zero", "view iadd", "view setitem", "view noreq setitem"]:
        show(n + " " + kind, view_write(kind))
    for m in ["transpose_", "squeeze_", "unsqueeze_", "detach_", "requires_grad_", "requires_grad_false", "swapaxes_", "as_strided_", "retain_grad", "set_"]:
        for which in ["nonleaf", "leaf", "noreq", "underno"]:
            def g():
                b0 = leaf()
                b = b0 * 1 if which in ("nonleaf", "underno") else b0 if which == "leaf" else b0.detach()
                vs = f(b)
                v = vs[0]
                def call():
                    if m == "transpose_": return v.transpose_(0, -1)
                    if m == "swapaxes_": return v.swapaxes_(0, -1)
                    if m == "squeeze_": return v.squeeze_()
                    if m == "unsqueeze_": return v.unsqueeze_(0)
                    if m == "detach_": return v.detach_()
                    if m == "requires_grad_": return v.requires_grad_()
                    if m == "requires_grad_false": return v.requires_grad_(False)
                    if m == "as_strided_": return v.as_strided_((1,), (1,))
                    if m == "retain_grad": return v.retain_grad()
                    if m == "set_": return v
                if which == "underno":
                    with torch.no_grad(): r = call()
                else: r = call()
                return tuple(v.shape), v.requires_grad, v.is_leaf, gradsum(b0, v) if v.requires_grad else None
            show(n + " " + m + " " + which, g)
