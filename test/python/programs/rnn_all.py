import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence, pad_sequence

torch.manual_seed(0)
x = torch.randn(5, 2, 3)
for make in (
    lambda: nn.RNN(3, 4),
    lambda: nn.RNN(3, 4, nonlinearity="relu", num_layers=2),
    lambda: nn.GRU(3, 4, bidirectional=True),
    lambda: nn.GRU(3, 4, 2, dropout=0.0, bias=False),
):
    rnn = make()
    output, h = rnn(x)
    print(rnn, output.shape, h.shape, output[-1, 0], h[0, 1])
    print([name for name, _ in rnn.named_parameters()])
lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True)
output, (h, c) = lstm(x.transpose(0, 1))
print(lstm, output.shape, h.shape, c.shape, c[3, 0])
output, (h, c) = lstm(x.transpose(0, 1), (h, c))
print(h.sum(), c.sum())
projected = nn.LSTM(3, 4, proj_size=2)
output, (h, c) = projected(x)
print(output.shape, h.shape, c.shape)
unbatched, h = nn.GRU(3, 4)(x[:, 0])
print(unbatched.shape, h.shape)
cell = nn.LSTMCell(3, 4)
h, c = torch.zeros(2, 4), torch.zeros(2, 4)
for step in x:
    h, c = cell(step, (h, c))
print(cell, h.sum() < 0)
gru = nn.GRUCell(3, 4)
print(gru(x[0]).shape, nn.RNNCell(3, 2)(x[0], torch.zeros(2, 2)).shape)
sequences = [torch.arange(1.0, 4).view(3, 1), torch.arange(1.0, 3).view(2, 1), torch.ones(1, 1)]
padded = pad_sequence(sequences, batch_first=True, padding_value=-1)
print(padded.squeeze(-1))
packed = pack_padded_sequence(padded, torch.tensor([3, 2, 1]), batch_first=True)
print(packed)
small = nn.GRU(1, 2, batch_first=True)
out, h = small(packed)
unpacked, lengths = pad_packed_sequence(out, batch_first=True)
print(unpacked, lengths, h)
print(pack_sequence(sequences).batch_sizes)
try:
    pack_padded_sequence(padded, [1, 2, 3], batch_first=True)
except RuntimeError as e:
    print(e)
unsorted = pack_padded_sequence(padded, [1, 3, 2], batch_first=True, enforce_sorted=False)
print(unsorted.sorted_indices, pad_packed_sequence(unsorted, batch_first=True)[1])
output.sum().backward()
print(projected.weight_hr_l0.grad.shape, projected.bias_ih_l0.grad.sum())
