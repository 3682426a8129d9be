# All names at once, those too that are made when they are asked for.
from torch import *
from torch.nn.functional import relu, one_hot

print(ones(2), zeros(1), cat([ones(1), ones(1)]), float32, Tensor)
print(relu(tensor([-1.0, 2.0])), one_hot(arange(3)))
print(matmul(eye(2), tensor([1.0, 2.0])), any(tensor([True, False])), sum(ones(3)), stack([ones(1), zeros(1)]).shape)
print("nn" in globals(), "optim" in globals(), "_builtins" in globals())
