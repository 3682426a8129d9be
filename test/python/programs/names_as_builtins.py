# Functions that are called as Python's own take nothing from what is built on these.
import torch
import torch.nn.functional as F

x = torch.tensor([[1.0, -2.0], [3.5, 4.0]])
print(torch.any(x > 3), torch.all(x > 3), torch.sum(x), torch.max(x), torch.min(x), torch.abs(x), torch.round(x), torch.pow(x, 2))
print(torch.tensor([1.0, 2.0]), torch.tensor([[1, 2], [3, 4]]), torch.tensor([x[0, 0], x[1, 1]]))
print(torch.arange(0, 1, 0.25), torch.full((2,), 1.5))
print(torch.any is torch.any, any([False, True]), sum([1, 2]), max(1, 2))
torch.nn.utils.clip_grad_norm_([torch.nn.Parameter(torch.ones(2))], 1.0)
