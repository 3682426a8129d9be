"""nn.Module in Python, with an engine's module as its peer: what this registers, the peer holds too."""
import itertools
from collections import OrderedDict, namedtuple
from weakref import ref

from ... import _bridge as b
from ..._bridge import _e, _live, _loads, _puts, bind, camel, constructing, encode, register, result, tensor_of
from ..._lacking import not_here
from ..._tensor import Tensor
from ..._parameter import Buffer, Parameter, UninitializedParameter


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    def __repr__(self):
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


def _addindent(s_, numSpaces):
    s = s_.split("\n")
    if len(s) == 1:
        return s_
    first = s.pop(0)
    s = [(numSpaces * " ") + line for line in s]
    return first + "\n" + "\n".join(s)


class Members(dict):
    """Parameters, buffers or children by name: what is written here the peer holds too."""

    __slots__ = ("owner", "kind")

    def __init__(self, owner, kind):
        dict.__init__(self)
        self.owner, self.kind = ref(owner), kind

    def __setitem__(self, name, value):
        dict.__setitem__(self, name, value)
        owner = self.owner()
        if owner is None:
            return
        d = owner.__dict__
        handle = 0 if value is None else _handle_of(value)
        persistent = None if self.kind != "buffer" else name not in d["_non_persistent_buffers_set"]
        result(_e.setMember(d["_engine_id"], name, self.kind, handle, persistent))

    def __delitem__(self, name):
        dict.__delitem__(self, name)
        owner = self.owner()
        if owner is not None:
            _e.dropMember(owner.__dict__["_engine_id"], name)

    def pop(self, name, *default):
        if name not in self:
            if default:
                return default[0]
            raise KeyError(name)
        value = self[name]
        del self[name]
        return value

    def popitem(self):
        name = next(reversed(self))
        return name, self.pop(name)

    def clear(self):
        for name in list(self):
            del self[name]

    def update(self, *args, **kwargs):
        for name, value in dict(*args, **kwargs).items():
            self[name] = value

    def setdefault(self, name, default=None):
        if name not in self:
            self[name] = default
        return self[name]

    def move_to_end(self, name):
        value = self.pop(name)
        self[name] = value

    def __reduce__(self):
        return (dict, (dict(self),))

    def __deepcopy__(self, memo):
        raise RuntimeError("deep copies of a module's members go with the module")


def _handle_of(value):
    if isinstance(value, Tensor):
        return value._id
    return value.__dict__["_engine_id"]


_by_id = {}


def module_of(id):
    """The module in Python for an engine's module: the one that has it for a peer, else a new one around it."""
    b._dead.pop(id, None)
    known = _by_id.get(id)
    if known is not None:
        known = known()
        if known is not None:
            return known
    description = _loads(_e.describe(id))
    cls = classes.get(description[0], Module)
    new = object.__new__(cls)
    _prepare(new)
    _attach(new, id)
    _take(new, description)
    return new


b.module_of = module_of
classes = {}
_class_numbers = {}


def _class_number(cls):
    """The engine's class for a class in Python: the layer's own, or one that extends it."""
    number = _class_numbers.get(cls)
    if number is None:
        path = cls._engine_path
        parameters = None
        if not _is_engine_forward(cls) and cls.forward is not Module.forward:
            parameters = _parameters_of(cls.forward)
        number = _class_numbers[cls] = _e.defineClass(path, cls.__name__, parameters)
    return number


def _parameters_of(forward):
    import json

    code = getattr(forward, "__code__", None)
    if code is None:
        return '["input"]'
    names = list(code.co_varnames[1 : code.co_argcount])
    required = max(0, len(names) - len(forward.__defaults__ or ()))
    shown = names[:required] + [f"{name}=undefined" for name in names[required:]]
    if code.co_flags & 4:
        shown.append("..." + code.co_varnames[code.co_argcount + code.co_kwonlyargcount])
    return json.dumps(shown)


def _is_engine_forward(cls):
    return getattr(cls.forward, "_is_engine", False)


def _prepare(module):
    d = module.__dict__
    d["training"] = True
    d["_parameters"] = Members(module, "parameter")
    d["_buffers"] = Members(module, "buffer")
    d["_non_persistent_buffers_set"] = set()
    d["_backward_pre_hooks"] = OrderedDict()
    d["_backward_hooks"] = OrderedDict()
    d["_is_full_backward_hook"] = None
    d["_forward_hooks"] = OrderedDict()
    d["_forward_hooks_with_kwargs"] = OrderedDict()
    d["_forward_hooks_always_called"] = OrderedDict()
    d["_forward_pre_hooks"] = OrderedDict()
    d["_forward_pre_hooks_with_kwargs"] = OrderedDict()
    d["_state_dict_hooks"] = OrderedDict()
    d["_state_dict_pre_hooks"] = OrderedDict()
    d["_load_state_dict_pre_hooks"] = OrderedDict()
    d["_load_state_dict_post_hooks"] = OrderedDict()
    d["_modules"] = Members(module, "module")
    d["_floats"] = None


class _Peer:
    """Holds the peer as long as the module in Python lives."""

    __slots__ = ("id",)

    def __init__(self, id):
        self.id = id

    def __del__(self):
        _by_id.pop(self.id, None)
        b._dead[self.id] = None


def _attach(module, id):
    d = module.__dict__
    d["_engine_id"] = id
    d["_peer"] = _Peer(id)
    _by_id[id] = ref(module)


def _take(module, description):
    """Takes over what the peer holds."""
    _, training, parameters, buffers, children = description
    d = module.__dict__
    d["training"] = training
    for members, entries in ((d["_parameters"], parameters), (d["_buffers"], buffers)):
        dict.clear(members)
        for name, code in entries:
            value = None
            if code:
                value = tensor_of(code)
                kind = b._kinds[code & 7]
                if type(value) is not kind and type(value) in b._kinds:
                    value.__class__ = kind
            dict.__setitem__(members, name, value)
    dict.clear(d["_modules"])
    for name, id in children:
        dict.__setitem__(d["_modules"], name, module_of(id) if id else None)


def sync(module):
    _take(module, _loads(_e.describe(module.__dict__["_engine_id"])))


def construct(module, args, options=None):
    """Makes the peer."""
    cls = type(module)
    _prepare(module)
    spec, flat = encode(args, options)
    constructing.append(module)
    try:
        id = _e.construct(_class_number(cls), spec, *flat)
    finally:
        constructing.pop()
    if type(id) is str:
        raise b.raised(id)
    _attach(module, id)


_global_forward_hooks = OrderedDict()
_global_forward_pre_hooks = OrderedDict()
_global_backward_hooks = OrderedDict()
_global_backward_pre_hooks = OrderedDict()
_global_any = []


class RemovableHandle:
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


def _forward_unimplemented(self, *input):
    raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')


def _peer_value(self, name):
    """A field or method of the layer's in the engine; `_nothing` where it has none."""
    js = camel(name)
    id = self.__dict__["_engine_id"]
    kind = _e.has(id, js)
    if kind == "value":
        return result(_e.get(id, js))
    if kind == "function":

        def method(*args, **kwargs):
            args, options = bind(f"{type(self)._engine_path}#{js}", args, kwargs) if kwargs else (args, None)
            spec, flat = encode(args, options)
            value = result(_e.invoke(id, js, spec, *flat))
            return value

        method.__name__ = name
        return method
    return _nothing


_nothing = object()
_not_fields = frozenset(("length", "name", "prototype", "arguments", "caller", "constructor", "apply", "call", "bind"))


