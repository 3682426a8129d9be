import * as torch from "../../src/engine/index.js";
import { setWasmUse } from "../../src/engine/kernels/wasm/instance.js";
import { convolutions, lstm, powers, products, type CaseName, type Peer, type Prepare } from "./cases.js";
import { buildGpt2 } from "./gpt2.js";

const { nn } = torch;

torch.setNumThreads(1);

function trainingStep(net: torch.nn.Module, input: torch.Tensor, classes: number): () => void {
  const target = torch.randint(0, classes, [input.shape[0]!]);
  const optimizer = new torch.optim.SGD(net.parameters(), { lr: 0.01 });
  const call = net as unknown as (x: torch.Tensor) => torch.Tensor;
  return () => {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(call(input), target).backward();
    optimizer.step();
  };
}

/** A step for parameters whose gradients are there. */
function optimizerStep(make: (params: torch.Tensor[]) => { step(): unknown }): Prepare {
  return () => {
    const param = new nn.Parameter(torch.rand(1e6));
    param.grad = torch.rand(1e6);
    const optimizer = make([param]);
    return () => void optimizer.step();
  };
}

function lossOf(loss: (x: torch.Tensor, target: torch.Tensor) => torch.Tensor): Prepare {
  return () => {
    const x = torch.rand(1e6).requiresGrad_();
    const target = torch.rand(1e6);
    return () => {
      x.grad = null;
      loss(x, target).backward();
    };
  };
}

function makeLstm(): readonly [layer: torch.nn.LSTM, input: torch.Tensor] {
  const { steps, batch, units } = lstm;
  return [new nn.LSTM(units, units), torch.rand(steps, batch, units)];
}

