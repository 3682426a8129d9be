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
            analytical = torch.stack([torch.autograd.grad(e, each, retain_graph=True, allow_unused=True, materialize_grads=True)[0] for e in one.reshape(-1)]).reshape(one.numel(), -1)
            columns = []
            # Not without gradients: the function may be one of gradients itself.
            at_inputs = each.detach().clone()
            flat = at_inputs.view(-1)
            moved = [at_inputs if other is each else other for other in inputs]

            def moved_by(at, step):
                with torch.no_grad():
                    flat[at] += step
                shifted = func(*[at_inputs.detach().clone().requires_grad_() if other is at_inputs else other for other in moved])
                with torch.no_grad():
                    flat[at] -= step
                return (shifted if isinstance(shifted, tuple) else (shifted,))[i].detach()

            for at in range(flat.numel()):
                columns.append(((moved_by(at, eps) - moved_by(at, -eps)) / (2 * eps)).reshape(-1))
            numerical = torch.stack(columns, 1)
            if not torch.allclose(analytical, numerical, rtol, atol):
                if raise_exception:
                    raise RuntimeError(f"Jacobian mismatch for output {i} with respect to input {k},\nnumerical:{numerical}\nanalytical:{analytical}\n")
                return False
    return True


def gradgradcheck(func, inputs, grad_outputs=None, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, **kwargs):
    """Gradients of gradients held against differences, for `grad_outputs` or random ones."""
    import torch

    inputs = inputs if isinstance(inputs, tuple) else (inputs,)
    if grad_outputs is None:
        output = func(*inputs)
        output = output if isinstance(output, tuple) else (output,)
        grad_outputs = tuple(torch.randn_like(each).requires_grad_() for each in output)
    elif isinstance(grad_outputs, torch.Tensor):
        grad_outputs = (grad_outputs,)

    def gradients(*args):
        given, outgoing = args[: len(inputs)], args[len(inputs) :]
        wanted = [each for each in given if isinstance(each, torch.Tensor) and each.requires_grad]
        found = torch.autograd.grad(func(*given), wanted, outgoing, create_graph=True, allow_unused=True)
        return tuple(each for each in found if each is not None and each.requires_grad)

    return gradcheck(gradients, (*inputs, *grad_outputs), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception)
