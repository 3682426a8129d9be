from .._namespace import Missing

DataParallel = Missing("torch.nn.parallel.DataParallel")
DistributedDataParallel = Missing("torch.nn.parallel.DistributedDataParallel")
