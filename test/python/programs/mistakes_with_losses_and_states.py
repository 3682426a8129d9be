"""Losses called as if they were functions, a recurrent layer's state that lacks its other half, and what scripts ask of a machine."""
import torch
import torch.nn.functional as F
from torch import nn, optim

torch.manual_seed(0)
x, words = torch.rand(3, 4), torch.rand(5, 2, 4)
classes = torch.tensor([0, 1, 2])


def show(label, f):
    try:
        print(label, f())
    except Exception as error:
        print(label, type(error).__name__, error)


for name in ("MSELoss", "L1Loss", "CrossEntropyLoss", "BCELoss", "BCEWithLogitsLoss", "NLLLoss", "KLDivLoss", "SmoothL1Loss"):
    show(name, lambda: getattr(nn, name)(x, classes))
    show(name, lambda: getattr(nn, name)(None, reduction="sum").reduction)
show("ignore_index", lambda: nn.CrossEntropyLoss(torch.ones(4), None, 2).ignore_index)
show("log_target", lambda: nn.KLDivLoss(None, None, "sum", True).log_target)
show("beta", lambda: nn.SmoothL1Loss(None, None, "mean", 2.0)(x, x * 2))
show("margin", lambda: (nn.HingeEmbeddingLoss(0.5).margin, nn.TripletMarginLoss(1.0, 1).p, nn.MultiMarginLoss(2, 0.5, None, None, None, "sum")(x, classes)))
show("lstm", lambda: nn.LSTM(4, 3)(words, torch.zeros(1, 2, 3)))
show("lstm cell", lambda: nn.LSTMCell(4, 3)(x, torch.zeros(3, 3)))
show("layer_norm", lambda: F.layer_norm(x, 4))
show("layer_norm", lambda: F.layer_norm(x, x.shape[1:]).shape)
show("rms_norm", lambda: F.rms_norm(x, 4))
show("pad", lambda: F.pad(x, 1))
show("pad", lambda: F.pad(x, [1, 1]).shape)
show("clip", lambda: nn.utils.clip_grad_value_([x], "a"))
show("milestones", lambda: optim.lr_scheduler.MultiStepLR(optim.SGD([nn.Parameter(x)], lr=0.1), 3))

device = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"
print(f"Using {device} device", torch.accelerator.device_count())
show("accelerator", lambda: torch.accelerator.synchronize())
torch.use_deterministic_algorithms(True)
print(torch.are_deterministic_algorithms_enabled(), torch.compiler.is_compiling(), torch.xpu.is_available(), torch.cuda.is_initialized(), torch.is_autocast_enabled())
torch.use_deterministic_algorithms(False)
zero = torch.tensor([-1.0]) * 0
print(zero, zero.item(), zero[0].tolist(), float(zero), (-zero).item(), f"{zero.item():.2f}")
