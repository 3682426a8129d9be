"""The files of PyTorch's that distributions are imported from."""
import torch
from torch.distributions import kl, multinomial, normal
from torch.distributions.categorical import Categorical
from torch.distributions.half_normal import HalfNormal
from torch.distributions.multivariate_normal import MultivariateNormal
from torch.distributions.studentT import StudentT
import torch.distributions.normal as its_file

torch.manual_seed(0)
fair = torch.ones(6) / 6
print(multinomial.Multinomial(1, fair).sample())
print(multinomial.Multinomial(10, fair).sample())
print(multinomial.Multinomial(1000, fair).sample() / 1000)
print(Categorical(fair).sample((3,)))
print(its_file.Normal is torch.distributions.Normal, its_file is normal)
print(kl.kl_divergence(normal.Normal(0.0, 1.0), normal.Normal(1.0, 2.0)))
for each in (Categorical, HalfNormal, MultivariateNormal, StudentT, multinomial.Multinomial):
    print(each)
