"""Accelerators, of which there are none here: PyTorch's own answers where it finds none."""


def is_available():
    """False: there is no accelerator here."""
    return False


def device_count():
    """0."""
    return 0


def current_accelerator(check_available=False):
    """None: there is no accelerator here."""
    return None


def _refuse(*_, **__):
    """Raises: there is no accelerator here."""
    raise RuntimeError("Cannot access accelerator device when none is available.")


current_device_index = set_device_index = current_stream = set_stream = synchronize = empty_cache = _refuse
memory_allocated = max_memory_allocated = memory_reserved = max_memory_reserved = memory_stats = get_memory_info = reset_peak_memory_stats = _refuse
