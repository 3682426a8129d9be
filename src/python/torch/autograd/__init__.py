import sys as _sys

from .. import _bridge, _namespace as _n
from .._bridge import _e, _find, encode as _encode, result as _result
from .._tensor import Tensor as _Tensor

_self = _sys.modules[__name__]
_self.__class__ = _n.Namespace
_self._path = "autograd"

from . import functional, grad_mode, graph, profiler  # noqa: E402
from .function import Function, FunctionCtx  # noqa: E402
from .grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled  # noqa: E402
from .gradcheck import gradcheck, gradgradcheck  # noqa: E402


def _list(value):
    return [value] if isinstance(value, _Tensor) else list(value)


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, only_inputs=True, allow_unused=None, is_grads_batched=False, materialize_grads=False):
    outputs, inputs = _list(outputs), _list(inputs)
    if not inputs:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    if materialize_grads:
        if allow_unused is False:
            raise ValueError("Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.")
        allow_unused = True
    options = {"createGraph": bool(create_graph), "allowUnused": bool(allow_unused)}
    if retain_graph is not None:
        options["retainGraph"] = bool(retain_graph)
    if grad_outputs is not None:
        options["gradOutputs"] = _list(grad_outputs)
    if is_grads_batched:
        return _batched(outputs, inputs, options)
    spec, flat = _encode((outputs, inputs), options)
    found = tuple(_result(_e.call(_find("autograd.grad"), spec, *flat)))
    if materialize_grads:
        import torch

        found = tuple(torch.zeros_like(each) if gradient is None else gradient for each, gradient in zip(inputs, found))
    return found


def _batched(outputs, inputs, options):
    """The gradients for each of the gradients that are stacked in the first dimension."""
    import torch

    rows = zip(*[gradient.unbind(0) for gradient in options["gradOutputs"]])
    found = [grad(outputs, inputs, list(row), True, options["createGraph"], allow_unused=options["allowUnused"]) for row in rows]
    return tuple(None if column[0] is None else torch.stack(column) for column in zip(*found))


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, grad_variables=None, inputs=None):
    tensors = _list(tensors)
    gradients = None if grad_tensors is None else _list(grad_tensors)
    if create_graph:
        _bridge.warn_once(_CREATES_CYCLE)
    if inputs is not None:
        inputs = _list(inputs)
        if not inputs:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
        for each, found in zip(inputs, grad(tensors, inputs, gradients, retain_graph, create_graph, allow_unused=True)):
            if found is not None:
                each.grad = found if each.grad is None else each.grad + found
        return
    options = {"createGraph": bool(create_graph)}
    if retain_graph is not None:
        options["retainGraph"] = bool(retain_graph)
    spec, flat = _encode((tensors, gradients), options)
    _result(_e.call(_find("autograd.backward"), spec, *flat))


_CREATES_CYCLE = "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this function, make sure to reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak. (Triggered internally at /__w/pytorch/pytorch/torch/csrc/autograd/engine.cpp:1307.)"


class set_detect_anomaly:
    """Taken and without effect. A context manager."""

    def __init__(self, mode=True, check_nan=True):
        pass

    def __enter__(self):
        pass

    def __exit__(self, *_):
        pass


detect_anomaly = set_detect_anomaly
from .variable import Variable  # noqa: E402
