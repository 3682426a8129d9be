"""There is no CUDA here: PyTorch's own answers where it was built without."""


def is_available():
    """False: there is no CUDA here."""
    return False


is_initialized = is_available


def device_count():
    """0."""
    return 0


def _refuse(*_, **__):
    """Raises: there is no CUDA here."""
    raise AssertionError("Torch not compiled with CUDA enabled")


current_device = get_device_name = get_device_properties = synchronize = set_device = memory_summary = _refuse


def manual_seed(seed):
    """Does nothing: there is no CUDA here."""
    pass


manual_seed_all = manual_seed


def empty_cache():
    """Does nothing: there is no CUDA here."""
    pass


def is_bf16_supported(*_):
    """False."""
    return False


def memory_allocated(device=None):
    """0."""
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def reset_peak_memory_stats(device=None):
    """Does nothing: there is no CUDA here."""
    pass


class amp:
    from .amp import GradScaler, autocast
