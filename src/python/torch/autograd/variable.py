def Variable(data, requires_grad=False, volatile=None):
    """The tensor itself."""
    return data.requires_grad_(requires_grad) if requires_grad else data
