"""The engine's module behind a module in Python: what the one holds, the other holds too."""
from collections import OrderedDict
from weakref import ref

from ... import _bridge as b
from ..._bridge import _e, _loads, constructing, encode, result, tensor_of
from ..._tensor import Tensor
from .hooks import registrations


_PLACES = {"parameter": 2, "buffer": 3, "module": 4}


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
        if registrations:
            # What a hook gives back is registered in the place of what was given.
            for given, code in _loads(_e.describe(d["_engine_id"]))[_PLACES[self.kind]]:
                if given == name:
                    dict.__setitem__(self, name, None if not code else module_of(code) if self.kind == "module" else tensor_of(code))

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
_early = []  # modules that were seen before their constructors were through


def module_of(id):
    """The module in Python for an engine's module: the one that has it for a peer, else a new one around it."""
    b._dead.pop(id, None)
    known = _by_id.get(id)
    if known is not None:
        known = known()
        if known is not None:
            return known
    description = _loads(_e.describe(id))
    if constructing and "_engine_id" not in constructing[-1].__dict__ and description[0] == type(constructing[-1]).__name__:
        # A hook sees it while it registers its members.
        _attach(constructing[-1], id)
        return constructing[-1]
    cls = classes.get(description[0]) or _class_of(description[0])
    new = object.__new__(cls)
    _prepare(new)
    _attach(new, id)
    _take(new, description)
    if constructing:
        _early.append(new)
    return new


def _class_of(name):
    """A class of the engine's that nothing exports, as parametrizations are."""
    from .layers import forward_of

    body = {"forward": forward_of("nn.Module"), "_is_layer": True, "_is_own_layer": True, "__module__": "torch.nn.utils.parametrizations"}
    classes[name] = type(name, (classes["Module"],), body)
    return classes[name]


b.module_of = module_of
classes = {}
_class_numbers = {}


def _class_number(cls):
    """The engine's class for a class in Python: the layer's own, or one that extends it."""
    number = _class_numbers.get(cls)
    if number is None:
        path = cls._engine_path
        parameters = None
        if not _is_engine_forward(cls) and cls.forward is not classes["Module"].forward:
            parameters = _parameters_of(cls.forward)
        number = _class_numbers[cls] = _e.defineClass(path, cls.__name__, parameters, hasattr(cls, "right_inverse"), has_own_reset(cls))
    return number


def has_own_reset(cls):
    """Whether a class of the user's resets a layer's parameters in a way of its own."""
    return cls._is_layer and hasattr(cls, "_engine_reset") and cls.reset_parameters is not cls._engine_reset


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
    if "_engine_id" not in module.__dict__:
        _attach(module, id)
    while _early and not constructing:
        sync(_early.pop())


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
