"""A call of a module: in the engine alone where it can be, else through Python's own `forward` and hooks."""
from functools import lru_cache

from ... import _bridge as b
from ..._bridge import _e, encode, register, result, tensor_of
from ..._calls import bind, row
from ..._arguments import no_tensor
from ..._formats import asked, keep, keeps
from ..._overrides import as_inputs, there
from ..._tensor import Tensor
from .hooks import (
    _global_any,
    _global_backward_hooks,
    _global_backward_pre_hooks,
    _global_forward_hooks,
    _global_forward_hooks_always_called,
    _global_forward_hooks_with_kwargs,
    _global_forward_pre_hooks,
    backward_hook,
)
from .peers import _unlazy, classes


check_forward = None  # layers.py says


@lru_cache(None)
def _takes_one(cls):
    known = row(cls._engine_path + "#forward")
    return known is None or known[3] <= 1


class Calling:
    def _has_hooks(self):
        d = self.__dict__
        return bool(d["_forward_hooks"] or d["_forward_pre_hooks"] or d["_backward_hooks"] or d["_backward_pre_hooks"] or _global_any)

    def _is_pure(self):
        """Whether a call runs in the engine alone."""
        d = self.__dict__
        cls = type(self)
        if not cls.__dict__.get("_is_own_layer") or cls._is_lazy or self._has_hooks() or "forward" in d or "_not_taken" in d:
            return False
        for child in d["_modules"].values():
            if child is not None and not child._is_pure():
                return False
        return True

    def __call__(self, *args, **kwargs):
        d = self.__dict__
        id = d.get("_engine_id")
        if id is None:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '_backward_hooks'")
        cls = type(self)
        if len(b._dead) > 8:
            b.release()
        if cls.__dict__.get("_is_own_layer") and self._is_pure():
            options = None
            if kwargs or len(args) != 1 or not _takes_one(cls):
                check_forward(cls._engine_path + "#forward", None, self, args, kwargs)
                args, options = bind(cls._engine_path + "#forward", args, kwargs) if kwargs else (args, None)
            spec, flat = encode(args, options)
            value = _e.callModule(id, spec, *flat)
            if type(value) is str and value[:1] == "!":
                raise _first(self, args) or result(value)
            if cls._is_lazy:
                value = result(value)
                _unlazy(self)
                return value
            value = tensor_of(value) if type(value) is int else result(value)
            if there:
                value = as_inputs(value, args)
            return keep(value, [*args, *d["_parameters"].values()]) if asked and keeps(cls.__name__) else value
        spec, flat = encode((*args, kwargs) if kwargs else args)
        result(_e.enter(id, spec, *flat))
        try:
            output = self._call_with_hooks(args, kwargs) if self._has_hooks() else self.forward(*args, **kwargs)
        except BaseException as error:
            _e.fail(id, getattr(error, "_engine", 0), type(error).__name__, str(error))
            raise
        if cls._is_lazy:
            _unlazy(self)
        spec, flat = encode((output,))
        given = _e.leave(id, spec, *flat)
        return output if given == "" else _replaced(output, result(given)["given"])

    def _call_with_hooks(self, args, kwargs):
        call = HookedCall(self, args, kwargs)
        try:
            return call.run()
        except Exception:
            call.run_missed()
            raise

    def _call_with_backward_hooks(self, args, run):
        hooks = [*_global_backward_hooks.values(), *self._backward_hooks.values()]
        pre_hooks = [*_global_backward_pre_hooks.values(), *self._backward_pre_hooks.values()]
        given = []

        def inner(*inputs):
            output = run(inputs)
            given.append(output)
            return output

        wrap = lambda hook: register(backward_hook(self, hook))
        spec, flat = encode(args)
        output = result(
            _e.callWithBackwardHooks(
                self.__dict__["_engine_id"], str([wrap(hook) for hook in hooks]), str([wrap(hook) for hook in pre_hooks]), register(inner), spec, *flat
            )
        )
        return _replaced(given[0], output)