const own: Record<CaseName, Prepare> = {
  ...(Object.fromEntries(
    Object.entries(products).map(([name, n]): [string, Prepare] => [
      name,
      () => {
        const a = torch.rand(n, n);
        const b = torch.rand(n, n);
        return () => void torch.matmul(a, b);
      },
    ]),
  ) as Record<keyof typeof products, Prepare>),
  ...(Object.fromEntries(
    Object.entries(convolutions).map(([name, [channels, size]]): [string, Prepare] => [
      name,
      () => {
        const conv = new nn.Conv2d(channels, channels, 3, { padding: 1, bias: false });
        const x = torch.rand(1, channels, size, size);
        return () => void torch.noGrad(() => conv(x));
      },
    ]),
  ) as Record<keyof typeof convolutions, Prepare>),
  ...(Object.fromEntries(
    Object.entries(powers).map(([name, exponent]): [string, Prepare] => [
      name,
      () => {
        const a = torch.rand(1e6);
        return () => void a.pow(exponent);
      },
    ]),
  ) as Record<keyof typeof powers, Prepare>),
  "pow of two tensors of 1e6": () => {
    const [a, b] = [torch.rand(1e6), torch.rand(1e6)];
    return () => void a.pow(b);
  },
  "gt of two tensors of 1e6": () => {
    const [a, b] = [torch.rand(1e6), torch.rand(1e6)];
    return () => void a.gt(b);
  },
  "where of 1e6": () => {
    const [a, b] = [torch.rand(1e6), torch.rand(1e6)];
    const mask = a.gt(0.5);
    return () => void torch.where(mask, a, b);
  },
  "masked fill of 1e6": () => {
    const a = torch.rand(1e6);
    const mask = a.gt(0.5);
    return () => void a.maskedFill(mask, 0.5);
  },
  "BCE of 1e6, forward + backward": lossOf((x, target) => nn.functional.binaryCrossEntropy(x, target)),
  "BCE of 1e6 logits, forward + backward": lossOf((x, target) => nn.functional.binaryCrossEntropyWithLogits(x, target)),
  "SGD with momentum, step of 1e6": optimizerStep((params) => new torch.optim.SGD(params, { lr: 1e-3, momentum: 0.9 })),
  "RMSprop, step of 1e6": optimizerStep((params) => new torch.optim.RMSprop(params, { lr: 1e-3 })),
  "Adam, step of 1e6": optimizerStep((params) => new torch.optim.Adam(params)),
  "LSTM 128, batch 32, 30 steps, forward": () => {
    const [layer, input] = makeLstm();
    return () => void torch.noGrad(() => layer(input));
  },
  "LSTM 128, batch 32, 30 steps, training step": () => {
    const [layer, input] = makeLstm();
    const optimizer = new torch.optim.SGD(layer.parameters(), { lr: 0.01 });
    return () => {
      optimizer.zeroGrad();
      layer(input)[0].square().mean().backward();
      optimizer.step();
    };
  },
  "matmul 1024, both transposed": () => {
    const a = torch.rand(1024, 1024);
    const b = torch.rand(1024, 1024);
    return () => void torch.matmul(a.t(), b.t());
  },
  "add 1e7": () => {
    const a = torch.rand(1e7);
    const b = torch.rand(1e7);
    return () => void a.add(b);
  },
  "relu 1e7": () => {
    const a = torch.rand(1e7).sub(0.5);
    return () => void a.relu();
  },
  "softmax 1e4 x 1e3": () => {
    const a = torch.rand(1e4, 1e3);
    return () => void a.softmax(-1);
  },
  "layer norm 1e4 x 1e3": () => {
    const a = torch.rand(1e4, 1e3);
    const norm = new nn.LayerNorm(1e3);
    return () => void torch.noGrad(() => norm(a));
  },
  "uniform 1e7": () => () => void torch.rand(1e7),
  "normal 1e7": () => () => void torch.randn(1e7),
  "4-8-1 net, forward + backward": () => {
    const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
    const x = torch.rand(2, 4);
    const ones = torch.ones(2, 1);
    return () => {
      net.zeroGrad();
      net(x).backward(ones);
    };
  },
  "MLP 784-512-512-10, batch 64, training step": () => {
    const net = new nn.Sequential(new nn.Linear(784, 512), new nn.ReLU(), new nn.Linear(512, 512), new nn.ReLU(), new nn.Linear(512, 10));
    return trainingStep(net, torch.rand(64, 784), 10);
  },
  "LeNet, batch 32, training step": () => {
    const net = new nn.Sequential(
      new nn.Conv2d(1, 6, 5, { padding: 2 }),
      new nn.Sigmoid(),
      new nn.AvgPool2d(2),
      new nn.Conv2d(6, 16, 5),
      new nn.Sigmoid(),
      new nn.AvgPool2d(2),
      new nn.Flatten(),
      new nn.Linear(400, 120),
      new nn.Sigmoid(),
      new nn.Linear(120, 84),
      new nn.Sigmoid(),
      new nn.Linear(84, 10),
    );
    return trainingStep(net, torch.rand(32, 1, 28, 28), 10);
  },
  "GPT-2 small, build + init": () => () => void buildGpt2(),
  "GPT-2 small, forward of 64 tokens": () => {
    const model = buildGpt2().eval();
    const tokens = torch.randint(0, 50257, [1, 64]);
    return () => void torch.noGrad(() => model(tokens));
  },
  "GPT-2 small, training step of 64 tokens": () => {
    const model = buildGpt2();
    const tokens = torch.randint(0, 50257, [1, 65]);
    const optimizer = new torch.optim.SGD(model.parameters(), { lr: 0.01 });
    return () => {
      optimizer.zeroGrad();
      const logits = model(tokens.at(torch.slice(), torch.slice(0, 64)));
      nn.functional.crossEntropy(logits.view([64, 50257]), tokens.at(0, torch.slice(1))).backward();
      optimizer.step();
    };
  },
};

export const layerscope: Peer = { name: "Layerscope", cases: own };

/** The same on two threads. */
export const layerscopeThreads: Peer = {
  name: "2 threads",
  cases: Object.fromEntries(
    (Object.entries(own) as [CaseName, Prepare][])
      .filter(([name]) => /matmul (512|1024)|conv2d|MLP|of 64 tokens/.test(name))
      .map(([name, prepare]): [CaseName, Prepare] => [
        name,
        async () => {
          const run = await prepare();
          return async () => {
            torch.setNumThreads(2);
            try {
              await run();
            } finally {
              torch.setNumThreads(1);
            }
          };
        },
      ]),
  ),
};

/** The same without WebAssembly: what the kernels gain. */
export const layerscopePlain: Peer = {
  name: "plain JS",
  cases: Object.fromEntries(
    (Object.entries(own) as [CaseName, Prepare][])
      .filter(([name]) => !name.startsWith("GPT-2"))
      .map(([name, prepare]): [CaseName, Prepare] => [
        name,
        async () => {
          const run = await prepare();
          return async () => {
            setWasmUse("never");
            try {
              await run();
            } finally {
              setWasmUse("where faster");
            }
          };
        },
      ]),
  ),
};
