from ._bridge import return_types as _known
