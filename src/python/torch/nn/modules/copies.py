"""A module as text, and copied."""
from ... import _bridge as b
from ..._bridge import _e, result
from ..._lacking import not_here


def _addindent(s_, numSpaces):
    s = s_.split("\n")
    if len(s) == 1:
        return s_
    first = s.pop(0)
    s = [(numSpaces * " ") + line for line in s]
    return first + "\n" + "\n".join(s)


class TextAndCopies:
    def _get_name(self):
        return self.__class__.__name__

    def extra_repr(self):
        if type(self)._is_layer and "_engine_id" in self.__dict__:
            return _with_floats(result(_e.invoke(self.__dict__["_engine_id"], "extraRepr", "")), self.__dict__["_floats"], self.__dict__.get("_not_taken", ()))
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
            for name in ("_floats", "_not_taken"):
                if name in original.__dict__:
                    new.__dict__[name] = original.__dict__[name]
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
_own_fields = frozenset(("training", "_parameters", "_buffers", "_modules", "_engine_id", "_peer", "_non_persistent_buffers_set", "_floats", "_not_taken", *_hook_fields))


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


def _is_number(shown, value):
    if shown in ("True", "False"):
        return type(value) is not bool and (shown == "True") == bool(value)
    try:
        return float(shown) == value
    except ValueError:
        return False


def _with_floats(text, floats, not_taken):
    """What was given as a float, an int, a bool or a tuple is printed as one, though JavaScript does not tell 1.0 from 1, nor a tuple from a list; so is what no call will take."""
    if floats:
        import re

        for name, value in floats.items():
            if name in not_taken:
                text = re.sub(rf"(?<!\w){re.escape(name)}=(\([^)]*\)|\[[^\]]*\]|[^,]*)", lambda _: f"{name}={value}", text)
            elif type(value) is tuple:
                text = text.replace(f"{name}={list(value)}", f"{name}={value}")
            else:
                text = re.sub(rf"(?<!\w){re.escape(name)}=([\w.+-]+)", lambda shown: f"{name}={value}" if _is_number(shown[1], value) else shown[0], text)
    return text
