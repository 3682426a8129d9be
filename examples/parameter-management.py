# Parameter management
#
# How to reach the parameters of a network, how to initialize them, and how to share them between layers. Each cell prints what PyTorch prints after torch.manual_seed(0), number for number.

import torch
from torch import nn

torch.manual_seed(0)

# A multilayer perceptron with one hidden layer. A Sequential runs its layers in order.
net = nn.Sequential(
    nn.Linear(4, 8),  # the hidden layer: 4 inputs, 8 units
    nn.ReLU(),
    nn.Linear(8, 1),  # the output layer: 8 inputs, 1 output
)
X = torch.rand(size=(2, 4))  # two samples with four features each
print(net(X))

# Accessing parameters
#
# The layers of a Sequential are found by their position, and net[2] is the output layer. Its state dict holds everything it has learned: a weight of shape (1, 8) and a bias of shape (1).

print(net[2].state_dict())

# A parameter is an object of a class of its own: a tensor that its module knows to be learned. Its values alone are in `data`.
print(type(net[2].bias))
print(net[2].bias)
print(net[2].bias.data)

# Beside the values it holds the gradient. There is none yet, because nothing called backward().
print(net[2].weight.grad == None)

# All parameters at once, of one layer and of the whole network. The names lead through the modules.
print(*[(name, param.shape) for name, param in net[0].named_parameters()])
print(*[(name, param.shape) for name, param in net.named_parameters()])

# These names are the keys of the network's state dict: another way to the same bias.
print(net.state_dict()["2.bias"].data)

# Blocks can be made by functions and nested to any depth. block1 is a small network, block2 four of them in a row, and rgnet a block2 with an output layer behind.

def block1():
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU())


def block2():
    net = nn.Sequential()
    for i in range(4):
        net.add_module(f"block {i}", block1())
    return net


rgnet = nn.Sequential(block2(), nn.Linear(4, 1))
print(rgnet(X))

# What was built, as it is nested.
print(rgnet)

# Down to one bias: of the first block, the second part, its first layer.
print(rgnet[0][1][0].bias.data)

# Initializing parameters
#
# apply calls a function with every module beneath, so a rule for one type of layer reaches all of them.

def init_normal(m):
    if type(m) == nn.Linear:
        nn.init.normal_(m.weight, mean=0, std=0.01)
        nn.init.zeros_(m.bias)


net.apply(init_normal)
print((net[0].weight.data[0], net[0].bias.data[0]))

# Any constant will do where one wants to see what it does.
def init_constant(m):
    if type(m) == nn.Linear:
        nn.init.constant_(m.weight, 1)
        nn.init.zeros_(m.bias)


net.apply(init_constant)
print((net[0].weight.data[0], net[0].bias.data[0]))

# Different rules for different layers: Glorot's for the first, the answer for the last.
def init_xavier(m):
    if type(m) == nn.Linear:
        nn.init.xavier_uniform_(m.weight)


def init_42(m):
    if type(m) == nn.Linear:
        nn.init.constant_(m.weight, 42)


net[0].apply(init_xavier)
net[2].apply(init_42)
print(net[0].weight.data[0])
print(net[2].weight.data)

# A rule of one's own: uniform from -10 to 10, and what is nearer to zero than 5 becomes zero.
def my_init(m):
    if type(m) == nn.Linear:
        print("Init", *[(name, param.shape) for name, param in m.named_parameters()][0])
        nn.init.uniform_(m.weight, -10, 10)
        m.weight.data *= m.weight.data.abs() >= 5


net.apply(my_init)
print(net[0].weight[:2])

# Values can be set directly, too.
net[0].weight.data[:] += 1
net[0].weight.data[0, 0] = 42
print(net[0].weight.data[0])

# Sharing parameters
#
# A layer that stands in two places of a network is one layer: its parameters are the same tensors, not copies.

shared = nn.Linear(8, 8)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), shared, nn.ReLU(), shared, nn.ReLU(), nn.Linear(8, 1))
net(X)
print(net[2].weight.data[0] == net[4].weight.data[0])
net[2].weight.data[0, 0] = 100
# It is the same object, so that what changes in one place has changed in the other.
print(net[2].weight.data[0] == net[4].weight.data[0])
