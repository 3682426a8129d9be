"""Functions with a gradient of one's own."""
from .. import _bridge as b
from .._bridge import _e, encode, register, result
from .._tensor import Tensor

_contexts = {}


class FunctionCtx:
    """What a function keeps from its forward pass for its backward pass."""

    def save_for_backward(self, *tensors):
        """Keeps tensors for the backward pass: `ctx.saved_tensors`."""
        self._saved = tensors
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, Tensor):
                raise TypeError(f"save_for_backward can only save variables, but argument {i} is of type {type(tensor).__name__}")
        self._js.save_for_backward(*tensors)

    def save_for_forward(self, *tensors):
        """Keeps tensors for derivatives in forward mode."""
        pass

    @property
    def saved_tensors(self):
        return self._js.saved_tensors

    saved_variables = saved_tensors

    @property
    def needs_input_grad(self):
        return self._js.needs_input_grad

    def mark_dirty(self, *args):
        """Says which inputs were changed in place."""
        self._js.mark_dirty(*args)

    def mark_non_differentiable(self, *args):
        """Says which results have no gradient."""
        self._js.mark_non_differentiable(*args)

    def set_materialize_grads(self, value):
        """Whether gradients that are none come as zeros."""
        self._js.set_materialize_grads(bool(value))


class _FunctionMeta(type):
    pass


class Function(FunctionCtx, metaclass=_FunctionMeta):
    __module__ = "torch.autograd.function"

    def __init__(self, *args, **kwargs):
        import warnings

        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should invoke them on the class itself. Instantiating an autograd function will raise an error in a future version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args, **kwargs):
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args, **kwargs):
        """Computes the result; to be written. `ctx` keeps what backward needs."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Keeps what backward needs, where forward takes no `ctx`."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx, *grad_outputs):
        """The gradients of the inputs out of those of the results; to be written."""
        raise NotImplementedError("You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.")

    @classmethod
    def apply(cls, *args, **kwargs):
        """Runs forward, and has backward give its gradient."""
        fn = cls.__dict__.get("_fn")
        if fn is None:
            fn = _e.defineFunction(cls.__name__, register(_forward_of(cls)), register(_backward_of(cls)))
            cls._fn = fn
        _calls.append(args)
        try:
            spec, flat = encode([arg if isinstance(arg, Tensor) else None for arg in args])
            return result(_e.call(fn, spec, *flat))
        finally:
            _calls.pop()


_calls = []


def _context(cls, js):
    ctx = _contexts.get(js._id)
    if ctx is None:
        ctx = object.__new__(cls)
        ctx._js = js
        _contexts[js._id] = ctx
    return ctx


def _forward_of(cls):
    def forward(js, *args):
        ctx = _context(cls, js)
        given = _calls[-1]
        if cls.setup_context is Function.setup_context:
            return cls.forward(ctx, *given)
        output = cls.forward(*given)
        cls.setup_context(ctx, tuple(given), output)
        return output

    return forward


def _backward_of(cls):
    def backward(js, *gradients):
        return cls.backward(_context(cls, js), *gradients)

    return backward


def once_differentiable(fn):
    """Marks a backward pass that is not differentiated itself."""
    return fn
