"""Modules on their way to another dtype or device."""
from ..._arguments import refused
from ..._calls import device_name
from ..._tensor import Tensor


def refusal(args, kwargs):
    """PyTorch's error for what `to` does not take, which modules and tensors share."""
    import torch

    return refused("Tensor", "to", (torch.empty(0), *args), kwargs)


class Moving:
    def _apply(self, fn, recurse=True):
        import torch

        if recurse:
            for module in self.children():
                module._apply(fn)
        for key, param in self._parameters.items():
            if param is None:
                continue
            with torch.no_grad():
                param.data = fn(param)
                grad = param.grad
                if grad is not None:
                    applied = fn(grad)
                    param.grad = None
                    param.grad = applied.requires_grad_(grad.requires_grad)
        for key, buf in self._buffers.items():
            if buf is not None:
                self._buffers[key] = fn(buf)
        return self

    def apply(self, fn):
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def to(self, *args, **kwargs):
        import torch

        wrong = refusal(args, kwargs)
        if wrong:
            raise wrong
        if any(type(arg) is int for arg in args):
            device_name(next(arg for arg in args if type(arg) is int))
        args = [torch.float64 if arg is float else torch.int64 if arg is int else arg for arg in args]
        device = dtype = None
        format = kwargs.get("memory_format")
        for arg in (*args, kwargs.get("device"), kwargs.get("dtype"), kwargs.get("tensor")):
            if isinstance(arg, Tensor):
                device, dtype = arg.device.type, arg.dtype
            elif isinstance(arg, torch.dtype):
                dtype = arg
            elif isinstance(arg, (str, torch.device)):
                device = device_name(arg)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")

        def convert(tensor):
            if tensor.is_meta and device not in (None, "meta"):
                raise NotImplementedError(
                    "Cannot copy out of meta tensor; no data! Please use torch.nn.Module.to_empty() instead of torch.nn.Module.to() when moving module from meta to a different device."
                )
            if dtype is not None and tensor.is_floating_point():
                tensor = tensor.to(dtype)
            if format is not None and tensor.ndim in (4, 5):
                tensor = tensor.to(memory_format=format)
            return tensor if device is None else tensor.to(device)

        return self._apply(convert)

    def cpu(self):
        return self.to("cpu")

    def cuda(self, device=None):
        raise AssertionError("Torch not compiled with CUDA enabled")

    def type(self, dst_type):
        return self._apply(lambda t: t.type(dst_type))

    def float(self):
        return self._apply(lambda t: t.float() if t.is_floating_point() else t)

    def double(self):
        return self._apply(lambda t: t.double() if t.is_floating_point() else t)

    def half(self):
        return self._apply(lambda t: t.half() if t.is_floating_point() else t)

    def bfloat16(self):
        return self._apply(lambda t: t.bfloat16() if t.is_floating_point() else t)

    def to_empty(self, *, device, recurse=True):
        import torch

        return self._apply(lambda t: torch.empty_like(t, device=device), recurse=recurse)

    def share_memory(self):
        return self._apply(lambda t: t.share_memory_())

    def compile(self, *args, **kwargs):
        pass
