def Variable(data, requires_grad=False, volatile=None):
    return data.requires_grad_(requires_grad) if requires_grad else data
