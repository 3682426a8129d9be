"""Autocasting, which is off on this engine: it computes in the precision that tensors have."""
from ._lacking import not_here


class autocast:
    """Runs what is inside as it stands: nothing is computed in less precision here. A context manager and a decorator."""

    def __init__(self, device_type="cpu", dtype=None, enabled=True, cache_enabled=None):
        self.enabled = enabled
        if enabled and device_type != "cuda":
            raise not_here("torch.autocast is not in Layerscope's engine, which computes in the precision that tensors have: give them another (to, half, bfloat16)")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def __call__(self, fn):
        return fn


class GradScaler:
    """Scales nothing: gradients stay as they are."""

    def __init__(self, device="cuda", enabled=True, **kwargs):
        pass

    def scale(self, loss):
        return loss

    def unscale_(self, optimizer):
        pass

    def step(self, optimizer, *args, **kwargs):
        return optimizer.step(*args, **kwargs)

    def update(self, new_scale=None):
        pass

    def is_enabled(self):
        return False

    def get_scale(self):
        return 1.0

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass
