"""What may be written over between forward and backward: each operand and the result, by which operands have gradients."""
import math

import torch
import torch.nn.functional as F

torch.manual_seed(0)
ops = {}


def p(*shape):
    return (torch.sin(torch.arange(1, 1 + math.prod(shape), dtype=torch.float32)) * 0.4 + 0.5).reshape(shape)


def op(name, f, *args):
    ops[name] = (f, args)


i22 = torch.tensor([[0, 1], [1, 0]])
P = (p(2, 2) + torch.eye(2)) @ (p(2, 2) + torch.eye(2)).T

op("gather", lambda a, i: a.gather(0, i), p(2, 2), i22)
op("take", lambda a, i: a.take(i), p(2, 2), i22)
op("index_select", lambda a, i: a.index_select(0, i), p(2, 2), torch.tensor([1, 0]))
op("index", lambda a, i: a[i], p(2, 2), torch.tensor([1, 0]))
op("scatter", lambda a, i, s: a.scatter(0, i, s), p(2, 2), i22, p(2, 2))
op("scatter_num", lambda a, i: a.scatter(0, i, 2.0), p(2, 2), i22)
op("scatter_add", lambda a, i, s: a.scatter_add(0, i, s), p(2, 2), i22, p(2, 2))
op("scatter_reduce_sum", lambda a, i, s: a.scatter_reduce(0, i, s, "sum"), p(2, 2), i22, p(2, 2))
op("scatter_reduce_amax", lambda a, i, s: a.scatter_reduce(0, i, s, "amax"), p(2, 2), i22, p(2, 2))
op("scatter_reduce_prod", lambda a, i, s: a.scatter_reduce(0, i, s, "prod"), p(2, 2), i22, p(2, 2))
op("scatter_reduce_mean", lambda a, i, s: a.scatter_reduce(0, i, s, "mean"), p(2, 2), i22, p(2, 2))
op("index_add", lambda a, i, s: a.index_add(0, i, s), p(2, 2), torch.tensor([1, 0]), p(2, 2))
op("index_copy", lambda a, i, s: a.index_copy(0, i, s), p(2, 2), torch.tensor([1, 0]), p(2, 2))
op("index_fill", lambda a, i: a.index_fill(0, i, 2.0), p(2, 2), torch.tensor([1]))
op("index_put", lambda a, i, s: a.index_put((i,), s), p(2, 2), torch.tensor([1, 0]), p(2, 2))
op("index_put_acc", lambda a, i, s: a.index_put((i,), s, accumulate=True), p(2, 2), torch.tensor([1, 0]), p(2, 2))
op("masked_fill", lambda a, m: a.masked_fill(m, 2.0), p(2, 2), i22>0)
op("masked_select", lambda a, m: a.masked_select(m), p(2, 2), i22>0)
op("masked_scatter", lambda a, m, s: a.masked_scatter(m, s), p(2, 2), i22>0, p(2, 2))
op("where", lambda m, a, b: torch.where(m, a, b), i22>0, p(2, 2), p(2, 2))
op("prod", lambda a: a.prod(), p(2, 2))
op("prod_dim", lambda a: a.prod(1), p(2, 2))
op("cumprod", lambda a: a.cumprod(0), p(2, 2))
op("cumsum", lambda a: a.cumsum(0), p(2, 2))
op("logcumsumexp", lambda a: a.logcumsumexp(0), p(2, 2))
op("rpow", lambda a: 2.0**a, p(2, 2))
op("xlogy", lambda a, b: torch.xlogy(a, b), p(2, 2), p(2, 2))
op("atan2", lambda a, b: torch.atan2(a, b), p(2, 2), p(2, 2))
op("logaddexp", lambda a, b: torch.logaddexp(a, b), p(2, 2), p(2, 2))
op("logaddexp2", lambda a, b: torch.logaddexp2(a, b), p(2, 2), p(2, 2))
op("maximum", lambda a, b: torch.maximum(a, b), p(2, 2), p(2, 2)*1.1)
op("fmax", lambda a, b: torch.fmax(a, b), p(2, 2), p(2, 2)*1.1)
op("fmod", lambda a, b: torch.fmod(a, b), p(2, 2), p(2, 2)*1.1)
op("remainder", lambda a, b: torch.remainder(a, b), p(2, 2), p(2, 2)*1.1)
op("lerp", lambda a, b: torch.lerp(a, b, .3), p(2, 2), p(2, 2))
op("lerp_t", lambda a, b, c: torch.lerp(a, b, c), p(2, 2), p(2, 2)*1.1, p(2, 2))
op("addcmul", lambda a, b, c: torch.addcmul(a, b, c), p(2, 2), p(2, 2), p(2, 2))
op("addcdiv", lambda a, b, c: torch.addcdiv(a, b, c), p(2, 2), p(2, 2), p(2, 2))
op("det", lambda a: torch.det(a), P)
op("logdet", lambda a: torch.logdet(a), P)
op("slogdet", lambda a: torch.linalg.slogdet(a)[1], P)
op("inverse", lambda a: torch.inverse(a), P)
op("cholesky", lambda a: torch.linalg.cholesky(a), P)
op("solve", lambda a, b: torch.linalg.solve(a, b), P, p(2, 2))
op("pinv", lambda a: torch.linalg.pinv(a), P)
op("matrix_exp", lambda a: torch.matrix_exp(a), P)
op("matrix_power", lambda a: torch.matrix_power(a, 3), P)
op("matrix_power1", lambda a: torch.matrix_power(a, 1), P)
op("norm", lambda a: a.norm(), p(2, 2))
op("norm1", lambda a: a.norm(1), p(2, 2))
op("norm3", lambda a: a.norm(3), p(2, 2))
op("vnorm", lambda a: torch.linalg.vector_norm(a, 2, 1), p(2, 2))
op("norminf", lambda a: a.norm(float('inf')), p(2, 2))
op("pairwise", lambda a, b: F.pairwise_distance(a, b), p(2, 2), p(2, 2)*2)
op("cosine", lambda a, b: F.cosine_similarity(a, b), p(2, 2), p(2, 2)*2)
op("normalize", lambda a: F.normalize(a), p(2, 2))
op("renorm", lambda a: torch.renorm(a, 2, 0, .5), p(2, 2))
op("kl_log", lambda a, b: F.kl_div(a, b, reduction="batchmean", log_target=True), p(2, 2), p(2, 2)*.7)
op("gaussian_nll", lambda a, b, c: F.gaussian_nll_loss(a, b, c), p(2, 2), p(2, 2)*.7, p(2, 2))
op("margin_ranking", lambda a, b, c: F.margin_ranking_loss(a, b, c), p(2), p(2)*.7, torch.tensor([1., -1.]))
op("triplet", lambda a, b, c: F.triplet_margin_loss(a, b, c), p(2, 2), p(2, 2)*.7, p(2, 2)*.9)
op("cosine_emb", lambda a, b, c: F.cosine_embedding_loss(a, b, c), p(2, 2), p(2, 2)*.7, torch.tensor([1., -1.]))
op("cross_entropy", lambda a, i: F.cross_entropy(a, i), p(2, 2), torch.tensor([1, 0]))
op("ce_prob", lambda a, i: F.cross_entropy(a, i), p(2, 2), p(2, 2))
op("ce_ls", lambda a, i: F.cross_entropy(a, i, label_smoothing=.1), p(2, 2), torch.tensor([1, 0]))
op("nll", lambda a, i: F.nll_loss(a, i), p(2, 2), torch.tensor([1, 0]))
op("multi_margin", lambda a, i: F.multi_margin_loss(a, i), p(2, 2), torch.tensor([1, 0]))
op("mlsm", lambda a, b: F.multilabel_soft_margin_loss(a, b), p(2, 2), p(2, 2))
op("mlm", lambda a, i: F.multilabel_margin_loss(a, i), p(2, 2), torch.tensor([[1, -1], [0, -1]]))
op("ctc", lambda a, t: F.ctc_loss(a, t, (4,), (2,)), p(4, 1, 3).log_softmax(-1), torch.tensor([[1, 2]]))
op("sdpa", lambda q, k, v: F.scaled_dot_product_attention(q, k, v), p(1, 2, 2), p(1, 2, 2), p(1, 2, 2))
op("glu", lambda a: F.glu(a), p(2, 2))
op("prelu", lambda a, w: F.prelu(a, w), p(2, 2)-.5, p(1))
op("threshold", lambda a: F.threshold(a, .3, 0.), p(2, 2))
op("softmax", lambda a: a.softmax(1), p(2, 2))
op("log_softmax", lambda a: a.log_softmax(1), p(2, 2))
op("softmin", lambda a: F.softmin(a, 1), p(2, 2))
op("logsumexp", lambda a: a.logsumexp(1), p(2, 2))
op("outer", lambda a, b: torch.outer(a, b), p(2), p(2))
op("dot", lambda a, b: torch.dot(a, b), p(2), p(2))
op("matmul", lambda a, b: a@b, p(2, 2), p(2, 2))
op("mv", lambda a, b: torch.mv(a, b), p(2, 2), p(2))
op("bmm", lambda a, b: torch.bmm(a, b), p(1, 2, 2), p(1, 2, 2))
op("addmm", lambda c, a, b: torch.addmm(c, a, b), p(2, 2), p(2, 2), p(2, 2))
op("baddbmm", lambda c, a, b: torch.baddbmm(c, a, b), p(1, 2, 2), p(1, 2, 2), p(1, 2, 2))
op("addmv", lambda c, a, b: torch.addmv(c, a, b), p(2), p(2, 2), p(2))
op("addr", lambda c, a, b: torch.addr(c, a, b), p(2, 2), p(2), p(2))
op("einsum", lambda a, b: torch.einsum("ij, jk->ik", a, b), p(2, 2), p(2, 2))
op("tensordot", lambda a, b: torch.tensordot(a, b, 1), p(2, 2), p(2, 2))
op("inner", lambda a, b: torch.inner(a, b), p(2, 2), p(2, 2))
op("cross", lambda a, b: torch.linalg.cross(a, b), p(2, 3), p(2, 3)*2)
op("linear", lambda x, w, b: F.linear(x, w, b), p(2, 2), p(2, 2), p(2))
op("var", lambda a: a.var(), p(2, 2))
op("std", lambda a: a.std(), p(2, 2))
op("std_dim", lambda a: a.std(1), p(2, 2))
op("mean", lambda a: a.mean(), p(2, 2))
op("cov", lambda a: a.cov(), p(2, 2))
op("corrcoef", lambda a: a.corrcoef(), p(2, 2))
op("amax", lambda a: a.amax(1), p(2, 2))
op("max", lambda a: a.max(), p(2, 2))
op("max_dim", lambda a: a.max(1)[0], p(2, 2))
op("median", lambda a: a.median(), p(2, 2))
op("sort", lambda a: a.sort()[0], p(2, 2))
op("topk", lambda a: a.topk(1)[0], p(2, 2))
op("kthvalue", lambda a: a.kthvalue(1)[0], p(2, 2))
op("quantile", lambda a: a.quantile(.3), p(2, 2))
op("mode", lambda a: a.mode()[0], p(2, 2))
op("aminmax", lambda a: a.aminmax()[0], p(2, 2))
op("median_dim", lambda a: a.median(1)[0], p(2, 2))
op("layer_norm", lambda x, w, b: F.layer_norm(x, [2], w, b), p(2, 2), p(2), p(2))
op("batch_norm", lambda x, w, b: F.batch_norm(x, None, None, w, b, True), p(2, 2), p(2), p(2))
op("group_norm", lambda x, w, b: F.group_norm(x, 1, w, b), p(2, 2, 2), p(2), p(2))
op("instance_norm", lambda x: F.instance_norm(x), p(2, 2, 2))
op("lrn", lambda x: F.local_response_norm(x, 2), p(2, 2, 2))
op("conv1d", lambda x, w, b: F.conv1d(x, w, b), p(1, 2, 4), p(2, 2, 2), p(2))
op("conv_t", lambda x, w, b: F.conv_transpose1d(x, w, b), p(1, 2, 4), p(2, 2, 2), p(2))
op("max_pool", lambda x: F.max_pool1d(x, 2), p(1, 2, 4))
op("max_pool2", lambda x: F.max_pool2d(x, 2), p(1, 1, 4, 4))
op("ada_max", lambda x: F.adaptive_max_pool1d(x, 2), p(1, 2, 4))
op("lp_pool", lambda x: F.lp_pool1d(x, 2., 2), p(1, 2, 4))
op("embedding", lambda i, w: F.embedding(i, w), torch.tensor([0, 1]), p(2, 2))
op("interpolate", lambda x: F.interpolate(x, 4), p(1, 1, 2))
op("clamp", lambda a: a.clamp(.2, .6), p(2, 2))
op("clamp_t", lambda a, l, h: a.clamp(l, h), p(2, 2), p(2, 2)*.5, p(2, 2)*.9)
op("nan_to_num", lambda a: a.nan_to_num(), p(2, 2))
op("softmax_none", lambda a: a.softmax(0), p(2, 2))
op("trapezoid", lambda y, x: torch.trapezoid(y, x), p(3), p(3).cumsum(0))
op("diff", lambda a: a.diff(), p(2, 3))
op("unfold", lambda a: F.unfold(a, 2), p(1, 1, 3, 3))
op("cumtrapz", lambda a: torch.cumulative_trapezoid(a), p(3))
op("repeat_interleave", lambda a, i: a.repeat_interleave(i, 0), p(2, 2), torch.tensor([1, 2]))
op("mvlgamma", lambda a: torch.mvlgamma(a+1, 2), p(2, 2))
op("polygamma", lambda a: torch.polygamma(1, a), p(2, 2))

