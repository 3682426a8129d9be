import type { ModelSnapshot, ValueId } from "../../src/protocol/index.js";
import { type Spec, batchNorm, conv, elementwise, embedding, layerNorm, linear, moduleList, relu, sequential, snapshot, spec, weight } from "./specs.js";

/** The chapter's first net. */
export const mlp = () => snapshot("net", sequential([linear(4, 8), relu(), linear(8, 1)]), { inputs: [[2, 4]] });

/** Layers and activations in turns of two, between layers of other sizes. */
export const alternating = (turns = 6) =>
  snapshot("alternating", sequential([linear(4, 8), relu(), ...Array.from({ length: turns }, () => [linear(8, 8), relu()]).flat(), linear(8, 2)]), {
    inputs: [[2, 4]],
  });

const chapterBlock = () => sequential([linear(4, 8), relu(), linear(8, 4), relu()]);

/** The chapter's nested net. */
export const rgnet = () =>
  snapshot("rgnet", sequential([sequential(Object.fromEntries([0, 1, 2, 3].map((i) => [`block ${i}`, chapterBlock()]))), linear(4, 1)]), { inputs: [[2, 4]] });

/** The chapter's net with one Linear in two places. */
export function tied(): ModelSnapshot {
  const shared = linear(8, 8);
  return snapshot("tied", sequential([linear(4, 8), relu(), shared, relu(), shared, relu(), linear(8, 1)]), { inputs: [[2, 4]] });
}

function bottleneck(from: number, width: number, to: number, stride: number): Spec {
  const children: Record<string, Spec> = {
    conv1: conv(from, width, 1),
    bn1: batchNorm(width),
    conv2: conv(width, width, 3, stride),
    bn2: batchNorm(width),
    conv3: conv(width, to, 1),
    bn3: batchNorm(to),
    relu: elementwise("ReLU", "inplace=True"),
  };
  const downsamples = stride !== 1 || from !== to;
  if (downsamples) children.downsample = sequential([conv(from, to, 1, stride), batchNorm(to)]);
  return spec("Bottleneck", "", children, (run, x) => {
    let y = run.call("relu", run.call("bn1", run.call("conv1", x)));
    y = run.call("relu", run.call("bn2", run.call("conv2", y)));
    y = run.call("bn3", run.call("conv3", y));
    const skip = downsamples ? run.call("downsample", x) : x;
    return run.call("relu", run.op("add", [y, skip], run.shape(y)));
  });
}

export function resnet(blocks: readonly number[] = [3, 4, 6, 3]): ModelSnapshot {
  let from = 64;
  const layers = blocks.map((count, stage) => {
    const width = 64 << stage;
    return sequential(
      Array.from({ length: count }, (_, i) => {
        const block = bottleneck(from, width, width * 4, i === 0 && stage > 0 ? 2 : 1);
        from = width * 4;
        return block;
      }),
    );
  });
  const children: Record<string, Spec> = {
    conv1: conv(3, 64, 7, 2),
    bn1: batchNorm(64),
    relu: elementwise("ReLU", "inplace=True"),
    maxpool: spec("MaxPool2d", "kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False", {}, (run, x) => {
      const [n, c, h, w] = run.shape(x) as [number, number, number, number];
      return run.op("maxPool2d", [x], [n, c, h / 2, w / 2]);
    }),
  };
  layers.forEach((layer, i) => (children[`layer${i + 1}`] = layer));
  children.avgpool = spec("AdaptiveAvgPool2d", "output_size=(1, 1)", {}, (run, x) => run.op("adaptiveAvgPool2d", [x], [...run.shape(x).slice(0, 2), 1, 1]));
  children.fc = linear(from, 1000);
  const names = Object.keys(children).slice(0, -1);
  return snapshot(
    "resnet50",
    spec("ResNet", "", children, (run, x) => {
      const features = names.reduce((value, name) => run.call(name, value), x);
      return run.call("fc", run.op("flatten", [features], [run.shape(features)[0]!, from], { bookkeeping: true, arguments: [{ name: "startDim", value: 1 }] }));
    }),
    { inputs: [[1, 3, 224, 224]] },
  );
}

export interface GptOptions {
  readonly blocks?: number;
  readonly width?: number;
  readonly unique?: boolean;
}