class HookedCall:
    """One call of a module with its hooks, which are told what the ones before have made of arguments and result."""

    def __init__(self, module, args, kwargs):
        self.module, self.args, self.kwargs = module, args, kwargs
        self.result = None
        self.called = set()  # the hooks that are always to be called, and were

    def run(self):
        module, d = self.module, self.module.__dict__
        for hook_id, hook in (*_global_forward_pre_hooks.items(), *d["_forward_pre_hooks"].items()):
            if hook_id in d["_forward_pre_hooks_with_kwargs"]:
                replaced = hook(module, self.args, self.kwargs)
                if replaced is not None:
                    if not isinstance(replaced, tuple) or len(replaced) != 2:
                        raise RuntimeError(f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {replaced}.")
                    self.args, self.kwargs = replaced
            else:
                replaced = hook(module, self.args)
                if replaced is not None:
                    self.args = replaced if isinstance(replaced, tuple) else (replaced,)
        if d["_backward_hooks"] or d["_backward_pre_hooks"] or _global_backward_hooks or _global_backward_pre_hooks:
            return module._call_with_backward_hooks(self.args, self.forward)
        return self.forward(self.args)

    def forward(self, inputs):
        d = self.module.__dict__
        self.args = inputs
        self.result = self.module.forward(*inputs, **self.kwargs)
        for hook_id, hook in (*_global_forward_hooks.items(), *d["_forward_hooks"].items()):
            self.called.add(hook_id)
            self._after(hook, hook_id in d["_forward_hooks_with_kwargs"] or hook_id in _global_forward_hooks_with_kwargs)
        return self.result

    def _after(self, hook, with_kwargs):
        replaced = hook(self.module, self.args, self.kwargs, self.result) if with_kwargs else hook(self.module, self.args, self.result)
        if replaced is not None:
            self.result = replaced

    def run_missed(self):
        """Where something has failed, the hooks that are called all the same."""
        d = self.module.__dict__
        own = d["_forward_hooks_with_kwargs"]
        for which, hooks, always, with_kwargs in (
            ("global module", _global_forward_hooks, _global_forward_hooks_always_called, ()),
            ("module", d["_forward_hooks"], d["_forward_hooks_always_called"], own),
        ):
            for hook_id, hook in hooks.items():
                if hook_id in always and hook_id not in self.called:
                    try:
                        self._after(hook, hook_id in with_kwargs)
                    except Exception as error:
                        b.warn(f"{which} forward hook with ``always_call=True`` raised an exception that was silenced as another error was raised in forward: {error}")


def _first(module, args):
    """What the layer that sees them first says of arguments that are no tensors."""
    while isinstance(module, classes["Sequential"]) and len(module):
        module = module[0]
    path = type(module)._engine_path
    state = args[1] if len(args) > 1 else None
    if isinstance(state, Tensor) and path in ("nn.LSTM", "nn.LSTMCell"):
        # As PyTorch, which looks for two.
        return IndexError("index 1 is out of bounds for dimension 0 with size 1") if path == "nn.LSTM" and len(state) == 1 else TypeError(f"{'lstm' if path == 'nn.LSTM' else 'lstm_cell'}(): argument 'hx' (position 2) must be tuple of Tensors, not Tensor")
    return no_tensor(path, args)


def _replaced(output, given):
    """The result in Python's own form, with the tensors that the engine gives in the place of its own."""
    if isinstance(output, Tensor):
        return given if isinstance(given, Tensor) else output
    if isinstance(output, tuple) and isinstance(given, tuple) and len(output) == len(given):
        items = [_replaced(item, other) for item, other in zip(output, given)]
        return type(output)(*items) if hasattr(output, "_fields") else tuple(items)
    if isinstance(output, list) and isinstance(given, tuple) and len(output) == len(given):
        return [_replaced(item, other) for item, other in zip(output, given)]
    if isinstance(output, dict) and isinstance(given, dict):
        for key in output:
            other = given.get(key, given.get(b.snake(key)) if type(key) is str else None)
            if other is not None:
                output[key] = _replaced(output[key], other)
        return output
    return output
