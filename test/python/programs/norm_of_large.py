"""Normalization of numbers whose squares overflow in float32: infinity or NaN by the order of PyTorch's steps."""
import torch
import torch.nn.functional as F


def ofSize(size, kind):
    pattern = torch.arange(size, dtype=torch.float32) % 5 - 2
    if kind == "mixed":
        x = pattern * 1e20
        x[size // 2] = 1.0
    elif kind == "first":
        x = pattern.clone()
        x[0] = 1e20
    elif kind == "last":
        x = pattern.clone()
        x[-1] = 3e38
    else:
        x = (pattern + 0.25) * (float(kind) / 2.25)
    return x


def shown(compute):
    try:
        values = compute().flatten()
    except ValueError as error:
        return str(error)
    # Rounded, and without the sign of zero.
    return f"{int(values.isnan().sum())} NaN, {[f'{abs(value):.3f}' for value in values[:4].tolist()]}"


def normalize(size, kind):
    x = ofSize(size, kind)
    print(size, kind, "layer", shown(lambda: F.layer_norm(x, [size])))
    print(size, kind, "layer of two", shown(lambda: F.layer_norm(torch.stack([x.clamp(-1, 1), x]), [size])[1]))
    print(size, kind, "group", shown(lambda: F.group_norm(x[None, None], 1)))
    print(size, kind, "batch", shown(lambda: F.batch_norm(x[:, None], None, None, training=True)))
    print(size, kind, "instance", shown(lambda: F.instance_norm(x[None, None])))
    print(size, kind, "rms", shown(lambda: F.rms_norm(x, [size])))


for size in [1, 2, 3, 8, 15, 16, 17, 24, 128, 129, 1000]:
    for kind in ["1e18", "1e19", "1e20", "3e38", "mixed", "first", "last"]:
        normalize(size, kind)

variance = torch.ones(1)
F.batch_norm(ofSize(8, "1e20")[:, None], torch.zeros(1), variance, training=True)
print("running variance", variance)
x = ofSize(3, "mixed").requires_grad_()
print("gradient", torch.autograd.grad(F.layer_norm(x, [3]).sum(), x))
