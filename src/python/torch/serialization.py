from ._bridge import errors
from . import load, save
