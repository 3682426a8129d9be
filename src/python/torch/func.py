"""Functions of functions: derivatives, many samples at once, modules without state of their own."""
from functools import wraps

from ._bridge import _e, result
from ._random import default_generator
from ._tensor import Tensor
from .utils._pytree import tree_leaves, tree_map, tree_unflatten

_depth = [0]  # transforms under way: what one of them gives is part of the history of those around it


def _differentiated(func, args, kwargs, argnums, has_aux, wants_scalar=True):
    """The inputs that `func` is differentiated by, as trees and as leaves, its result, and whether somebody differentiates that again."""
    import torch

    positions = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for position in positions:
        if not -len(args) <= position < len(args):
            raise RuntimeError(f"Got argnum={position}, but only {len(args)} positional inputs")
    trees = [args[position] for position in positions]
    given = tree_leaves(trees)
    is_nested = _depth[0] > 1 or torch.is_grad_enabled() and any(each.requires_grad for each in given)
    with torch.enable_grad():
        own = [each.view_as(each) if each.requires_grad else each.detach().requires_grad_() for each in given]
        args = list(args)
        for position, tree in zip(positions, tree_unflatten(own, trees)):
            args[position] = tree
        output = func(*args, **kwargs)
        output, aux = output if has_aux else (output, None)
        if wants_scalar:
            if not isinstance(output, Tensor):
                raise RuntimeError(f"grad_and_value(f)(*args): Expected f(*args)to return a tensor, got {type(output)}")
            if output.dim() != 0:
                raise RuntimeError(
                    f"grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with {output.dim()} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
                )
    return trees, own, output, aux, is_nested


def _gradients(output, own, is_nested, gradient=None, keep=None):
    import torch

    if not output.requires_grad:
        return [torch.zeros_like(each) for each in own]
    with torch.enable_grad():
        return torch.autograd.grad(output, own, gradient, retain_graph=keep, create_graph=is_nested, allow_unused=True, materialize_grads=True)


def _plain(tree, is_nested):
    return tree if is_nested else tree_map(lambda leaf: leaf.detach() if isinstance(leaf, Tensor) else leaf, tree)


def _transform(run, func):
    @wraps(func)
    def call(*args, **kwargs):
        _depth[0] += 1
        try:
            return run(*args, **kwargs)
        finally:
            _depth[0] -= 1

    return call


def grad_and_value(func, argnums=0, has_aux=False):
    """The function that gives gradient and value of `func`."""

    def run(*args, **kwargs):
        trees, own, output, aux, is_nested = _differentiated(func, args, kwargs, argnums, has_aux)
        found = tree_unflatten(_gradients(output, own, is_nested), trees)
        found = found[0] if isinstance(argnums, int) else tuple(found)
        value = _plain(output, is_nested)
        return found, (value, _plain(aux, is_nested)) if has_aux else value

    return _transform(run, func)


def grad(func, argnums=0, has_aux=False):
    """The function that gives the gradient of `func`, which gives one number."""
    both = grad_and_value(func, argnums, has_aux)

    @wraps(func)
    def call(*args, **kwargs):
        found, value = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return call


def vjp(func, *primals, has_aux=False):
    """What `func` gives, and the function that multiplies gradients of that by its Jacobian."""
    trees, own, output, aux, is_nested = _differentiated(func, primals, {}, tuple(range(len(primals))), has_aux, False)
    outputs = tree_leaves(output)

    def pull(*cotangents, retain_graph=True, create_graph=None):
        incoming = tree_leaves(cotangents)
        total = sum((each * gradient).sum() for each, gradient in zip(outputs, incoming)) if len(outputs) > 1 else outputs[0]
        found = tuple(tree_unflatten(_gradients(total, own, is_nested, None if len(outputs) > 1 else incoming[0], keep=True), trees))
        return found

    plain = _plain(output, is_nested)
    return (plain, pull, aux) if has_aux else (plain, pull)


def _rows(output, own, is_nested):
    """For each leaf, the Jacobian of one result by it, row by row."""
    import torch

    rows = [_gradients(each, own, is_nested, keep=True) for each in output.reshape(-1)]
    return [torch.stack(columns).reshape(*output.shape, *each.shape) for columns, each in zip(zip(*rows), own)]


def jacrev(func, argnums=0, has_aux=False, *, chunk_size=None):
    """The function that gives the Jacobian of `func`."""

    def run(*args, **kwargs):
        trees, own, output, aux, is_nested = _differentiated(func, args, kwargs, argnums, has_aux, False)

        def of(leaf):
            found = tree_unflatten(_rows(leaf, own, is_nested), trees)
            return found[0] if isinstance(argnums, int) else tuple(found)

        whole = tree_map(of, output)
        return (whole, _plain(aux, is_nested)) if has_aux else whole

    return _transform(run, func)


def jacfwd(func, argnums=0, has_aux=False, *, chunk_size=None, randomness="error"):
    """The same Jacobian as `jacrev`'s; here too it is computed by backward passes."""
    return jacrev(func, argnums, has_aux)


