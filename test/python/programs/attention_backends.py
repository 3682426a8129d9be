import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
import torch.nn.functional as F
print(list(SDPBackend.__members__))
torch.manual_seed(0)
q = torch.randn(1,2,4,8)
with sdpa_kernel(SDPBackend.MATH):
    print(F.scaled_dot_product_attention(q,q,q,is_causal=True).sum())
with sdpa_kernel([SDPBackend.MATH, SDPBackend.FLASH_ATTENTION], set_priority=True):
    print(F.scaled_dot_product_attention(q,q,q).sum())
for bad in (lambda: sdpa_kernel("math").__enter__(), lambda: sdpa_kernel([]).__enter__(), lambda: sdpa_kernel(["x"]).__enter__()):
    try: print(bad())
    except BaseException as e: print(type(e).__name__, e)
@sdpa_kernel(SDPBackend.MATH)
def f(): return F.scaled_dot_product_attention(q,q,q).shape
print(f())
print(torch.nn.attention.__name__, torch.backends.cuda.flash_sdp_enabled(), torch.backends.cuda.math_sdp_enabled())
try:
    with sdpa_kernel(SDPBackend.FLASH_ATTENTION): F.scaled_dot_product_attention(q,q,q,attn_mask=torch.ones(4,4,dtype=torch.bool))
except RuntimeError as e: print(e)
print(repr(SDPBackend.MATH), str(SDPBackend.EFFICIENT_ATTENTION), SDPBackend.FLASH_ATTENTION.name, int(SDPBackend.FLASH_ATTENTION), SDPBackend.MATH in {SDPBackend.MATH})
torch.backends.cuda.enable_flash_sdp(False)
print(torch.backends.cuda.flash_sdp_enabled(), torch.backends.cuda.mem_efficient_sdp_enabled())
