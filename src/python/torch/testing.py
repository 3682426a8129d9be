import torch


def assert_close(actual, expected, *, rtol=None, atol=None, **kwargs):
    """Raises where tensors, or numbers, are not close to each other, and says how far they are apart."""
    actual, expected = torch.as_tensor(actual), torch.as_tensor(expected)
    rtol = 1.3e-6 if rtol is None else rtol
    atol = 1e-5 if atol is None else atol
    if actual.shape != expected.shape:
        raise AssertionError(f"The values for attribute 'shape' do not match: {actual.shape} != {expected.shape}.")
    if not torch.allclose(actual, expected, rtol, atol):
        raise AssertionError("Tensor-likes are not close!")
