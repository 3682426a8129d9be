from ._random import default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state
import contextlib


@contextlib.contextmanager
def fork_rng(devices=None, enabled=True):
    """Numbers drawn inside leave the generator as it was. A context manager."""
    state = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(state)