class Module:
    dump_patches = False
    _version = 1
    call_super_init = False
    training: bool
    _engine_path = "nn.Module"
    _is_layer = False

    def __init__(self, *args, **kwargs):
        if self.call_super_init is False and bool(kwargs):
            raise TypeError(f"{type(self).__name__}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'")
        if self.call_super_init is False and bool(args):
            raise TypeError(f"{type(self).__name__}.__init__() takes 1 positional argument but {len(args) + 1} were given")
        construct(self, ())
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    forward = _forward_unimplemented

    # ---- registering

    def register_buffer(self, name, tensor, persistent=True):
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        elif not isinstance(name, str):
            raise TypeError(f"buffer name should be a string. Got {_typename(name)}")
        elif "." in name:
            raise KeyError('buffer name can\'t contain "."')
        elif name == "":
            raise KeyError('buffer name can\'t be empty string ""')
        elif hasattr(self, name) and name not in self._buffers:
            raise KeyError(f"attribute '{name}' already exists")
        elif tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"cannot assign '{_typename(tensor)}' object to buffer '{name}' (torch Tensor or None required)")
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)
        self._buffers[name] = tensor

    def register_parameter(self, name, param):
        if "_parameters" not in self.__dict__:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        elif not isinstance(name, str):
            raise TypeError(f"parameter name should be a string. Got {_typename(name)}")
        elif "." in name:
            raise KeyError('parameter name can\'t contain "."')
        elif name == "":
            raise KeyError('parameter name can\'t be empty string ""')
        elif hasattr(self, name) and name not in self._parameters:
            raise KeyError(f"attribute '{name}' already exists")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(f"cannot assign '{_typename(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)")
        if param is not None and param.grad_fn:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. To express '{name}' as a function of another Tensor, compute the value in the forward() method."
            )
        self._parameters[name] = param

    def add_module(self, name, module):
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{_typename(module)} is not a Module subclass")
        elif not isinstance(name, str):
            raise TypeError(f"module name should be a string. Got {_typename(name)}")
        elif hasattr(self, name) and name not in self._modules:
            raise KeyError(f"attribute '{name}' already exists")
        elif "." in name:
            raise KeyError(f'module name can\'t contain ".", got: {name}')
        elif name == "":
            raise KeyError('module name can\'t be empty string ""')
        self._modules[name] = module

    def register_module(self, name, module):
        self.add_module(name, module)

    def get_submodule(self, target):
        if target == "":
            return self
        mod = self
        for item in target.split("."):
            if not hasattr(mod, item):
                raise AttributeError(mod._get_name() + " has no attribute `" + item + "`")
            mod = getattr(mod, item)
            if not isinstance(mod, Module):
                raise AttributeError("`" + item + "` is not an nn.Module")
        return mod

    def set_submodule(self, target, module, strict=False):
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and not hasattr(parent, name):
            raise AttributeError(parent._get_name() + " has no attribute `" + name + "`")
        if hasattr(parent, name) and not isinstance(getattr(parent, name), Module):
            raise AttributeError("`" + name + "` is not an nn.Module")
        setattr(parent, name, module)

    def get_parameter(self, target):
        module_path, _, param_name = target.rpartition(".")
        mod = self.get_submodule(module_path)
        if not hasattr(mod, param_name):
            raise AttributeError(mod._get_name() + " has no attribute `" + param_name + "`")
        param = getattr(mod, param_name)
        if not isinstance(param, Parameter):
            raise AttributeError("`" + param_name + "` is not an nn.Parameter")
        return param

    def get_buffer(self, target):
        module_path, _, buffer_name = target.rpartition(".")
        mod = self.get_submodule(module_path)
        if not hasattr(mod, buffer_name):
            raise AttributeError(mod._get_name() + " has no attribute `" + buffer_name + "`")
        if buffer_name not in mod._buffers:
            raise AttributeError("`" + buffer_name + "` is not a buffer")
        return getattr(mod, buffer_name)

    def get_extra_state(self):
        raise RuntimeError("Reached a code path in Module.get_extra_state() that should never be called.")

    def set_extra_state(self, state):
        raise RuntimeError("Reached a code path in Module.set_extra_state() that should never be called.")

    # ---- attributes

    def __setattr__(self, name, value):
        d = self.__dict__
        params = d.get("_parameters")
        if isinstance(value, Parameter):
            if params is None:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            _remove_from(name, d, d["_buffers"], d["_modules"], d["_non_persistent_buffers_set"])
            self.register_parameter(name, value)
        elif params is not None and name in params:
            if value is not None:
                raise TypeError(f"cannot assign '{_typename(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)")
            self.register_parameter(name, value)
        else:
            modules = d.get("_modules")
            if isinstance(value, Module):
                if modules is None:
                    raise AttributeError("cannot assign module before Module.__init__() call")
                _remove_from(name, d, d["_parameters"], d["_buffers"], d["_non_persistent_buffers_set"])
                modules[name] = value
            elif modules is not None and name in modules:
                if value is not None:
                    raise TypeError(f"cannot assign '{_typename(value)}' as child module '{name}' (torch.nn.Module or None expected)")
                modules[name] = value
            else:
                buffers = d.get("_buffers")
                if isinstance(value, Buffer) and buffers is None:
                    raise AttributeError("cannot assign buffer before Module.__init__() call")
                if isinstance(value, Buffer):
                    _remove_from(name, d, d["_parameters"], d["_modules"], d["_non_persistent_buffers_set"])
                    self.register_buffer(name, value, value.persistent)
                elif buffers is not None and name in buffers:
                    if value is not None and not isinstance(value, Tensor):
                        raise TypeError(f"cannot assign '{_typename(value)}' as buffer '{name}' (torch.nn.Buffer, torch.Tensor or None expected)")
                    buffers[name] = value
                elif name == "training" and "_engine_id" in d:
                    d["training"] = value
                    _e.set(d["_engine_id"], "training", "v", bool(value))
                else:
                    held = modules.get("parametrizations") if modules else None
                    if held is not None and name in held._modules:
                        raise not_here(f"assigning '{name}', which is parametrized, is not in Layerscope's engine: assign to what it is computed from, parametrizations.{name}")
                    object.__setattr__(self, name, value)
                    if type(self)._is_layer and "_engine_id" in d and name[:1] != "_":
                        js = camel(name)
                        if js not in _not_fields and _e.has(d["_engine_id"], js) == "value":
                            spec, flat = encode((value,))
                            _e.set(d["_engine_id"], js, spec, *flat)
                            if d["_floats"] is not None:
                                d["_floats"].pop(name, None)
                            if type(value) is float:
                                d["_floats"] = {**(d["_floats"] or {}), name: value}

    def __getattr__(self, name):
        d = self.__dict__
        if "_parameters" in d:
            members = d["_parameters"]
            if name in members:
                return members[name]
            members = d["_buffers"]
            if name in members:
                return members[name]
            members = d["_modules"]
            if name in members:
                return members[name]
            if type(self)._is_layer and name[:1] != "_" and "_engine_id" in d and name not in _not_fields:
                floats = d["_floats"]
                if floats and name in floats:
                    return floats[name]
                value = _peer_value(self, name)
                if value is not _nothing:
                    return value
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name):
        if name in self._parameters:
            del self._parameters[name]
        elif name in self._buffers:
            del self._buffers[name]
            self._non_persistent_buffers_set.discard(name)
        elif name in self._modules:
            del self._modules[name]
        else:
            object.__delattr__(self, name)

    def __dir__(self):
        keys = [*dir(self.__class__), *self.__dict__, *self._parameters, *self._modules, *self._buffers]
        return sorted(key for key in keys if not key[0].isdigit())

    # ---- calling

    def _has_hooks(self):
        d = self.__dict__
        return bool(d["_forward_hooks"] or d["_forward_pre_hooks"] or d["_backward_hooks"] or d["_backward_pre_hooks"] or _global_any)

    def _is_pure(self):
        """Whether a call runs in the engine alone."""
        d = self.__dict__
        cls = type(self)
        if not cls.__dict__.get("_is_own_layer") or cls._is_lazy or self._has_hooks() or "forward" in d:
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
            if kwargs:
                args, options = bind(cls._engine_path + "#forward", args, kwargs)
            spec, flat = encode(args, options)
            value = _e.callModule(id, spec, *flat)
            if cls._is_lazy:
                value = result(value)
                _unlazy(self)
                return value
            return tensor_of(value) if type(value) is int else result(value)
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
        d = self.__dict__
        for hook_id, hook in (*_global_forward_pre_hooks.items(), *d["_forward_pre_hooks"].items()):
            if hook_id in d["_forward_pre_hooks_with_kwargs"]:
                replaced = hook(self, args, kwargs)
                if replaced is not None:
                    if isinstance(replaced, tuple) and len(replaced) == 2:
                        args, kwargs = replaced
                    else:
                        raise RuntimeError(f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {replaced}.")
            else:
                replaced = hook(self, args)
                if replaced is not None:
                    args = replaced if isinstance(replaced, tuple) else (replaced,)
        if d["_backward_hooks"] or d["_backward_pre_hooks"] or _global_backward_hooks or _global_backward_pre_hooks:
            output = self._call_with_backward_hooks(args, kwargs)
        else:
            output = self._run_forward(args, kwargs)
        return output

    def _run_forward(self, args, kwargs):
        d = self.__dict__
        called = False
        try:
            output = self.forward(*args, **kwargs)
            for hook_id, hook in (*_global_forward_hooks.items(), *d["_forward_hooks"].items()):
                if hook_id in d["_forward_hooks_with_kwargs"]:
                    replaced = hook(self, args, kwargs, output)
                else:
                    replaced = hook(self, args, output)
                if replaced is not None:
                    output = replaced
            return output
        except Exception:
            for hook_id, hook in d["_forward_hooks"].items():
                if hook_id in d["_forward_hooks_always_called"]:
                    try:
                        hook(self, args, None)
                    except Exception as error:
                        import warnings

                        warnings.warn(f"module forward hook with ``always_call=True`` raised an exception that was silenced as another error was raised in forward: {error}")
            raise

    def _call_with_backward_hooks(self, args, kwargs):
        hooks = [*_global_backward_hooks.values(), *self._backward_hooks.values()]
        pre_hooks = [*_global_backward_pre_hooks.values(), *self._backward_pre_hooks.values()]
        given = []

        def inner(*inputs):
            output = self._run_forward(inputs, kwargs)
            given.append(output)
            return output

        wrap = lambda hook: register(lambda module, *gradients: hook(self, *gradients))
        spec, flat = encode(args)
        output = result(
            _e.callWithBackwardHooks(
                self.__dict__["_engine_id"], str([wrap(hook) for hook in hooks]), str([wrap(hook) for hook in pre_hooks]), register(inner), spec, *flat
            )
        )
        return _replaced(given[0], output)

    # ---- hooks

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
        _mirror(self, "registerFullBackwardHook", handle, lambda module, *gradients: hook(self, *gradients))
        return handle

    register_backward_hook = register_full_backward_hook

    def register_full_backward_pre_hook(self, hook, prepend=False):
        handle = self._register(self._backward_pre_hooks, hook, prepend)
        _mirror(self, "registerFullBackwardPreHook", handle, lambda module, *gradients: hook(self, *gradients))
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

    # ---- moving

    def _apply(self, fn, recurse=True):
        import torch

        if recurse:
            for module in self.children():
                module._apply(fn)
        for key, param in self._parameters.items():
            if param is None:
                continue
            with torch.no_grad():
                param.data = fn(param)
                grad = param.grad
                if grad is not None:
                    applied = fn(grad)
                    param.grad = None
                    param.grad = applied.requires_grad_(grad.requires_grad)
        for key, buf in self._buffers.items():
            if buf is not None:
                self._buffers[key] = fn(buf)
        return self

    def apply(self, fn):
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def to(self, *args, **kwargs):
        import torch

        device = dtype = None
        for arg in (*args, kwargs.get("device"), kwargs.get("dtype"), kwargs.get("tensor")):
            if isinstance(arg, Tensor):
                device, dtype = arg.device.type, arg.dtype
            elif isinstance(arg, torch.dtype):
                dtype = arg
            elif isinstance(arg, (str, torch.device)):
                device = b.device_name(arg)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")

        def convert(tensor):
            if tensor.is_meta and device not in (None, "meta"):
                raise NotImplementedError(
                    "Cannot copy out of meta tensor; no data! Please use torch.nn.Module.to_empty() instead of torch.nn.Module.to() when moving module from meta to a different device."
                )
            if dtype is not None and tensor.is_floating_point():
                tensor = tensor.to(dtype)
            return tensor if device is None else tensor.to(device)

        return self._apply(convert)

    def cpu(self):
        return self.to("cpu")

    def cuda(self, device=None):
        raise AssertionError("Torch not compiled with CUDA enabled")

    def type(self, dst_type):
        return self._apply(lambda t: t.type(dst_type))

    def float(self):
        return self._apply(lambda t: t.float() if t.is_floating_point() else t)

    def double(self):
        return self._apply(lambda t: t.double() if t.is_floating_point() else t)

    def half(self):
        return self._apply(lambda t: t.half() if t.is_floating_point() else t)

    def bfloat16(self):
        return self._apply(lambda t: t.bfloat16() if t.is_floating_point() else t)

    def to_empty(self, *, device, recurse=True):
        import torch

        return self._apply(lambda t: torch.empty_like(t, device=device), recurse=recurse)

    def share_memory(self):
        return self

    def compile(self, *args, **kwargs):
        pass

    # ---- state

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        for name, param in self._parameters.items():
            if param is not None:
                destination[prefix + name] = param if keep_vars else param.detach()
        for name, buf in self._buffers.items():
            if buf is not None and name not in self._non_persistent_buffers_set:
                destination[prefix + name] = buf if keep_vars else buf.detach()
        if type(self).get_extra_state is not Module.get_extra_state:
            destination[prefix + "_extra_state"] = self.get_extra_state()

    def state_dict(self, *args, destination=None, prefix="", keep_vars=False):
        if args:
            destination = args[0] if destination is None else destination
            prefix = args[1] if len(args) > 1 else prefix
            keep_vars = args[2] if len(args) > 2 else keep_vars
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local_metadata = dict(version=self._version)
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local_metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=prefix + name + ".", keep_vars=keep_vars)
        for hook in self._state_dict_hooks.values():
            hook_result = hook(self, destination, prefix, local_metadata)
            if hook_result is not None:
                destination = hook_result
        return destination

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        import torch

        for hook in self._load_state_dict_pre_hooks.values():
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        persistent_buffers = {k: v for k, v in self._buffers.items() if k not in self._non_persistent_buffers_set}
        local_state = {k: v for k, v in itertools.chain(self._parameters.items(), persistent_buffers.items()) if v is not None}
        assign = local_metadata.get("assign_to_params_buffers", False)
        for name, param in local_state.items():
            key = prefix + name
            if key in state_dict:
                input_param = state_dict[key]
                if not isinstance(input_param, Tensor):
                    error_msgs.append(
                        f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint but received {type(input_param)}'
                    )
                    continue
                is_lazy = isinstance(param, UninitializedParameter)
                if not is_lazy and len(param.shape) == 0 and len(input_param.shape) == 1:
                    input_param = input_param[0]
                if not is_lazy and input_param.shape != param.shape:
                    error_msgs.append(
                        f"size mismatch for {key}: copying a param with shape {input_param.shape} from checkpoint, the shape in current model is {param.shape}."
                    )
                    continue
                try:
                    with torch.no_grad():
                        if assign:
                            if isinstance(param, Parameter):
                                if not isinstance(input_param, Parameter):
                                    input_param = Parameter(input_param, requires_grad=param.requires_grad)
                                else:
                                    input_param.requires_grad_(param.requires_grad)
                            setattr(self, name, input_param)
                        else:
                            param.copy_(input_param)
                except Exception as ex:
                    error_msgs.append(
                        f'While copying the parameter named "{key}", whose dimensions in the model are {param.size()} and whose dimensions in the checkpoint are {input_param.size()}, an exception occurred : {ex.args}.'
                    )
            elif strict:
                missing_keys.append(key)
        extra_state_key = prefix + "_extra_state"
        if type(self).set_extra_state is not Module.set_extra_state:
            if extra_state_key in state_dict:
                self.set_extra_state(state_dict[extra_state_key])
            elif strict:
                missing_keys.append(extra_state_key)
        elif strict and (extra_state_key in state_dict):
            unexpected_keys.append(extra_state_key)
        if strict:
            for key in state_dict.keys():
                if key.startswith(prefix) and key != extra_state_key:
                    input_name = key[len(prefix) :].split(".", 1)
                    if len(input_name) > 1:
                        if input_name[0] not in self._modules:
                            unexpected_keys.append(key)
                    elif input_name[0] not in local_state:
                        unexpected_keys.append(key)

    def load_state_dict(self, state_dict, strict=True, assign=False):
        from collections.abc import Mapping

        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        missing_keys, unexpected_keys, error_msgs = [], [], []
        metadata = getattr(state_dict, "_metadata", None)
        state_dict = OrderedDict(state_dict)
        if metadata is not None:
            state_dict._metadata = metadata

        def load(module, local_state_dict, prefix=""):
            local_metadata = {} if metadata is None else metadata.get(prefix[:-1], {})
            if assign:
                local_metadata = {**local_metadata, "assign_to_params_buffers": assign}
            module._load_from_state_dict(local_state_dict, prefix, local_metadata, True, missing_keys, unexpected_keys, error_msgs)
            for name, child in module._modules.items():
                if child is not None:
                    child_prefix = prefix + name + "."
                    child_state_dict = {k: v for k, v in local_state_dict.items() if k.startswith(child_prefix)}
                    load(child, child_state_dict, child_prefix)
            incompatible_keys = _IncompatibleKeys(missing_keys, unexpected_keys)
            for hook in module._load_state_dict_post_hooks.values():
                hook(module, incompatible_keys)

        load(self, state_dict)
        if strict:
            if len(unexpected_keys) > 0:
                error_msgs.insert(0, "Unexpected key(s) in state_dict: {}. ".format(", ".join(f'"{k}"' for k in unexpected_keys)))
            if len(missing_keys) > 0:
                error_msgs.insert(0, "Missing key(s) in state_dict: {}. ".format(", ".join(f'"{k}"' for k in missing_keys)))
        if len(error_msgs) > 0:
            raise RuntimeError("Error(s) in loading state_dict for {}:\n\t{}".format(self.__class__.__name__, "\n\t".join(error_msgs)))
        return _IncompatibleKeys(missing_keys, unexpected_keys)

    # ---- looking through

    def _named_members(self, get_members_fn, prefix="", recurse=True, remove_duplicate=True):
        memo = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for module_prefix, module in modules:
            for k, v in list(get_members_fn(module)):
                if v is None or v in memo:
                    continue
                if remove_duplicate:
                    memo.add(v)
                yield module_prefix + ("." if module_prefix else "") + k, v

    def parameters(self, recurse=True):
        for _name, param in self.named_parameters(recurse=recurse):
            yield param

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        yield from self._named_members(lambda module: module._parameters.items(), prefix=prefix, recurse=recurse, remove_duplicate=remove_duplicate)

    def buffers(self, recurse=True):
        for _, buf in self.named_buffers(recurse=recurse):
            yield buf

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        yield from self._named_members(lambda module: module._buffers.items(), prefix=prefix, recurse=recurse, remove_duplicate=remove_duplicate)

    def children(self):
        for _name, module in self.named_children():
            yield module

    def named_children(self):
        memo = set()
        for name, module in list(self._modules.items()):
            if module is not None and module not in memo:
                memo.add(module)
                yield name, module

    def modules(self):
        for _, module in self.named_modules():
            yield module

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        if memo is None:
            memo = set()
        if self not in memo:
            if remove_duplicate:
                memo.add(self)
            yield prefix, self
            for name, module in list(self._modules.items()):
                if module is None:
                    continue
                submodule_prefix = prefix + ("." if prefix else "") + name
                yield from module.named_modules(memo, submodule_prefix, remove_duplicate)

    def train(self, mode=True):
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        for p in self.parameters():
            if p.grad is not None:
                if set_to_none:
                    p.grad = None
                else:
                    p.grad = p.grad.detach().zero_()

    # ---- text and copies

    def _get_name(self):
        return self.__class__.__name__

    def extra_repr(self):
        if type(self)._is_layer and "_engine_id" in self.__dict__:
            return _with_floats(result(_e.invoke(self.__dict__["_engine_id"], "extraRepr", "")), self.__dict__["_floats"])
        return ""

    def __repr__(self):
        extra_lines = []
        extra_repr = self.extra_repr()
        if extra_repr:
            extra_lines = extra_repr.split("\n")
        child_lines = []
        for key, module in self._modules.items():
            child_lines.append("(" + key + "): " + _addindent(repr(module), 2))
        lines = extra_lines + child_lines
        main_str = self._get_name() + "("
        if lines:
            if len(extra_lines) == 1 and not child_lines:
                main_str += extra_lines[0]
            else:
                main_str += "\n  " + "\n  ".join(lines) + "\n"
        return main_str + ")"

    def __deepcopy__(self, memo):
        import copy

        whole = result(_e.call(b._find("deepcopy"), "t", self.__dict__["_engine_id"]))
        pairs = []
        _pair(self, whole, memo, pairs)
        for original, new in pairs:
            for tensor, copied in _tensor_pairs(original, new):
                memo[id(tensor)] = copied
        for original, new in pairs:
            own = _own_fields
            for name, value in original.__dict__.items():
                if name not in own:
                    new.__dict__[name] = copy.deepcopy(value, memo)
            for name in _hook_fields:
                new.__dict__[name] = copy.copy(original.__dict__[name])
            new.__dict__["_non_persistent_buffers_set"] = set(original._non_persistent_buffers_set)
            new.__dict__["_floats"] = original.__dict__["_floats"]
        return whole

    def __copy__(self):
        cls = type(self)
        new = cls.__new__(cls)
        fields = dict(self.__dict__)
        other = result(_e.call(b._find("deepcopy"), "t", self.__dict__["_engine_id"]))
        other.__class__ = cls
        for kind in ("_parameters", "_buffers", "_modules"):
            for name, value in self.__dict__[kind].items():
                other.__dict__[kind][name] = value
        for name, value in fields.items():
            if name not in _own_fields:
                other.__dict__[name] = value
        return other

    def __getstate__(self):
        raise not_here("pickling a module itself is not in Layerscope's engine: save its state_dict()")


