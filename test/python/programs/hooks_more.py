import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
seen = []
handles = [m.register_forward_hook(lambda m, i, o, n=n: seen.append((n, tuple(o.shape)))) for n, m in net.named_modules() if n]
net(torch.ones(2, 3))
print(seen)
for handle in handles:
    handle.remove()
seen.clear()
net(torch.ones(2, 3))
print(seen)


def pre(module, args):
    return (args[0] * 2,)


with_pre = net[0].register_forward_pre_hook(pre)
print(net[0](torch.ones(1, 3)) - net[0].forward(2 * torch.ones(1, 3)))
with_pre.remove()


class Keyword(nn.Module):
    def forward(self, x, *, scale=1):
        return x * scale


keyword = Keyword()
keyword.register_forward_pre_hook(lambda m, args, kwargs: (args, {**kwargs, "scale": kwargs["scale"] + 1}), with_kwargs=True)
keyword.register_forward_hook(lambda m, args, kwargs, output: print("hook", kwargs, output), with_kwargs=True)
print(keyword(torch.ones(2), scale=2))

gradients = {}
net[2].register_full_backward_hook(lambda m, gi, go: gradients.update(last=(gi[0].shape, go[0].shape)))
net[0].weight.register_hook(lambda g: gradients.update(weight=g.abs().sum().item()))
x = torch.ones(2, 3, requires_grad=True)
y = net(x)
hidden = net[0](x)
hidden.retain_grad()
(y.sum() + hidden.sum()).backward()
print(gradients["last"], round(gradients["weight"], 4), hidden.grad.shape, x.grad.shape)

t = torch.ones(2, requires_grad=True)
handle = t.register_hook(lambda g: g * 10)
(t * 3).sum().backward()
print(t.grad)
handle.remove()
(t * 3).sum().backward()
print(t.grad)


def rename(state, prefix, *_):
    for key in list(state):
        if key.startswith(prefix + "old"):
            state[prefix + "weight" + key[len(prefix) + 3 :]] = state.pop(key)


linear = nn.Linear(2, 1, bias=False)
linear._register_load_state_dict_pre_hook(rename)
print(linear.load_state_dict({"old": torch.full((1, 2), 5.0)}), linear.weight)
linear.register_state_dict_post_hook(lambda m, state, prefix, meta: state.update({prefix + "extra": torch.zeros(1)}))
print(list(linear.state_dict()))
order = []
linear.register_forward_hook(lambda *_: order.append("first"))
linear.register_forward_hook(lambda *_: order.append("before"), prepend=True)
linear(torch.ones(2))
print(order)
print(linear.register_forward_hook(lambda m, i, o: o + 1) is not None, linear(torch.ones(2)))
