# Values that PyTorch does not take, and former names that it takes.
import warnings

import torch
import torch.nn.functional as F
from torch import nn


def show(label, f):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            print(label, "ok", f())
        except Exception as error:
            print(label, type(error).__name__, error)
    for each in told:
        print("   ", each.category.__name__, str(each.message).split(" (Triggered")[0])


def refused(label, f):
    """Where only the class of the error is the same."""
    try:
        f()
        print(label, "ok")
    except Exception as error:
        print(label, type(error).__name__)


x = torch.ones(1, 2, 4, 4)
for wrong in ("x", float("nan"), ("x", 1), (1.5, 1)):
    refused(f"AdaptiveAvgPool2d {wrong}", lambda: nn.AdaptiveAvgPool2d(wrong)(x))
    refused(f"AdaptiveMaxPool2d {wrong}", lambda: nn.AdaptiveMaxPool2d(wrong)(x))
    if not isinstance(wrong, tuple):
        refused(f"AdaptiveAvgPool1d {wrong}", lambda: nn.AdaptiveAvgPool1d(wrong)(x[0]))
refused("RNN", lambda: nn.RNN(4, 2, num_layers=float("nan")))

whole = torch.arange(4)
for p in (0.5, 0.0, 1.0):
    show(f"dropout {p}", lambda: F.dropout(whole, p).dtype)
    show(f"Dropout {p}", lambda: nn.Dropout(p)(whole).dtype)
    show(f"AlphaDropout {p}", lambda: nn.AlphaDropout(p)(whole).dtype)
show("Dropout2d", lambda: nn.Dropout2d()(torch.ones(1, 2, 2, 2, dtype=torch.int)).dtype)
show("dropout bool", lambda: F.dropout(whole > 1, 0.5).dtype)
pair = [torch.ones(2, 2)] * 3
for margin in (-1, 0, -0.5):
    show("TripletMarginLoss", lambda: nn.TripletMarginLoss(margin=margin))
    show("TripletMarginWithDistanceLoss", lambda: nn.TripletMarginWithDistanceLoss(margin=margin))
    show("triplet_margin_loss", lambda: F.triplet_margin_loss(*pair, margin=margin))
    show("triplet_margin_with_distance_loss", lambda: F.triplet_margin_with_distance_loss(*pair, margin=margin))

parameters = [nn.Parameter(torch.ones(2))]
for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop"):
    make = getattr(torch.optim, name)
    show(f"{name} lr None", lambda: make(parameters, lr=None))
    show(f"{name} lr str", lambda: make(parameters, lr="x"))
for name in ("Adam", "AdamW", "Adamax", "NAdam", "RAdam"):
    for betas in ((0.9,), (), 0.9, None, ("a", "b"), (1.0, 0.9), (0.9, 1.0), (None, 0.9)):
        show(f"{name} {betas}", lambda: getattr(torch.optim, name)(parameters, betas=betas))


def optimizer():
    return torch.optim.SGD(parameters, lr=0.1, momentum=0.9)


schedules = torch.optim.lr_scheduler
show("OneCycleLR", lambda: schedules.OneCycleLR(optimizer(), 0.1, total_steps=10, anneal_strategy="x"))
plateau = schedules.ReduceLROnPlateau(optimizer())
show("step()", lambda: plateau.step())
show("step(None)", lambda: plateau.step(None))
show("step('x')", lambda: plateau.step("x"))
show("step(1.0)", lambda: plateau.step(1.0))
show("step(metrics)", lambda: plateau.step(metrics=torch.tensor(1.0)))
for sizes in (["x"], [1.5], [1, None], [True], [torch.tensor(3)], [torch.tensor(3.0)], "ab", [-1], []):
    show("Size", lambda: torch.Size(sizes))
show("add", lambda: whole.add(whole, alpha=2.0))
show("torch.add", lambda: torch.add(whole, 1, alpha=2.0))
show("add_", lambda: whole.clone().add_(whole, alpha=2.5))
show("sub", lambda: whole.sub(whole, alpha=2.0))
show("add to floats", lambda: whole.add(torch.ones(4), alpha=2.0))
weight = torch.ones(3, 2)
for mode in ("mean", "sum", "max"):
    show("EmbeddingBag " + mode, lambda: nn.EmbeddingBag(3, 2, mode=mode)(torch.tensor([[0, 5]])))
    show("embedding_bag " + mode, lambda: F.embedding_bag(torch.tensor([0, -1]), weight, torch.tensor([0]), mode=mode))
for kind in (torch.float32, torch.int64, torch.uint8, torch.int32):
    for start in (0, 5):
        torch.manual_seed(0)
        drawn = torch.zeros(3, dtype=kind).random_(start, None)
        show("random_", lambda: (drawn if kind is not torch.int64 else "", bool((drawn >= start).all())))

one = torch.ones(1)
for name in ("std", "var", "std_mean", "var_mean"):
    show(name, lambda: getattr(torch, name)(one))
show("Hardtanh", lambda: nn.Hardtanh(min_value=-3, max_value=2)(torch.tensor([-5.0, 5])))
show("Hardtanh", lambda: nn.Hardtanh(max_value=2))
show("tensordot", lambda: torch.tensordot(a=torch.ones(2, 3), b=torch.ones(3, 2), dims=1))
show("tensordot", lambda: torch.tensordot(torch.ones(2, 3), torch.ones(3, 2), dims=torch.tensor(1)))
show("tensordot", lambda: torch.tensordot(torch.ones(2, 3), torch.ones(3, 2), dims=-1))