_hook_fields = (
    "_backward_pre_hooks", "_backward_hooks", "_forward_hooks", "_forward_hooks_with_kwargs", "_forward_hooks_always_called", "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs", "_state_dict_hooks", "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks",
)
_own_fields = frozenset(("training", "_parameters", "_buffers", "_modules", "_engine_id", "_peer", "_non_persistent_buffers_set", "_floats", *_hook_fields))


def _pair(original, new, memo, pairs):
    if id(original) in memo:
        return
    memo[id(original)] = new
    new.__class__ = original.__class__
    pairs.append((original, new))
    for child, other in zip(original._modules.values(), new._modules.values()):
        if child is not None:
            _pair(child, other, memo, pairs)


def _tensor_pairs(original, new):
    for kind in ("_parameters", "_buffers"):
        for name, tensor in original.__dict__[kind].items():
            if tensor is not None:
                copied = new.__dict__[kind].get(name)
                if type(tensor) is not type(copied):
                    copied.__class__ = type(tensor)
                if getattr(tensor, "__dict__", None):
                    copied.__dict__.update(tensor.__dict__)
                yield tensor, copied


def _mirror(module, method, handle, hook):
    """The same hook where the engine calls the module by itself, as a layer calls its parts."""
    spec, flat = encode((hook,))
    mirrored = result(_e.invoke(module.__dict__["_engine_id"], method, spec, *flat))
    handle.undo = mirrored.remove


