"""nn.Module in Python, with an engine's module as its peer: what this registers, the peer holds too."""
from collections import OrderedDict

from ... import _bridge as b
from ..._bridge import _e, _loads, _puts, camel, encode, result
from ..._calls import bind
from ..._lacking import not_here
from ..._parameter import Buffer, Parameter
from ..._tensor import Tensor
from .calling import Calling
from .copies import TextAndCopies, _addindent
from .hooks import (
    Hooks,
    RemovableHandle,
    register_module_backward_hook,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from .moving import Moving
from .peers import _remove_from, classes, construct, module_of, sync
from .state_dict import StateDicts
from .traversal import Traversal


def _forward_unimplemented(self, *input):
    raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')


# Whose defaults are floats in PyTorch.
_FLOATS = frozenset("alpha beta delta dropout k label_smoothing margin max_val min_val norm norm_type p threshold value".split())


def _peer_value(self, name):
    """A field or method of the layer's in the engine; `_nothing` where it has none."""
    js = camel(name)
    id = self.__dict__["_engine_id"]
    kind = _e.has(id, js)
    if kind == "value":
        if not parametrized_values:
            return result(_e.get(id, js))
        kept = parametrized_values[0]
        if (id, js) not in kept:
            kept[id, js] = result(_e.get(id, js))
        return kept[id, js] if isinstance(kept[id, js], Tensor) else result(_e.get(id, js))
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
parametrized_values = []  # inside of parametrize.cached(): what was computed, by module and name
_not_fields = frozenset(("length", "name", "prototype", "arguments", "caller", "constructor", "apply", "call", "bind"))


class Module(Calling, Hooks, Moving, StateDicts, Traversal, TextAndCopies):
    dump_patches = False
    _version = 1
    call_super_init = False
    training: bool
    _engine_path = "nn.Module"
    _is_layer = False

    _steps = {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls._steps and getattr(cls.forward, "_is_engine", False) and any(getattr(cls, name) is not step for name, step in cls._steps.items()):
            cls.forward = cls._forward_in_steps

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

    def __setattr__(self, name, value):
        d = self.__dict__
        params = d.get("_parameters")
        if isinstance(value, Parameter):
            if params is None:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            if name in d:
                delattr(self, name)
            _remove_from(name, d["_buffers"], d["_modules"], d["_non_persistent_buffers_set"])
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
                        return _assign_parametrized(self, held._modules[name], name, value)
                    object.__setattr__(self, name, value)
                    if type(self)._is_layer and "_engine_id" in d and name[:1] != "_":
                        js = camel(name)
                        # A tensor may take the place of a parameter that the layer reads, as one that follows from others does.
                        if js not in _not_fields and (isinstance(value, Tensor) or _e.has(d["_engine_id"], js) == "value"):
                            spec, flat = encode((value,))
                            _e.set(d["_engine_id"], js, spec, *flat)
                            if d["_floats"] is not None:
                                d["_floats"].pop(name, None)
                            if type(value) in (float, int):
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
                # A whole number may have become something else: a pair, an index from the end.
                if floats and type(floats.get(name, 0)) is not int:
                    return floats[name]
                value = _peer_value(self, name)
                if value is not _nothing:
                    # A whole number is an int where it was given as one.
                    return float(value) if type(value) is int and name in _FLOATS and name not in (floats or ()) and (type(self).__name__, name) != ("MultiMarginLoss", "p") else value
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
            is_tensor = isinstance(self.__dict__.get(name), Tensor)
            object.__delattr__(self, name)
            if is_tensor and type(self)._is_layer:
                _e.dropMember(self.__dict__["_engine_id"], name)

    def __dir__(self):
        keys = [*dir(self.__class__), *self.__dict__, *self._parameters, *self._modules, *self._buffers]
        return sorted(key for key in keys if not key[0].isdigit())


def _assign_parametrized(module, parametrizations, name, value):
    """The originals from which `value` follows."""
    for each in parametrizations:
        if type(each).__module__ != "torch.nn.utils.parametrizations" and not hasattr(each, "right_inverse"):
            raise RuntimeError(f"parametrization {type(each).__name__} does not implement right_inverse.")
    spec, flat = encode((value,))
    result(_e.set(module.__dict__["_engine_id"], name, spec, *flat))


def _typename(value):
    import torch

    return torch.typename(value)


def _put_module(value, spec, flat):
    spec.append("t")
    flat.append(value.__dict__["_engine_id"])


_puts[Module] = _put_module


def on_forward(id, text, method="forward"):
    """The engine calls a module that is written in Python."""
    import json

    try:
        module = module_of(id)
        args = [b.revive(item) for item in _loads(text)]
        if method != "forward":
            return json.dumps(b.tojson(getattr(module, method)(*args)))
        while args and args[-1] is None and len(args) > module.forward.__code__.co_argcount - 1 - len(module.forward.__defaults__ or ()):
            args.pop()
        kwargs = args.pop() if args and type(args[-1]) is dict and not isinstance(args[-1], OrderedDict) and _takes_names(module.forward, args) else {}
        return json.dumps(b.tojson(module.forward(*args, **kwargs)))
    except BaseException as error:
        return b.failure(error)


def _takes_names(forward, args):
    names = set(forward.__code__.co_varnames[: forward.__code__.co_argcount + forward.__code__.co_kwonlyargcount])
    # 8: it has **kwargs, of which stacks of layers give masks alone.
    takes_any = forward.__code__.co_flags & 8 and all(name.endswith(("mask", "is_causal")) for name in args[-1])
    return takes_any or all(name in names for name in args[-1])


Module.__module__ = "torch.nn.modules.module"
# Its methods are Module's wherever they are written.
for _cls in Module.__mro__[1:-1]:
    for _name, _value in vars(_cls).items():
        if callable(_value) and hasattr(_value, "__qualname__"):
            _value.__qualname__ = f"Module.{_value.__name__}"
classes["Module"] = Module
Module._is_lazy = False
