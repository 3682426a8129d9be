import sys as _sys
import types as _types


def _no():
    """False."""
    return False


def _backend(name):
    module = _types.ModuleType(f"torch.backends.{name}")
    module.is_available = module.is_built = _no
    module.enabled = module.deterministic = module.benchmark = module.allow_tf32 = False
    _sys.modules[module.__name__] = module
    return module


__path__ = []
cuda = _backend("cuda")
cuda.matmul = _types.SimpleNamespace(allow_tf32=False)


def _switch(name):
    """A way of computing attention, which may be turned off and on: all give the same."""
    state = [True]
    setattr(cuda, f"{name}_sdp_enabled", lambda: state[0])
    setattr(cuda, f"enable_{name}_sdp", lambda enabled: state.__setitem__(0, bool(enabled)))


for _name in ("flash", "mem_efficient", "math", "cudnn"):
    _switch(_name)
cudnn = _backend("cudnn")
mps = _backend("mps")
mkl = _backend("mkl")
mkldnn = _backend("mkldnn")
openmp = _backend("openmp")
