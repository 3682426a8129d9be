"""Python's operators, as methods of tensors."""
from . import _bridge as b, _calls, _overrides
from ._bridge import _call, _dead, _find, result, snake, tensor_of
from ._tensor import Tensor


def with_floats(args):
    """Numbers that Python writes as floats count as such beside whole-number tensors, though JavaScript does not see it."""
    tensors = [arg for arg in args if isinstance(arg, Tensor)]
    if any(tensor.dtype.is_floating_point for tensor in tensors):
        return args
    import torch

    return [b.number(arg, torch.get_default_dtype()) if type(arg) is float and arg.is_integer() else arg for arg in args]


_calls.with_floats = with_floats


def _operator(name, js, in_place=None):
    fn = _find(f"Tensor#{js}")
    is_product = js == "matmul"

    def operate(self, other):
        if len(_dead) > 8:
            b.release()
        if _overrides.there:
            found = _overrides.dispatch(getattr(Tensor, snake(js)), (self, other), {})
            if found:
                return found[0]
        t = type(other)
        if t is float and not is_product:
            if other.is_integer() and not self.dtype.is_floating_point:
                import torch

                other = b.number(other, torch.get_default_dtype())
                value = _call(fn, "tt", self._id, other._id)
            else:
                value = _call(fn, "tv", self._id, other)
        elif (t is int or t is bool) and not is_product:
            value = _call(fn, "tv", self._id, other)
        elif isinstance(other, Tensor):
            value = _call(fn, "tt", self._id, other._id)
        else:
            return NotImplemented
        return tensor_of(value) if type(value) is int else result(value)

    operate.__name__ = name
    setattr(Tensor, name, operate)


for _name, _js in {
    "__add__": "add",
    "__radd__": "add",
    "__sub__": "sub",
    "__mul__": "mul",
    "__rmul__": "mul",
    "__truediv__": "div",
    "__floordiv__": "floorDivide",
    "__mod__": "remainder",
    "__pow__": "pow",
    "__matmul__": "matmul",
    "__and__": "bitwiseAnd",
    "__rand__": "bitwiseAnd",
    "__or__": "bitwiseOr",
    "__ror__": "bitwiseOr",
    "__xor__": "bitwiseXor",
    "__rxor__": "bitwiseXor",
    "__lshift__": "bitwiseLeftShift",
    "__rshift__": "bitwiseRightShift",
    "__eq__": "eq",
    "__ne__": "ne",
    "__lt__": "lt",
    "__le__": "le",
    "__gt__": "gt",
    "__ge__": "ge",
    "__iadd__": "add_",
    "__isub__": "sub_",
    "__imul__": "mul_",
    "__itruediv__": "div_",
    "__ifloordiv__": "floorDivide_",
    "__imod__": "remainder_",
    "__ipow__": "pow_",
    "__iand__": "bitwiseAnd_",
    "__ior__": "bitwiseOr_",
    "__ixor__": "bitwiseXor_",
}.items():
    _operator(_name, _js)


def _unary(name, js):
    fn = _find(f"Tensor#{js}")

    def operate(self):
        if _overrides.there:
            found = _overrides.dispatch(getattr(Tensor, snake(js)), (self,), {})
            if found:
                return found[0]
        value = _call(fn, "t", self._id)
        return tensor_of(value) if type(value) is int else result(value)

    setattr(Tensor, name, operate)


_unary("__neg__", "neg")
_unary("__abs__", "abs")
