"""There is no CUDA here: PyTorch's own answers where it was built without."""


def is_available():
    return False


def device_count():
    return 0


def _refuse(*_, **__):
    raise AssertionError("Torch not compiled with CUDA enabled")


current_device = get_device_name = get_device_properties = synchronize = set_device = memory_summary = _refuse


def manual_seed(seed):
    pass


manual_seed_all = manual_seed


def empty_cache():
    pass


def is_bf16_supported(*_):
    return False


def memory_allocated(device=None):
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def reset_peak_memory_stats(device=None):
    pass


class amp:
    from .amp import GradScaler, autocast
