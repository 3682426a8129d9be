// RegNetX-400MF: widths that grow by a rule (Radosavovic et al., "Designing Network Design Spaces", 2020), as in torchvision.
import * as torch from "layerscope";
import { nn } from "layerscope";

function convNorm(inChannels: number, outChannels: number, kernelSize: number, stride = 1, groups = 1, activation = true): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv2d(inChannels, outChannels, kernelSize, { stride, padding: (kernelSize - 1) / 2, groups, bias: false }),
    new nn.BatchNorm2d(outChannels),
    ...(activation ? [new nn.ReLU({ inplace: true })] : []),
  );
}

function named(parts: Readonly<Record<string, nn.Module>>): nn.Sequential {
  const sequential: nn.Sequential = new nn.Sequential();
  for (const [name, part] of Object.entries(parts)) sequential.addModule(name, part);
  return sequential;
}

class ResBottleneckBlock extends nn.Module {
  proj: nn.Sequential | null = null;
  f: nn.Sequential;
  activation = new nn.ReLU({ inplace: true });

  constructor(widthIn: number, widthOut: number, stride: number, groupWidth: number) {
    super();
    if (widthIn !== widthOut || stride !== 1) this.proj = convNorm(widthIn, widthOut, 1, stride, 1, false);
    this.f = named({
      a: convNorm(widthIn, widthOut, 1),
      b: convNorm(widthOut, widthOut, 3, stride, widthOut / groupWidth),
      c: convNorm(widthOut, widthOut, 1, 1, 1, false),
    });
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.activation((this.proj ? this.proj(x) : x).add(this.f(x)));
  }
}

class RegNet extends nn.Module {
  stem = convNorm(3, 32, 3, 2);
  trunk_output: nn.Sequential;
  avgpool = new nn.AdaptiveAvgPool2d([1, 1]);
  fc: nn.Linear;

  constructor(widths: readonly number[], depths: readonly number[], groupWidth: number) {
    super();
    const stages: Record<string, nn.Module> = {};
    let before = 32;
    widths.forEach((width, stage) => {
      const blocks: Record<string, nn.Module> = {};
      for (let at = 0; at < depths[stage]!; at++)
        blocks[`block${stage + 1}-${at}`] = new ResBottleneckBlock(at === 0 ? before : width, width, at === 0 ? 2 : 1, groupWidth);
      stages[`block${stage + 1}`] = named(blocks);
      before = width;
    });
    this.trunk_output = named(stages);
    this.fc = new nn.Linear(before, 1000);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.fc(this.avgpool(this.trunk_output(this.stem(x))).flatten(1));
  }
}

export const regnetX400MF = torch.withDevice("meta", () => new RegNet([32, 64, 160, 400], [1, 2, 7, 12], 16)).eval();
regnetX400MF(torch.zeros(1, 3, 224, 224, { device: "meta" }));
