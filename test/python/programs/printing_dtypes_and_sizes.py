import torch
for d in (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool):
    for t in (torch.zeros(0), torch.zeros(()), torch.arange(5), torch.arange(6).reshape(2, 3), torch.zeros(2, 0), torch.arange(24).reshape(2, 3, 4), torch.zeros(1, 1, 1, 1)):
        print(t.to(d))
print(torch.tensor([1e-8, 1.0]), torch.tensor([1e8, 1.0]), torch.tensor([1e5, 1.5]), torch.tensor([0.1, 1234.5]))
print(torch.tensor([float("inf"), 1.0]), torch.tensor([float("nan"), -1]), torch.tensor([-float("inf"), 2.25]))
print(torch.arange(2000), torch.arange(1001.), torch.zeros(40, 40))
print(torch.arange(10000).reshape(100, 100))
print(torch.rand(3, requires_grad=True).shape, torch.tensor([1.], requires_grad=True))
print(torch.tensor([1., 2.], requires_grad=True) * 2)
print(torch.tensor(3.14159), torch.tensor(1e10), torch.tensor(1e-10), torch.tensor(-0.0), torch.tensor(123456789.))
print(torch.tensor([1e-3, 1e-4]), torch.tensor([99999., 0.1]), torch.tensor([1000000.]), torch.tensor([100000000.]))
print(torch.linspace(0, 1, 11), torch.logspace(-3, 3, 7))
print(torch.ones(3, 4, 5, 6)[:, :1, :2, :3])
torch.set_printoptions(precision=2); print(torch.tensor([1.23456, 100.5]))
torch.set_printoptions(sci_mode=True); print(torch.tensor([1.23456, 100.5]))
torch.set_printoptions(profile="full"); print(torch.arange(1200).reshape(3, 400))
torch.set_printoptions(profile="short"); print(torch.rand(50, 50).shape, torch.arange(2500).reshape(50, 50))
torch.set_printoptions(profile="default", linewidth=40); print(torch.arange(30.))
torch.set_printoptions(edgeitems=1, threshold=5, linewidth=80); print(torch.arange(100).reshape(10, 10))
torch.set_printoptions(profile="default")  # the programs share an interpreter
