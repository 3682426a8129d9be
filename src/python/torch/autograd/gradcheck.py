"""Gradients held against differences."""


def gradcheck(func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, **kwargs):
    import torch

    inputs = inputs if isinstance(inputs, tuple) else (inputs,)
    output = func(*inputs)
    output = output if isinstance(output, tuple) else (output,)
    for i, one in enumerate(output):
        for k, each in enumerate(inputs):
            if not isinstance(each, torch.Tensor) or not each.requires_grad:
                continue
            analytical = torch.stack([torch.autograd.grad(e, each, retain_graph=True, allow_unused=True)[0] for e in one.reshape(-1)]).reshape(one.numel(), -1)
            columns = []
            with torch.no_grad():
                flat = each.data.reshape(-1)
                for at in range(flat.numel()):
                    before = flat[at].item()
                    flat[at] = before + eps
                    up = func(*inputs)
                    flat[at] = before - eps
                    down = func(*inputs)
                    flat[at] = before
                    up = up if isinstance(up, tuple) else (up,)
                    down = down if isinstance(down, tuple) else (down,)
                    columns.append(((up[i] - down[i]) / (2 * eps)).reshape(-1))
                numerical = torch.stack(columns, 1)
            if not torch.allclose(analytical, numerical, rtol, atol):
                if raise_exception:
                    raise RuntimeError(f"Jacobian mismatch for output {i} with respect to input {k},\nnumerical:{numerical}\nanalytical:{analytical}\n")
                return False
    return True


gradgradcheck = gradcheck