for n in "l1_loss mse_loss smooth_l1_loss huber_loss binary_cross_entropy binary_cross_entropy_with_logits poisson_nll_loss kl_div".split():
    for r in ("sum", "none"):
        op(f"{n} {r}", lambda a, b, n=n, r=r: getattr(F, n)(a, b, reduction=r), p(2, 2), p(2, 2) * 0.7)
for n in "tanhshrink softshrink hardshrink softsign softplus gelu elu selu celu silu mish hardtanh hardsigmoid hardswish leaky_relu logsigmoid relu6".split():
    op(n, lambda a, n=n: getattr(F, n)(a), p(2, 2) - 0.5)


def run(name, f, args, wants, victim):
    """What comes of backward once `victim` is written over."""
    leaves, operands = [], []
    for k, a in enumerate(args):
        if a.dtype == torch.float32 and k in wants:
            leaves.append(a.clone().requires_grad_())
            operands.append(leaves[-1] * 1)
        else:
            operands.append(a.clone())
    y = f(*operands)
    if not y.requires_grad:
        return "no gradient"
    before = torch.autograd.grad(y.sum(), leaves, retain_graph=True, allow_unused=True)
    with torch.no_grad():
        t = y if victim == "result" else operands[victim]
        if t.dtype == torch.bool:
            t.logical_not_()
        elif t.dtype == torch.int64:
            t.mul_(0)
        else:
            t.add_(3)
    try:
        after = torch.autograd.grad(y.sum(), leaves, allow_unused=True)
    except RuntimeError as e:
        return "refused" if str(e).startswith("one of the variables needed for gradient computation has been modified") else str(e)
    return "same" if all((a is None) == (b is None) and (a is None or torch.allclose(a, b, atol=1e-4)) for a, b in zip(before, after)) else "different"


for name, (f, args) in ops.items():
    floating = [k for k, a in enumerate(args) if a.dtype == torch.float32]
    for wants in [floating] + ([[k] for k in floating] if len(floating) > 1 else []):
        outcomes = {victim: run(name, f, args, wants, victim) for victim in [*range(len(args)), "result"]}
        print(name, "for", wants, outcomes)
