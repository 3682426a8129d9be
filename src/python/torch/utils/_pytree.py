"""Lists, tuples and dictionaries of tensors, and what is done to each of them."""
from collections import OrderedDict


def _children(tree):
    if isinstance(tree, dict):
        return list(tree.values())
    return list(tree) if isinstance(tree, (list, tuple)) else None


def _like(tree, children):
    """The same container with other contents."""
    if isinstance(tree, dict):
        return (OrderedDict if isinstance(tree, OrderedDict) else dict)(zip(tree, children))
    if hasattr(tree, "_fields"):
        return type(tree)(*children)
    return (list if isinstance(tree, list) else tuple)(children)


def tree_leaves(tree):
    children = _children(tree)
    return [tree] if children is None else [leaf for child in children for leaf in tree_leaves(child)]


def tree_unflatten(leaves, tree):
    """The containers of `tree` around other leaves."""
    rest = iter(leaves)

    def made(part):
        children = _children(part)
        return next(rest) if children is None else _like(part, [made(child) for child in children])

    return made(tree)


def tree_flatten(tree):
    """The leaves, and what `tree_unflatten` puts them together by."""
    return tree_leaves(tree), tree


def tree_map(function, tree, *others):
    return tree_unflatten([function(*leaves) for leaves in zip(tree_leaves(tree), *map(tree_leaves, others))], tree)


def tree_map_only(kind, function, tree):
    return tree_map(lambda leaf: function(leaf) if isinstance(leaf, kind) else leaf, tree)


def tree_all(function, tree):
    return all(map(function, tree_leaves(tree)))


def tree_any(function, tree):
    return any(map(function, tree_leaves(tree)))
