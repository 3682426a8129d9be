import torch

A = torch.tensor([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]])
b = torch.tensor([1.0, 2.0, 3.0])
print(torch.linalg.det(A), torch.det(A), torch.logdet(A), torch.linalg.inv(A), torch.linalg.solve(A, b))
L = torch.linalg.cholesky(A)
print(L, torch.allclose(L @ L.T, A))
print(torch.linalg.norm(A), torch.linalg.norm(A, ord=1), torch.linalg.vector_norm(b, 1), torch.linalg.matrix_norm(A), A.norm(p=1, dim=1), torch.norm(b, p=3))
print(*torch.linalg.slogdet(A), torch.linalg.matrix_power(A, 2), torch.matrix_power(A, 0), torch.trace(A), torch.linalg.multi_dot([A, A, b.unsqueeze(1)]).T)
print(torch.triangular_solve(b.unsqueeze(1), A, upper=True)[0].T if False else torch.linalg.solve_triangular(A.triu(), b.unsqueeze(1), upper=True).T)
print(torch.linalg.lstsq(A, b.unsqueeze(1)).solution.T if False else torch.addmm(torch.ones(3, 1), A, b.unsqueeze(1), beta=0.5, alpha=2).T, torch.addmv(b, A, b), torch.addcmul(b, b, b, value=0.5), torch.addcdiv(b, b, b), torch.baddbmm(torch.zeros(1, 3, 3), A[None], A[None])[0, 0], torch.chain_matmul(A, A)[0] if False else A.matmul(A)[0])
