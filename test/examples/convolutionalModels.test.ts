import type { nn } from "layerscope";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void printed.push(text));
});
afterEach(() => void vi.restoreAllMocks());

function parameterCount(model: nn.Module): number {
  return [...model.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
}

test("LeNet-5 has the published number of parameters and the shapes of the book", async () => {
  const { lenet } = await import("../../examples/lenet.js");
  expect(parameterCount(lenet)).toBe(61_706);
  expect(printed).toEqual([
    "Conv2d output shape: torch.Size([1, 6, 28, 28])",
    "Sigmoid output shape: torch.Size([1, 6, 28, 28])",
    "AvgPool2d output shape: torch.Size([1, 6, 14, 14])",
    "Conv2d output shape: torch.Size([1, 16, 10, 10])",
    "Sigmoid output shape: torch.Size([1, 16, 10, 10])",
    "AvgPool2d output shape: torch.Size([1, 16, 5, 5])",
    "Flatten output shape: torch.Size([1, 400])",
    "Linear output shape: torch.Size([1, 120])",
    "Sigmoid output shape: torch.Size([1, 120])",
    "Linear output shape: torch.Size([1, 84])",
    "Sigmoid output shape: torch.Size([1, 84])",
    "Linear output shape: torch.Size([1, 10])",
  ]);
});

test("ResNet-18 and ResNet-50 have the published numbers of parameters", async () => {
  const { resnet18, resnet50 } = await import("../../examples/resnet.js");
  expect(parameterCount(resnet18)).toBe(11_689_512);
  expect(parameterCount(resnet50)).toBe(25_557_032);
  // PyTorch's names, so that its weights can be loaded.
  const names = [...resnet18.stateDict().keys()];
  expect(names).toContain("layer2.0.downsample.1.running_mean");
  expect(names).toHaveLength(122);
  expect(printed).toEqual([expect.stringContaining("gives torch.Size([1, 1000])"), expect.stringContaining("gives torch.Size([1, 1000])")]);
}, 30_000);

test("VGG-16 has the published number of parameters", async () => {
  const { vgg16 } = await import("../../examples/vgg16.js");
  expect(parameterCount(vgg16)).toBe(138_357_544);
  expect(printed[0]).toContain("torch.Size([1, 1000])");
});

test("MobileNetV2 has the published number of parameters", async () => {
  const { mobilenetv2 } = await import("../../examples/mobilenetv2.js");
  expect(parameterCount(mobilenetv2)).toBe(3_504_872);
  expect(printed[0]).toContain("torch.Size([1, 1000])");
}, 30_000);

test("U-Net gives a score for every pixel", async () => {
  const { unet } = await import("../../examples/unet.js");
  expect(parameterCount(unet)).toBe(31_037_698);
  expect(printed).toEqual([expect.stringContaining("torch.Size([1, 2, 256, 256])"), "Miniature: torch.Size([1, 2, 64, 64])"]);
});
