import sys as _sys

from .. import _namespace as _n
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
    for i, output in enumerate(outputs):
        if not output.requires_grad:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
    given = [None] * len(outputs) if grad_outputs is None else _list(grad_outputs)
    if len(outputs) > 1:
        total = None
        for output, gradient in zip(outputs, given):
            part = (output * gradient).sum() if gradient is not None else output
            if gradient is None and output.numel() != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            part = part.reshape(())
            total = part if total is None else total + part
        outputs, given = [total], [None]
    options = {"createGraph": bool(create_graph), "allowUnused": bool(allow_unused or materialize_grads)}
    if retain_graph is not None:
        options["retainGraph"] = bool(retain_graph)
    if given[0] is not None:
        options["gradOutputs"] = given[0]
    spec, flat = _encode((outputs[0], inputs), options)
    found = _result(_e.call(_find("autograd.grad"), spec, *flat))
    found = (found,) if isinstance(found, _Tensor) else tuple(found)
    if materialize_grads:
        import torch

        found = tuple(torch.zeros_like(each) if gradient is None else gradient for each, gradient in zip(inputs, found))
    return found


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, inputs=None):
    tensors = _list(tensors)
    gradients = [None] * len(tensors) if grad_tensors is None else _list(grad_tensors)
    for i, (tensor, gradient) in enumerate(zip(tensors, gradients)):
        keep = retain_graph if i == len(tensors) - 1 else True
        tensor.backward(gradient, retain_graph=keep, create_graph=create_graph, inputs=inputs)


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
