import torch

for value in (
    torch.tensor([1, 20, 300]),
    torch.tensor([-1, 2]),
    torch.tensor([True, False]),
    torch.tensor([1.0, 2.0]),
    torch.tensor([1.5, 2.25, 1000.125]),
    torch.tensor([1e-8, 1.0]),
    torch.tensor([1e8, 1.0]),
    torch.tensor([123456789.0]),
    torch.tensor([float("inf"), float("-inf"), float("nan"), 1.0]),
    torch.tensor([float("nan")]),
    torch.tensor([0.1, 0.2], dtype=torch.float64),
    torch.tensor(3),
    torch.tensor(3.5),
    torch.tensor([]),
    torch.zeros(0, 3),
    torch.zeros(2, 0),
    torch.tensor([[1e-3, 1e3]]),
    torch.tensor([1e-5]),
    torch.tensor([99999.0]),
    torch.tensor([100000.5]),
    torch.arange(5, dtype=torch.int32),
    torch.arange(3, dtype=torch.uint8),
    torch.arange(2000),
    torch.arange(2000.0),
    torch.zeros(3, 400),
    torch.zeros(2, 2, 2),
    torch.ones(1, 1, 1, 1),
    torch.eye(3) * 0.001,
    -torch.eye(2),
    torch.tensor([-0.0, 0.0]),
    torch.tensor([1.0], requires_grad=True),
    torch.tensor([1.0], requires_grad=True) * 2,
    torch.tensor([2.0], dtype=torch.float64, requires_grad=True).exp(),
    torch.zeros(2, device="meta"),
    torch.float32,
    torch.device("cpu"),
    torch.Size([1, 2]),
    torch.zeros(2, 3).size(),
    torch.nn.Parameter(torch.ones(2)),
):
    print(value)
torch.set_printoptions(precision=2)
print(torch.tensor([3.14159, 2.71828]))
torch.set_printoptions(precision=4, threshold=5, edgeitems=2)
print(torch.arange(10.0))
torch.set_printoptions(profile="default")
torch.set_printoptions(sci_mode=True)
print(torch.tensor([1.0, 22.5]))
torch.set_printoptions(sci_mode=False)
print(torch.tensor([1e-9, 22.5]))
torch.set_printoptions(profile="default", linewidth=40)
print(torch.arange(20))
torch.set_printoptions(profile="default")
print(f"{torch.tensor(3.14159):.2f} {torch.tensor(7):03d} {torch.tensor([1, 2])}", "%s" % torch.tensor(2.5), "%.1f" % torch.tensor(2.55))
print(str(torch.tensor([1])), [torch.tensor(1), torch.tensor(2.0)], {"a": torch.ones(1)}, (torch.zeros(1),))
print(torch.max(torch.tensor([[1.0, 5.0], [7.0, 2.0]]), dim=1))
print(torch.topk(torch.tensor([1.0, 9.0, 3.0]), 2), torch.sort(torch.tensor([3, 1, 2])))
