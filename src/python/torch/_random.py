from ._bridge import Object, _e, _find, camel, encode, hold, object_classes, result
from ._types import device as _device


class Generator(Object):
    __module__ = "torch._C"
    _path = "Generator"

    def __new__(cls, device="cpu"):
        return result(_e.make("Generator", ""))

    def __init__(self, device="cpu"):
        pass

    device = property(lambda self: _device("cpu"))

    def manual_seed(self, seed):
        result(_e.invoke(self._id, "manualSeed", "v", int(seed)))
        return self

    def get_state(self):
        """The state, as a tensor of bytes."""
        return _State(result(_e.invoke(self._id, "getState", "")))

    def set_state(self, state):
        """Goes on from a state that `get_state` gave."""
        spec, flat = encode((_fields(state.state),))
        result(_e.invoke(self._id, "setState", spec, *flat))
        return self

    def __repr__(self):
        return f"<torch._C.Generator object at {hex(0x7F0000000000 + self._id * 16)}>"


def _fields(state):
    """The state under the names of its fields, as the engine has them."""
    return {camel(name): value for name, value in state.items()}


class _State:
    def __init__(self, state):
        self.state = state


object_classes["Generator"] = Generator
default_generator = result(_e.value("defaultGenerator"))


def manual_seed(seed):
    default_generator.manual_seed(int(seed))
    return default_generator


def seed():
    return default_generator.seed()


def initial_seed():
    return default_generator.initial_seed()


def get_rng_state():
    """The generator's state: a tensor in PyTorch, here something that `set_rng_state` takes back."""
    return result(_e.call(_find("getRngState"), ""))


def set_rng_state(new_state):
    spec, flat = encode((_fields(new_state),))
    result(_e.call(_find("setRngState"), spec, *flat))
