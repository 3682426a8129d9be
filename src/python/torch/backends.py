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
cudnn = _backend("cudnn")
mps = _backend("mps")
mkl = _backend("mkl")
mkldnn = _backend("mkldnn")
openmp = _backend("openmp")