def hessian(func, argnums=0):
    """The function that gives the second derivatives of `func`."""
    return jacrev(jacrev(func, argnums), argnums)


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """What `func` gives, and its Jacobian times `tangents`."""
    import torch

    def run(*args):
        trees, own, output, aux, is_nested = _differentiated(func, args, {}, tuple(range(len(args))), has_aux, False)

        def along(leaf):
            # Twice backwards: the gradient is linear in what comes in.
            incoming = torch.zeros_like(leaf, requires_grad=True)
            found = torch.autograd.grad(leaf, own, incoming, create_graph=True, allow_unused=True, materialize_grads=True)
            total = sum((each * tangent).sum() for each, tangent in zip(found, tree_leaves(tangents)))
            return torch.autograd.grad(total, incoming, create_graph=is_nested)[0] if total.requires_grad else torch.zeros_like(leaf)

        with torch.enable_grad():
            moved = tree_map(along, output)
        return (_plain(output, is_nested), moved, aux) if has_aux else (_plain(output, is_nested), moved)

    return _transform(run, func)(*primals)


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """The function that calls `func` with each slice of its arguments, and stacks what that gives."""

    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")

    @wraps(func)
    def call(*args, **kwargs):
        import torch

        dims = in_dims if isinstance(in_dims, (list, tuple)) else (in_dims,) * len(args)
        if len(dims) != len(args):
            raise ValueError(
                f"vmap({func.__name__}, in_dims={in_dims}, ...)(<inputs>): in_dims is not compatible with the structure of inputs. in_dims has structure {tuple(dims)} but inputs has structure {len(args)}."
            )
        dim_of = [dim if isinstance(dim, (list, tuple, dict)) else tree_map(lambda _: dim, arg) for dim, arg in zip(dims, args)]
        leaves, along = tree_leaves(list(args)), tree_leaves(dim_of)
        sizes = [leaf.shape[dim] for leaf, dim in zip(leaves, along) if dim is not None] + [leaf.shape[0] for leaf in tree_leaves(kwargs) if isinstance(leaf, Tensor)]
        if not sizes:
            raise ValueError(f"vmap({func.__name__}, in_dims={in_dims}, ...)(<inputs>): at least one of the inputs must be mapped over")
        if len(set(sizes)) > 1:
            raise ValueError(f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped dimension")
        outputs = []
        before = default_generator.get_state()
        for i in range(sizes[0]):
            if randomness == "same":
                default_generator.set_state(before)
            parts = [leaf if dim is None else leaf.select(dim, i) for leaf, dim in zip(leaves, along)]
            options = tree_map(lambda leaf: leaf[i] if isinstance(leaf, Tensor) else leaf, kwargs)
            outputs.append(func(*tree_unflatten(parts, list(args)), **options))
            if i == 0 and randomness == "error" and default_generator.get_state().state != before.state:
                default_generator.set_state(before)
                raise RuntimeError(
                    "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness flags on vmap or perform the randomness operation out of vmap"
                )
        kinds = tree_leaves(out_dims) if isinstance(out_dims, (list, tuple)) else [out_dims] * len(tree_leaves(outputs[0]))
        stacked = [torch.stack(each, dim) for each, dim in zip(zip(*map(tree_leaves, outputs)), kinds)]
        return tree_unflatten(stacked, outputs[0])

    return call


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """Calls a module with other tensors in the place of its parameters and buffers, by dotted name."""
    dicts = [parameter_and_buffer_dicts] if isinstance(parameter_and_buffer_dicts, dict) else list(parameter_and_buffer_dicts)
    given = {}
    for each in dicts:
        for name, tensor in each.items():
            if name in given:
                raise ValueError(f"['{name}'] appeared in multiple dictionaries; behavior of functional call is ambiguous")
            given[name] = tensor
    known = {**dict(module.named_parameters(remove_duplicate=False)), **dict(module.named_buffers(remove_duplicate=False))}
    if tie_weights:
        for name, tensor in list(given.items()):
            for other in known:
                if name in known and known[other] is known[name]:
                    given.setdefault(other, tensor)
    if strict:
        lists = {"Unexpected": [name for name in given if name not in known], "Missing": sorted(name for name in known if name not in given)}
        errors = [f"{word} key(s): {', '.join(map(repr, names))}." for word, names in lists.items() if names]
        if errors:
            raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}:\n\t" + "\n\t".join(errors))
    replaced = []
    try:
        for name, tensor in given.items():
            if name not in known:
                continue
            path, _, key = name.rpartition(".")
            owner = module.get_submodule(path)
            members = owner._parameters if key in owner._parameters else owner._buffers
            result(_e.replaceMember(owner.__dict__["_engine_id"], key, tensor._id))
            replaced.append((members, key, members[key]))
            dict.__setitem__(members, key, tensor)
        return module(*(args if isinstance(args, tuple) else () if args is None else (args,)), **(kwargs or {}))
    finally:
        for members, key, before in reversed(replaced):
            _e.restoreMember()
            dict.__setitem__(members, key, before)


def stack_module_state(models):
    """The parameters and the buffers of several modules of one kind, each stacked along a new first dimension."""
    import torch

    models = list(models)
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if not (all(m.training for m in models) or all(not m.training for m in models)):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if any(type(m) is not type(models[0]) for m in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")

    def stacked(name):
        all_of = [dict(getattr(model, name)()) for model in models]
        return {key: torch.stack([each[key] for each in all_of]).detach().requires_grad_(value.requires_grad) for key, value in all_of[0].items()}

    return stacked("named_parameters"), stacked("named_buffers")
