import * as torch from "layerscope";
import { describe, expect, test } from "vitest";

/** Numbers of two bytes and one where they are kept, moved and learned with; what operations make of them is held against PyTorch in test/reference. */

const { nn } = torch;

test("take two bytes, and one", () => {
  const sizes = [torch.float16, torch.bfloat16, torch.int16, torch.int8].map((dtype) => torch.zeros([5], { dtype }).storage.data.byteLength);
  expect(sizes).toEqual([10, 10, 10, 5]);
});

test("are called as PyTorch calls them", () => {
  const x = torch.tensor([1.5, -2]);
  expect([x.half(), x.bfloat16(), x.short(), x.char()].map(String)).toEqual([
    "tensor([ 1.5000, -2.0000], dtype=torch.float16)",
    "tensor([ 1.5000, -2.0000], dtype=torch.bfloat16)",
    "tensor([ 1, -2], dtype=torch.int16)",
    "tensor([ 1, -2], dtype=torch.int8)",
  ]);
  expect([torch.half, torch.short]).toEqual([torch.float16, torch.int16]);
});

test("say their limits", () => {
  expect(String(torch.finfo(torch.half))).toBe(
    "finfo(resolution=0.001, min=-65504, max=65504, eps=0.000976562, smallest_normal=6.10352e-05, tiny=6.10352e-05, dtype=float16)",
  );
  expect(String(torch.finfo(torch.bfloat16))).toBe(
    "finfo(resolution=0.01, min=-3.38953e+38, max=3.38953e+38, eps=0.0078125, smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=bfloat16)",
  );
  expect(String(torch.iinfo(torch.int8))).toBe("iinfo(min=-128, max=127, dtype=int8)");
  expect(String(torch.iinfo(torch.int16))).toBe("iinfo(min=-32768, max=32767, dtype=int16)");
});

test("refuse what they cannot hold, or wrap around", () => {
  expect(() => torch.full([1], 200, { dtype: torch.int8 })).toThrow("value cannot be converted to type int8_t without overflow");
  expect(() => torch.full([1], 40000, { dtype: torch.int16 })).toThrow("value cannot be converted to type int16_t without overflow");
  expect(torch.tensor([300, -300]).char().tolist()).toEqual([44, -44]);
  expect(torch.full([1], 1e6, { dtype: torch.half }).tolist()).toEqual([Infinity]);
  expect(() => torch.full([2], 1e6, { dtype: torch.half })).toThrow("value cannot be converted to type c10::Half without overflow");
});

test("are seen by views and written through them", () => {
  const x = torch.arange(6, { dtype: torch.bfloat16 }).reshape([2, 3]);
  x.t().at(1).fill_(0.1);
  x.narrow(1, 2, 1).mul_(3);
  expect(x.tolist()).toEqual([
    [0, 0.10009765625, 6],
    [3, 0.10009765625, 15],
  ]);
});

test("are learned with", () => {
  torch.manualSeed(0);
  const net = new nn.Sequential(new nn.Linear(4, 16), new nn.Tanh(), new nn.LayerNorm(16), new nn.Linear(16, 1)).bfloat16();
  const optimizer = new torch.optim.AdamW(net.parameters(), { lr: 0.05 });
  const x = torch.randn([32, 4]).bfloat16();
  const y = x.sum(1, true);
  const losses: number[] = [];
  for (let step = 0; step < 30; step++) {
    const loss = nn.functional.mseLoss(net(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  expect(net[0].weight.grad!.dtype).toBe(torch.bfloat16);
  expect(losses.at(-1)! / losses[0]!).toBeLessThan(0.2);
});

describe("in files", () => {
  const state = {
    half: torch.tensor([0.1, 65504, -Infinity]).half(),
    bfloat: torch.tensor([[0.1], [3e38]]).bfloat16(),
    char: torch.tensor([-128, 127]).char(),
    short: torch.tensor([-32768, 32767]).short(),
  };

  test("of safetensors", () => {
    const loaded = torch.safetensors.load(torch.safetensors.save(state));
    for (const [name, tensor] of Object.entries(state)) expect(String(loaded.get(name))).toBe(String(tensor));
  });

  test("of torch.save", () => {
    const loaded = torch.load<typeof state>(torch.save(state));
    for (const [name, tensor] of Object.entries(state)) expect(String(loaded[name as keyof typeof state])).toBe(String(tensor));
  });
});

test("on the meta device, 70 billion of them count 141 GB", () => {
  const parameters = [80 * (8192 * (8192 + 2 * 1024 + 8192) + 3 * 8192 * 28672 + 2 * 8192), 2 * 128256 * 8192 + 8192];
  const tensors = parameters.map((count) => torch.empty([count], { dtype: torch.bfloat16, device: "meta" }));
  const bytes = tensors.reduce((sum, tensor) => sum + tensor.numel() * tensor.dtype.itemSize, 0);
  expect(Math.round(bytes / 1e9)).toBe(141);
});

test("are summarized by their values", () => {
  const { min, max, finite, nan } = torch.summarize(torch.tensor([1.5, -2, NaN, 0.25]).half().storage.data);
  expect([min, max, finite, nan]).toEqual([-2, 1.5, 3, 1]);
});
