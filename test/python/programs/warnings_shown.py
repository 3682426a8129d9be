import warnings

import torch
from torch import nn


def caught(body):
    with warnings.catch_warnings(record=True) as log:
        warnings.simplefilter("always")
        result = body()
    return [(w.category.__name__, str(w.message)[:60]) for w in log], result is None


x = torch.ones(2, requires_grad=True)
print(caught(lambda: torch.tensor(torch.ones(1))))
print(caught(lambda: nn.LSTM(2, 2, dropout=0.5))[0])
warnings.filterwarnings("error")
try:
    torch.tensor(torch.ones(1))
except UserWarning as e:
    print(type(e).__name__)
