import torch
from torch import distributions as D

torch.manual_seed(0)
normal = D.Normal(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]))
print(normal, normal.sample(), normal.rsample((2,)).shape, normal.log_prob(torch.tensor([0.5, 0.5])), normal.entropy(), normal.cdf(torch.zeros(2)))
print(normal.mean, normal.variance, normal.stddev, normal.batch_shape, normal.event_shape)
uniform = D.Uniform(0.0, 2.0)
print(uniform, uniform.log_prob(torch.tensor(1.0)), uniform.sample((3,)), uniform.entropy())
bernoulli = D.Bernoulli(probs=torch.tensor([0.2, 0.9]))
print(bernoulli.sample(), bernoulli.log_prob(torch.ones(2)), bernoulli.entropy(), bernoulli.mean)
categorical = D.Categorical(logits=torch.tensor([[0.0, 1.0, 2.0], [1.0, 1.0, 1.0]]))
print(categorical)
print(categorical.sample(), categorical.log_prob(torch.tensor([2, 0])), categorical.entropy(), categorical.probs[1])
print(D.kl_divergence(D.Normal(0.0, 1.0), D.Normal(1.0, 2.0)), D.kl_divergence(categorical, D.Categorical(probs=torch.tensor([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]))))
try:
    D.Normal(0.0, -1.0)
except ValueError as e:
    print(str(e).split(":")[0][:20])
mean = torch.zeros(1, requires_grad=True)
-(D.Normal(mean, 1.0).log_prob(torch.tensor([2.0]))).backward() if False else D.Normal(mean, 1.0).log_prob(torch.tensor([2.0])).backward()
print(mean.grad)
