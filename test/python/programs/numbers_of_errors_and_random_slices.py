"""Errors of the operating system that code makes itself have the class of their number; random functions in vmap; small helpers of nn.utils."""
import torch
from torch import nn
from torch.func import vmap
from torch.nn.utils import rnn


def shown(make):
    try:
        print(make())
    except Exception as error:
        print(type(error).__name__, error)


for number in (1, 2, 3, 4, 10, 11, 13, 17, 20, 21, 32, 44, 104, 110, 111):
    error = OSError(number, "made", "a file")
    print(number, type(error).__name__, error.errno, error)
print(type(OSError("no number")).__name__)


class Mine(OSError):
    pass


print(type(Mine(2, "made")).__name__, Mine(2, "made", "a file"))
shown(lambda: open("/nowhere/at/all"))

zeros = torch.zeros(3, 2)
torch.manual_seed(0)
shown(lambda: vmap(lambda x: x + torch.rand(2))(zeros))
shown(lambda: vmap(nn.functional.dropout)(zeros))
shown(lambda: vmap(lambda x: x + torch.randn(1), randomness="same")(zeros).std(0).sum() < 1e-6)
shown(lambda: vmap(lambda x: x + torch.randn(1), randomness="different")(zeros).std(0).sum() > 1e-6)
shown(lambda: vmap(lambda x: x * 2, randomness="never"))
shown(lambda: vmap(lambda x: x * 2 + 1)(zeros))

packed = rnn.pack_sequence([torch.tensor([1.0, 2, 3]), torch.tensor([4.0, 5])])
shown(lambda: rnn.unpack_sequence(packed))
shown(lambda: rnn.unpad_sequence(*rnn.pad_packed_sequence(packed)))
shown(lambda: nn.utils.skip_init(nn.Linear, 3, 4))
shown(lambda: nn.utils.skip_init(nn.Linear, 3, 4, device="cpu", dtype=torch.float64).weight.dtype)
shown(lambda: nn.utils.skip_init(nn.ReLU))
shown(lambda: nn.utils.skip_init(int))