/** A GPT whose mask feeds every block and whose head is tied to the embedding. `unique`: no two blocks are equal, so that nothing folds. */
export function gpt({ blocks = 12, width = 768, unique = false }: GptOptions = {}): ModelSnapshot {
  const length = 64;
  const heads = width / 64;
  const attention = (): Spec =>
    spec(
      "CausalSelfAttention",
      "",
      {
        c_attn: linear(width, 3 * width),
        c_proj: linear(width, width),
        attn_dropout: elementwise("Dropout", "p=0.1, inplace=False"),
        resid_dropout: elementwise("Dropout", "p=0.1, inplace=False"),
      },
      (run, x, mask) => {
        const parts = run.ops(
          "split",
          [run.call("c_attn", x)],
          [0, 1, 2].map(() => run.shape(x)),
          { bookkeeping: true },
        );
        const [q, k, v] = parts.map((part) =>
          run.op("transpose", [run.op("view", [part], [1, length, heads, 64], { bookkeeping: true })], [1, heads, length, 64], { bookkeeping: true }),
        );
        const turned = run.op("transpose", [k!], [1, heads, 64, length], { bookkeeping: true });
        const scores = run.op("div", [run.op("matmul", [q!, turned], [1, heads, length, length])], [1, heads, length, length]);
        const masked = run.op("maskedFill", [scores, mask], [1, heads, length, length], { arguments: [{ name: "value", value: { code: "-Infinity" } }] });
        const weights = run.call("attn_dropout", run.op("softmax", [masked], [1, heads, length, length], { arguments: [{ name: "dim", value: -1 }] }));
        const mixed = run.op("matmul", [weights, v!], [1, heads, length, 64]);
        const joined = run.op("reshape", [run.op("transpose", [mixed], [1, length, heads, 64], { bookkeeping: true })], [1, length, width], {
          bookkeeping: true,
        });
        return run.call("resid_dropout", run.call("c_proj", joined));
      },
    );
  const block = (i: number): Spec =>
    spec(
      "Block",
      unique ? `layer=${i}` : "",
      {
        ln_1: layerNorm(width),
        attn: attention(),
        ln_2: layerNorm(width),
        mlp: spec(
          "MLP",
          "",
          {
            c_fc: linear(width, 4 * width),
            gelu: elementwise("GELU", "approximate='none'"),
            c_proj: linear(4 * width, width),
            dropout: elementwise("Dropout", "p=0.1, inplace=False"),
          },
          (run, x) => run.call("dropout", run.call("c_proj", run.call("gelu", run.call("c_fc", x)))),
        ),
      },
      (run, x, mask) => {
        const attended = run.op("add", [x, run.call("attn", run.call("ln_1", x), mask)], run.shape(x));
        return run.op("add", [attended, run.call("mlp", run.call("ln_2", attended))], run.shape(x));
      },
    );
  const table = weight([50257, width]);
  const root = spec(
    "GPT",
    "",
    {
      wte: embedding(50257, width, table),
      wpe: embedding(1024, width),
      drop: elementwise("Dropout", "p=0.1, inplace=False"),
      h: moduleList(Array.from({ length: blocks }, (_, i) => block(i))),
      ln_f: layerNorm(width),
      lm_head: linear(width, 50257, { bias: false, weight: table }),
    },
    (run, tokens) => {
      const positions = run.constant([length]);
      const mask = run.op("tril", [run.constant([length, length])], [length, length]);
      let x = run.call("drop", run.op("add", [run.call("wte", tokens), run.call("wpe", positions)], [1, length, width]));
      for (let i = 0; i < blocks; i++) x = run.call(`h.${i}`, x, mask);
      return run.call("lm_head", run.call("ln_f", x));
    },
  );
  return snapshot("gpt2", root, { inputs: [[1, length]], inputLabels: ["tokens"], inputType: "int64" });
}

/** Skips over all levels, joined by cat. */
export function unet(levels = 4): ModelSnapshot {
  const double = (from: number, to: number) =>
    spec("DoubleConv", "", { conv1: conv(from, to, 3), relu1: relu(), conv2: conv(to, to, 3), relu2: relu() }, (run, x) =>
      ["conv1", "relu1", "conv2", "relu2"].reduce((value, name) => run.call(name, value), x),
    );
  const pool = () =>
    spec("MaxPool2d", "kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False", {}, (run, x) => {
      const [n, c, h, w] = run.shape(x) as [number, number, number, number];
      return run.op("maxPool2d", [x], [n, c, h / 2, w / 2]);
    });
  const up = (from: number, to: number) =>
    spec(
      "ConvTranspose2d",
      `${from}, ${to}, kernel_size=(2, 2), stride=(2, 2)`,
      {},
      (run, x) => {
        const [n, , h, w] = run.shape(x) as [number, number, number, number];
        return run.op("convTranspose2d", [x], [n, to, h * 2, w * 2]);
      },
      { weight: weight([from, to, 2, 2]), bias: weight([to]) },
    );
  const children: Record<string, Spec> = {};
  for (let i = 0; i < levels; i++) {
    children[`down${i + 1}`] = double(i === 0 ? 3 : 32 << i, 64 << i);
    children[`pool${i + 1}`] = pool();
  }
  children.bottom = double(32 << levels, 64 << levels);
  for (let i = levels - 1; i >= 0; i--) {
    children[`up${i + 1}`] = up(128 << i, 64 << i);
    children[`merge${i + 1}`] = double(128 << i, 64 << i);
  }
  children.head = conv(64, 2, 1);
  return snapshot(
    "unet",
    spec("UNet", "", children, (run, x) => {
      const skips: ValueId[] = [];
      let y = x;
      for (let i = 0; i < levels; i++) {
        skips.push((y = run.call(`down${i + 1}`, y)));
        y = run.call(`pool${i + 1}`, y);
      }
      y = run.call("bottom", y);
      for (let i = levels - 1; i >= 0; i--) {
        const raised = run.call(`up${i + 1}`, y);
        const [n, c, h, w] = run.shape(raised) as [number, number, number, number];
        y = run.call(`merge${i + 1}`, run.op("cat", [skips[i]!, raised], [n, c * 2, h, w], { arguments: [{ name: "dim", value: 1 }] }));
      }
      return run.call("head", y);
    }),
    { inputs: [[1, 3, 256, 256]] },
  );
}

