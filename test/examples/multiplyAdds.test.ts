import * as torch from "layerscope";
import { expect, test, vi } from "vitest";

vi.spyOn(console, "log").mockImplementation(() => undefined);

/** In billions, for one image of 224 x 224: what torchvision publishes with its weights (GMACs). */
const published = [
  ["vgg16", async () => (await import("../../examples/vgg16.js")).vgg16, 15.47],
  ["resnet18", async () => (await import("../../examples/resnet.js")).resnet18, 1.814],
  ["resnet50", async () => (await import("../../examples/resnet.js")).resnet50, 4.089],
  ["mobilenetv2", async () => (await import("../../examples/mobilenetv2.js")).mobilenetv2, 0.301],
  ["vit", async () => (await import("../../examples/vit.js")).vit, 17.564],
] as const;

test.each(published)("%s multiplies and adds as often as published", async (_name, load, billions) => {
  const model = (await load()) as unknown as torch.nn.Module & ((x: torch.Tensor) => torch.Tensor);
  model.to("meta").eval();
  let multiplyAdds = 0;
  torch.observe({ operation: (_operation, _args, _output, count) => void (multiplyAdds += count) });
  torch.withDevice("meta", () => void model(torch.zeros(1, 3, 224, 224)));
  torch.observe(null);
  expect(Number((multiplyAdds / 1e9).toFixed(3))).toBe(billions);
});
