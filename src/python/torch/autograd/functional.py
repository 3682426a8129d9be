"""Jacobians and Hessians, by one backward pass a row."""


def _tuple(value):
    return value if isinstance(value, tuple) else (value,)


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """The derivatives of each result of a function by each input."""
    import torch

    single = not isinstance(inputs, tuple)
    given = tuple(each.detach().clone().requires_grad_() if not create_graph else each for each in _tuple(inputs))
    outputs = func(*given)
    single_output = not isinstance(outputs, tuple)
    found = []
    for output in _tuple(outputs):
        rows = [[] for _ in given]
        for element in output.reshape(-1):
            grads = torch.autograd.grad(element, given, retain_graph=True, create_graph=create_graph, allow_unused=True)
            for row, gradient, each in zip(rows, grads, given):
                row.append(torch.zeros_like(each) if gradient is None else gradient)
        parts = tuple(torch.stack(row).reshape(tuple(output.shape) + tuple(each.shape)) for row, each in zip(rows, given))
        found.append(parts[0] if single else parts)
    return found[0] if single_output else tuple(found)


def hessian(func, inputs, create_graph=False, **kwargs):
    """The second derivatives of a function with a single result."""
    import torch

    single = not isinstance(inputs, tuple)
    given = tuple(each.detach().clone().requires_grad_() for each in _tuple(inputs))
    output = func(*given)
    first = torch.autograd.grad(output, given, create_graph=True)
    rows = []
    for gradient, each in zip(first, given):
        columns = [[] for _ in given]
        for element in gradient.reshape(-1):
            seconds = torch.autograd.grad(element, given, retain_graph=True, allow_unused=True)
            for column, second, other in zip(columns, seconds, given):
                column.append(torch.zeros_like(other) if second is None else second)
        rows.append(tuple(torch.stack(column).reshape(tuple(each.shape) + tuple(other.shape)) for column, other in zip(columns, given)))
    return rows[0][0] if single else tuple(rows)