/** Throws in a Linear that does not fit, three boxes deep. */
export const failing = () =>
  snapshot(
    "broken",
    sequential({
      stem: sequential([linear(16, 32), relu()]),
      body: sequential({ first: sequential([linear(32, 32), relu(), linear(32, 10)]), second: sequential([linear(32, 32), relu()]) }),
      head: linear(32, 4),
    }),
    { inputs: [[8, 16]] },
  );

/** Throws in the code of a block, between its modules. */
export const failingInCode = () =>
  snapshot(
    "broken",
    spec(
      "Net",
      "",
      {
        first: linear(4, 8),
        block: spec("Block", "", { fc: linear(8, 8), out: linear(8, 8) }, (run, x) => {
          run.call("fc", x);
          return run.failInCode("Cannot read properties of undefined (reading 'shape')");
        }),
        last: linear(8, 2),
      },
      (run, x) => run.call("last", run.call("block", run.call("first", x))),
    ),
    { inputs: [[2, 4]] },
  );

/** A module called once per step of a sequence. */
export function unrolled(steps = 5): ModelSnapshot {
  const cell = spec("Cell", "", { input: linear(16, 32), state: linear(32, 32), tanh: elementwise("Tanh") }, (run, x, h) =>
    run.call("tanh", run.op("add", [run.call("input", x), run.call("state", h)], [1, 32])),
  );
  return snapshot(
    "recurrent",
    spec("Unrolled", "", { cell, out: linear(32, 4) }, (run, x) => {
      const parts = run.ops(
        "unbind",
        [x],
        Array.from({ length: steps }, () => [1, 16]),
        { bookkeeping: true, arguments: [{ name: "dim", value: 0 }] },
      );
      let h = run.constant([1, 32]);
      for (const part of parts) h = run.call("cell", part, h);
      return run.call("out", h);
    }),
    { inputs: [[steps, 1, 16]] },
  );
}

/** A gate and experts in parallel. */
export function mixture(experts = 64): ModelSnapshot {
  const expert = () => sequential([linear(64, 256), elementwise("SiLU"), linear(256, 64)], "Expert");
  return snapshot(
    "moe",
    spec("MixtureOfExperts", "", { norm: layerNorm(64), gate: linear(64, experts), experts: moduleList(Array.from({ length: experts }, expert)) }, (run, x) => {
      const normal = run.call("norm", x);
      const scores = run.op("softmax", [run.call("gate", normal)], [32, experts]);
      const parts = Array.from({ length: experts }, (_, i) => run.call(`experts.${i}`, normal));
      const stacked = run.op("stack", parts, [32, experts, 64]);
      return run.op("add", [x, run.op("einsum", [scores, stacked], [32, 64])], [32, 64]);
    }),
    { inputs: [[32, 64]] },
  );
}

/** Every layer feeds all later ones. */
export function dense(layers = 12): ModelSnapshot {
  const children = Object.fromEntries(Array.from({ length: layers }, (_, i) => [`layer${i}`, linear(16 * (i + 1), 16)]));
  return snapshot(
    "densenet",
    spec("DenseNet", "", children, (run, x) => {
      const features = [x];
      for (let i = 0; i < layers; i++) {
        const joined = features.length > 1 ? run.op("cat", features, [1, 16 * features.length]) : features[0]!;
        features.push(run.call(`layer${i}`, joined));
      }
      return features.at(-1)!;
    }),
    { inputs: [[1, 16]] },
  );
}

export const withoutTrace = () => snapshot("net", sequential([linear(4, 8), relu(), linear(8, 1)]));

/** Adds x to itself. */
export const doubled = () =>
  snapshot(
    "doubled",
    spec("Double", "", { fc: linear(4, 4) }, (run, x) => {
      const y = run.call("fc", x);
      return run.op("add", [y, y], run.shape(y));
    }),
    { inputs: [[2, 4]] },
  );

/** One layer in many places (ALBERT). */
export function sharedLayer(places = 12): ModelSnapshot {
  const layer = sequential([linear(64, 64), elementwise("GELU"), linear(64, 64)], "Layer");
  return snapshot(
    "albert",
    spec("Albert", "", { embed: linear(32, 64), layers: moduleList(Array.from({ length: places }, () => layer)), head: linear(64, 2) }, (run, x) => {
      let y = run.call("embed", x);
      for (let i = 0; i < places; i++) y = run.call(`layers.${i}`, y);
      return run.call("head", y);
    }),
    { inputs: [[1, 32]] },
  );
}

/** About 10,000 modules: 715 blocks of 14. */
export const tenThousand = (unique = false) => gpt({ blocks: 715, width: 128, unique });