def _with_floats(text, floats):
    """What was given as a float or a tuple is printed as one, though JavaScript does not tell 1.0 from 1, nor a tuple from a list."""
    if floats:
        import re

        for name, value in floats.items():
            if type(value) is tuple:
                text = text.replace(f"{name}={list(value)}", f"{name}={value}")
            elif value.is_integer():
                text = re.sub(rf"(?<![\w]){re.escape(name)}={int(value)}(?![\w.])", f"{name}={value}", text)
    return text


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


def _remove_from(name, *places):
    for place in places:
        if name in place:
            if isinstance(place, Members):
                dict.__delitem__(place, name)
            elif isinstance(place, dict):
                del place[name]
            else:
                place.discard(name)


def _unlazy(module):
    """A lazy layer that has seen its first input is one of another class."""
    description = _loads(_e.describe(module.__dict__["_engine_id"]))
    cls = classes.get(description[0])
    if cls is not None and cls is not type(module):
        module.__class__ = cls
    _take(module, description)


def _typename(value):
    import torch

    return torch.typename(value)


def _put_module(value, spec, flat):
    spec.append("t")
    flat.append(value.__dict__["_engine_id"])


_puts[Module] = _put_module


def on_forward(id, text):
    """The engine calls a module that is written in Python."""
    import json

    try:
        module = module_of(id)
        args = [b.revive(item) for item in _loads(text)]
        while args and args[-1] is None and len(args) > module.forward.__code__.co_argcount - 1 - len(module.forward.__defaults__ or ()):
            args.pop()
        kwargs = args.pop() if args and type(args[-1]) is dict and not isinstance(args[-1], OrderedDict) and _takes_names(module.forward, args) else {}
        return json.dumps(b.tojson(module.forward(*args, **kwargs)))
    except BaseException as error:
        return b.failure(error)


def _takes_names(forward, args):
    names = set(forward.__code__.co_varnames[: forward.__code__.co_argcount + forward.__code__.co_kwonlyargcount])
    return all(name in names for name in args[-1])


def register_module_forward_pre_hook(hook):
    return _global(_global_forward_pre_hooks, hook)


def register_module_forward_hook(hook, *, with_kwargs=False, always_call=False):
    return _global(_global_forward_hooks, hook)


def register_module_full_backward_hook(hook):
    return _global(_global_backward_hooks, hook)


register_module_backward_hook = register_module_full_backward_hook


def register_module_full_backward_pre_hook(hook):
    return _global(_global_backward_pre_hooks, hook)


def _global(hooks, hook):
    handle = RemovableHandle(hooks, undo=lambda: _global_any.pop())
    hooks[handle.id] = hook
    _global_any.append(True)
    return handle


Module.__module__ = "torch.nn.modules.module"
classes["Module"] = Module
Module._is_lazy = False
