"""Hooks of one module, and of all."""
from collections import OrderedDict
from weakref import ref

from ..._bridge import _e, _find, encode, result

_global_forward_hooks = OrderedDict()
_global_forward_hooks_with_kwargs = OrderedDict()
_global_forward_hooks_always_called = OrderedDict()
_global_forward_pre_hooks = OrderedDict()
_global_backward_hooks = OrderedDict()
_global_backward_pre_hooks = OrderedDict()
_global_any = []


class RemovableHandle:
    __module__ = "torch.utils.hooks"
    next_id = 0

    def __init__(self, hooks_dict, *, extra_dict=None, undo=None):
        self.hooks_dict_ref = ref(hooks_dict)
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        self.extra = extra_dict if isinstance(extra_dict, list) else [extra_dict] if extra_dict is not None else []
        self.undo = undo

    def remove(self):
        hooks = self.hooks_dict_ref()
        if hooks is not None and self.id in hooks:
            del hooks[self.id]
        for extra in self.extra:
            extra.pop(self.id, None)
        if self.undo is not None:
            self.undo()
            self.undo = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


class Hooks:
    def _register(self, hooks, hook, prepend, extra=None):
        handle = RemovableHandle(hooks, extra_dict=extra)
        hooks[handle.id] = hook
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        handle = self._register(self._forward_pre_hooks, hook, prepend, self._forward_pre_hooks_with_kwargs)
        if with_kwargs:
            self._forward_pre_hooks_with_kwargs[handle.id] = True
        else:
            _mirror(self, "registerForwardPreHook", handle, lambda module, args: hook(self, tuple(args)))
        return handle

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        handle = self._register(self._forward_hooks, hook, prepend, [self._forward_hooks_with_kwargs, self._forward_hooks_always_called])
        if with_kwargs:
            self._forward_hooks_with_kwargs[handle.id] = True
        if always_call:
            self._forward_hooks_always_called[handle.id] = True
        if with_kwargs:
            _mirror(self, "registerForwardHook", handle, lambda module, args, output: hook(self, tuple(args), {}, output))
        else:
            _mirror(self, "registerForwardHook", handle, lambda module, args, output: hook(self, tuple(args), output))
        return handle

    def register_full_backward_hook(self, hook, prepend=False):
        handle = self._register(self._backward_hooks, hook, prepend)
        _mirror(self, "registerFullBackwardHook", handle, backward_hook(self, hook))
        return handle

    register_backward_hook = register_full_backward_hook

    def register_full_backward_pre_hook(self, hook, prepend=False):
        handle = self._register(self._backward_pre_hooks, hook, prepend)
        _mirror(self, "registerFullBackwardPreHook", handle, backward_hook(self, hook))
        return handle

    def register_state_dict_pre_hook(self, hook):
        return self._register(self._state_dict_pre_hooks, hook, False)

    def _register_state_dict_hook(self, hook):
        return self._register(self._state_dict_hooks, hook, False)

    def register_state_dict_post_hook(self, hook):
        return self._register(self._state_dict_hooks, hook, False)

    def register_load_state_dict_pre_hook(self, hook):
        return self._register(self._load_state_dict_pre_hooks, lambda *args: hook(self, *args), False)

    def _register_load_state_dict_pre_hook(self, hook, with_module=False):
        return self._register(self._load_state_dict_pre_hooks, (lambda *args: hook(self, *args)) if with_module else hook, False)

    def register_load_state_dict_post_hook(self, hook):
        return self._register(self._load_state_dict_post_hooks, hook, False)


def backward_hook(module, hook):
    """A full backward hook, or one that runs before, as the engine calls it: what it gives back is gradients in the place of the first ones, or PyTorch's error."""

    def checked(_, gradients, *after):
        given = hook(module, gradients, *after)
        if given is None:
            return None
        if after and all(gradient is None for gradient in gradients):
            if isinstance(given, tuple) and all(each is None for each in given):
                return None
            raise RuntimeError("Backward hook for Modules where no input requires gradient should always return None or None for all gradients.")
        if len(given) != len(gradients):
            which = "hook returned an invalid number of grad_input" if after else "pre hook returned an invalid number of grad_output"
            raise RuntimeError(f"Backward {which}, got {len(given)}, but expected {len(gradients)}")
        return tuple(_gradient(given[i], gradient) for i, gradient in enumerate(gradients))

    return checked


def _gradient(given, before):
    """One that a hook gave in the place of `before`, where there was one."""
    from ..._tensor import Tensor

    if given is None or before is None:
        return None
    if not isinstance(given, Tensor):
        raise TypeError(f"expected Variable, but hook returned '{type(given).__name__}'")
    if given.shape != before.shape:
        raise RuntimeError("hook 'hook' has changed the size of value")
    return given


def _mirror(module, method, handle, hook):
    """The same hook where the engine calls the module by itself, as a layer calls its parts."""
    hooks = handle.hooks_dict_ref

    def mirror(*args):
        # Who takes it out of the module's own dictionary removes it as well.
        return hook(*args) if handle.id in (hooks() or ()) else None

    spec, flat = encode((mirror,))
    mirrored = result(_e.invoke(module.__dict__["_engine_id"], method, spec, *flat))
    handle.undo = mirrored.remove


def register_module_forward_pre_hook(hook):
    return _global(_global_forward_pre_hooks, hook)


def register_module_forward_hook(hook, *, with_kwargs=False, always_call=False):
    handle = _global(_global_forward_hooks, hook)
    handle.extra = [_global_forward_hooks_with_kwargs, _global_forward_hooks_always_called]
    if with_kwargs:
        _global_forward_hooks_with_kwargs[handle.id] = True
    if always_call:
        _global_forward_hooks_always_called[handle.id] = True
    return handle


_are_full = []  # whether hooks of all modules are full backward hooks: said by the first one


def _register_backward(hook, is_full):
    if _are_full and _are_full[0] is not is_full:
        raise RuntimeError("Cannot use both regular backward hooks and full backward hooks as a global Module hook. Please use only one of them.")
    _are_full[:] = [is_full]
    return _global(_global_backward_hooks, hook)


def register_module_full_backward_hook(hook):
    return _register_backward(hook, True)


def register_module_backward_hook(hook):
    return _register_backward(hook, False)


def register_module_full_backward_pre_hook(hook):
    return _global(_global_backward_pre_hooks, hook)


def _global(hooks, hook):
    handle = RemovableHandle(hooks, undo=lambda: _global_any.pop())
    hooks[handle.id] = hook
    _global_any.append(True)
    return handle


# ---- when a module registers a member: the engine tells, which makes layers and what they hold

registrations = OrderedDict()  # those that are there, so that what they give back is looked for


def _register_registration(js, hook):
    handle = RemovableHandle(registrations)
    registrations[handle.id] = hook
    spec, flat = encode((hook,))
    handle.undo = result(_e.call(_find(f"nn.{js}"), spec, *flat)).remove
    return handle


def register_module_buffer_registration_hook(hook):
    return _register_registration("registerModuleBufferRegistrationHook", hook)


def register_module_module_registration_hook(hook):
    return _register_registration("registerModuleModuleRegistrationHook", hook)


def register_module_parameter_registration_hook(hook):
    return _register_registration("registerModuleParameterRegistrationHook", hook)
