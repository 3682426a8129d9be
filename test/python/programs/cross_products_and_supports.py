"""The dimension of a cross product that is not given, and all values of distributions that have finitely many."""
import torch, warnings
import torch.distributions as D
a,b=torch.arange(9.).reshape(3,3),torch.arange(9.).reshape(3,3).flip(0)
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always")
    print(torch.cross(a,b,dim=1), torch.linalg.cross(a,b), torch.cross(a,b), a.cross(b), a.cross(b, 0), torch.cross(input=a, other=b))
    for x in w: print(x.category.__name__, str(x.message).split(" (Trig")[0])
try: torch.cross(a)
except TypeError as e: print(e)
for d in (D.Bernoulli(torch.tensor([[.1,.2]])), D.Bernoulli(0.5), D.Categorical(torch.ones(2,3)), D.Categorical(torch.ones(3)), D.OneHotCategorical(torch.ones(2,3)), D.Binomial(2, torch.tensor([.5,.1])), D.Binomial(torch.tensor([2,3]), torch.tensor([.5,.1])), D.Normal(0.,1.), D.Poisson(1.)):
    print(type(d).__name__, d.has_enumerate_support)
    for e in (True, False):
        try: v=d.enumerate_support(expand=e); print(v, d.log_prob(v))
        except Exception as x: print(type(x).__name__, x)
try:
    torch.meshgrid(torch.ones(2, 2), torch.ones(2), indexing="ij")
except RuntimeError as e:
    print(str(e).split(":  ")[0].split(": t")[0])
print([each.shape for each in torch.meshgrid(torch.ones(2), torch.tensor(3.0), indexing="xy")])
