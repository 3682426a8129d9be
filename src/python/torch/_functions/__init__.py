"""What PyTorch's functions take beside what the engine's do, and functions that are little work without it. Each is a function of its module, and a method where PyTorch has that."""
from . import complex_numbers, elementwise, linear_algebra, norms, shapes, statistics
