import torch

x = torch.tensor([[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]])
for name in ("sum", "mean", "prod", "std", "var", "amax", "amin", "argmax", "argmin", "median", "max", "min", "mode", "logsumexp", "norm", "cumsum", "cumprod", "sort", "argsort", "softmax", "log_softmax", "all", "any", "nansum", "count_nonzero", "cummax", "diff"):
    f = getattr(x, name)
    try:
        print(name, f(dim=1), *([] if name in ("sort", "argsort", "softmax", "log_softmax", "cumsum", "cumprod", "mode", "logsumexp", "cummax", "diff") else [f()]))
    except Exception as e:
        print(name, type(e).__name__, str(e)[:80])
print(x.sum((0, 1)), x.sum(0, keepdim=True), x.mean(1, keepdim=True), x.std(0, correction=0), x.var(1, unbiased=False), torch.std_mean(x), torch.var_mean(x, 1))
print(x.max(0).values, x.max(dim=0).indices, torch.max(x, torch.tensor(3.0)), torch.maximum(x, x.flip(0)), x.min(1)[1], *torch.aminmax(x))
values, indices = x.sort(dim=1, descending=True)
print(values, indices, x.topk(2, largest=False), x.kthvalue(2, 1), torch.quantile(x, 0.5), torch.quantile(x, torch.tensor([0.25, 0.75]), dim=1))
print(x.numel(), x.sum().item(), x.sum(dtype=torch.float64), torch.tensor([1, 2]).sum().dtype, torch.tensor([True, True]).sum(), torch.ones(3, dtype=torch.int32).prod().dtype)
print(torch.nanmean(torch.tensor([1.0, float("nan"), 3.0])), torch.isnan(torch.tensor([float("nan")])), torch.isinf(torch.tensor([float("inf")])), torch.isfinite(x).all(), torch.nan_to_num(torch.tensor([float("nan"), float("inf")]), 0.0, 9.0))
print(torch.empty(0).sum(), torch.empty(0).prod(), torch.empty(0, 3).sum(0), torch.empty(2, 0).mean(1))
try:
    torch.empty(0).max()
except RuntimeError as e:
    print(str(e)[:70])
print(torch.allclose(x, x + 1e-7), torch.isclose(x, x + 1e-3)[0], torch.equal(x, x.clone()), (x == x).all(), x.eq(5).any(), torch.dist(x, x + 1), torch.renorm(x, 2, 0, 1.0))
print(x.cumsum(0), x.logcumsumexp(1), x.cummin(1), torch.trapezoid(x, dim=1), torch.cov(x), torch.corrcoef(x))
