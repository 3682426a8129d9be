import { createRequire } from "node:module";
import path from "node:path";
import { convolutions, lstm, powers, products, type CaseName, type Peer, type Prepare } from "./cases.js";

/** The part of TensorFlow.js that is used here. */
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy(body: () => void): void;
  disposeVariables(): void;
  randomUniform(shape: number[], min?: number, max?: number, dtype?: string): TfTensor;
  randomNormal(shape: number[]): TfTensor;
  matMul(a: TfTensor, b: TfTensor, transposeA?: boolean, transposeB?: boolean): TfTensor;
  conv2d(x: TfTensor, filter: TfTensor, stride: number, pad: string): TfTensor;
  add(a: TfTensor, b: TfTensor): TfTensor;
  relu(a: TfTensor): TfTensor;
  softmax(a: TfTensor): TfTensor;
  pow(a: TfTensor, exponent: TfTensor | number): TfTensor;
  greater(a: TfTensor, b: TfTensor | number): TfTensor;
  where(condition: TfTensor, a: TfTensor, b: TfTensor | number): TfTensor;
  variable(initial: TfTensor): TfTensor & { readonly name: string };
  grad(f: (x: TfTensor) => TfTensor): (x: TfTensor) => TfTensor;
  moments(x: TfTensor, axis: number, keepDims: boolean): { mean: TfTensor; variance: TfTensor };
  oneHot(x: TfTensor, depth: number): TfTensor;
  sequential(options: { layers: unknown[] }): TfModel;
  variableGrads(body: () => TfTensor): { value: TfTensor; grads: Record<string, TfTensor> };
  losses: Record<"softmaxCrossEntropy" | "sigmoidCrossEntropy" | "logLoss", (labels: TfTensor, predictions: TfTensor) => TfTensor>;
  train: Record<"sgd" | "momentum" | "rmsprop" | "adam", (rate: number, ...numbers: number[]) => TfOptimizer>;
  layers: Record<string, (options: Record<string, unknown>) => unknown>;
}
interface TfTensor {
  dataSync(): unknown;
  sub(other: TfTensor | number): TfTensor;
  add(other: TfTensor | number): TfTensor;
  div(other: TfTensor): TfTensor;
  sqrt(): TfTensor;
  sum(): TfTensor;
  square(): TfTensor;
  mean(): TfTensor;
}
interface TfOptimizer {
  minimize(body: () => TfTensor): void;
  applyGradients(gradients: Record<string, TfTensor>): void;
}
interface TfModel {
  apply(x: TfTensor): TfTensor;
}

/** TensorFlow.js with its "cpu" or its "wasm" backend. */
export async function loadTensorFlow(folder: string, backend: "cpu" | "wasm"): Promise<Peer> {
  const require = createRequire(path.join(folder, "package.json"));
  const tf = require("@tensorflow/tfjs") as TensorFlow;
  if (backend === "wasm") {
    const wasm = require("@tensorflow/tfjs-backend-wasm") as { setWasmPaths(path: string): void };
    wasm.setWasmPaths(`${path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"))}/dist/`);
  }

  const doing =
    (body: () => TfTensor): (() => Promise<void>) =>
    async () => {
      await tf.setBackend(backend);
      tf.tidy(() => void body().dataSync());
    };
  const preparing =
    (prepare: () => () => TfTensor): Prepare =>
    async () => {
      await tf.setBackend(backend);
      await tf.ready();
      return doing(prepare());
    };
  const training =
    (inputShape: number[], layers: () => unknown[]): Prepare =>
    async () => {
      await tf.setBackend(backend);
      const model = tf.sequential({ layers: layers() });
      const x = tf.randomUniform(inputShape);
      const labels = tf.oneHot(tf.randomUniform([inputShape[0]!], 0, 10, "int32"), 10);
      const optimizer = tf.train.sgd(0.01);
      return async () => {
        await tf.setBackend(backend);
        tf.tidy(() => optimizer.minimize(() => tf.losses.softmaxCrossEntropy(labels, model.apply(x))));
      };
    };
  const optimizing =
    (make: () => TfOptimizer): Prepare =>
    async () => {
      await tf.setBackend(backend);
      await tf.ready();
      const variable = tf.variable(tf.randomUniform([1e6]));
      const gradients = { [variable.name]: tf.randomUniform([1e6]) };
      const optimizer = make();
      return async () => {
        await tf.setBackend(backend);
        tf.tidy(() => optimizer.applyGradients(gradients));
      };
    };
  const lossOf = (loss: (labels: TfTensor, x: TfTensor) => TfTensor): Prepare =>
    preparing(() => {
      const [x, labels] = [tf.randomUniform([1e6]), tf.randomUniform([1e6])];
      return () => tf.grad((input) => loss(labels, input))(x);
    });
  const makeLstm = (): readonly [TfModel, TfTensor] => {
    const { steps, batch, units } = lstm;
    const layer = tf.layers.lstm!({ inputShape: [steps, units], units, returnSequences: true, recurrentActivation: "sigmoid", implementation: 2 });
    return [tf.sequential({ layers: [layer] }), tf.randomUniform([batch, steps, units])];
  };
  const dense = (units: number, options: Record<string, unknown> = {}): unknown => tf.layers.dense!({ units, ...options });

  const cases: Partial<Record<CaseName, Prepare>> = {
    "matmul 1024, both transposed": preparing(() => {
      const [a, b] = [tf.randomUniform([1024, 1024]), tf.randomUniform([1024, 1024])];
      return () => tf.matMul(a, b, true, true);
    }),
    "add 1e7": preparing(() => {
      const [a, b] = [tf.randomUniform([1e7]), tf.randomUniform([1e7])];
      return () => tf.add(a, b);
    }),
    "relu 1e7": preparing(() => {
      const a = tf.randomUniform([1e7], -0.5, 0.5);
      return () => tf.relu(a);
    }),
    "softmax 1e4 x 1e3": preparing(() => {
      const a = tf.randomUniform([1e4, 1e3]);
      return () => tf.softmax(a);
    }),
    "layer norm 1e4 x 1e3": preparing(() => {
      const a = tf.randomUniform([1e4, 1e3]);
      return () => {
        const { mean, variance } = tf.moments(a, 1, true);
        return a.sub(mean).div(variance.add(1e-5).sqrt());
      };
    }),
    "pow of two tensors of 1e6": preparing(() => {
      const [a, b] = [tf.randomUniform([1e6]), tf.randomUniform([1e6])];
      return () => tf.pow(a, b);
    }),
    "gt of two tensors of 1e6": preparing(() => {
      const [a, b] = [tf.randomUniform([1e6]), tf.randomUniform([1e6])];
      return () => tf.greater(a, b);
    }),
    "where of 1e6": preparing(() => {
      const [a, b] = [tf.randomUniform([1e6]), tf.randomUniform([1e6])];
      const mask = tf.greater(a, 0.5);
      return () => tf.where(mask, a, b);
    }),
    "masked fill of 1e6": preparing(() => {
      const a = tf.randomUniform([1e6]);
      const mask = tf.greater(a, 0.5);
      return () => tf.where(mask, 0.5 as unknown as TfTensor, a);
    }),
    "BCE of 1e6, forward + backward": lossOf((labels, x) => tf.losses.logLoss(labels, x)),
    "BCE of 1e6 logits, forward + backward": lossOf((labels, x) => tf.losses.sigmoidCrossEntropy(labels, x)),
    "SGD with momentum, step of 1e6": optimizing(() => tf.train.momentum(1e-3, 0.9)),
    "RMSprop, step of 1e6": optimizing(() => tf.train.rmsprop(1e-3, 0.99)),
    "Adam, step of 1e6": optimizing(() => tf.train.adam(1e-3)),
    "LSTM 128, batch 32, 30 steps, forward": preparing(() => {
      const [model, x] = makeLstm();
      return () => model.apply(x);
    }),
    "LSTM 128, batch 32, 30 steps, training step": async () => {
      await tf.setBackend(backend);
      const [model, x] = makeLstm();
      const optimizer = tf.train.sgd(0.01);
      return async () => {
        await tf.setBackend(backend);
        tf.tidy(() => optimizer.minimize(() => model.apply(x).square().mean()));
      };
    },
    "uniform 1e7": preparing(() => () => tf.randomUniform([1e7])),
    "normal 1e7": preparing(() => () => tf.randomNormal([1e7])),
    "4-8-1 net, forward + backward": async () => {
      await tf.setBackend(backend);
      const model = tf.sequential({ layers: [dense(8, { inputShape: [4], activation: "relu" }), dense(1)] });
      const x = tf.randomUniform([2, 4]);
      return async () => tf.tidy(() => void tf.variableGrads(() => model.apply(x).sum()));
    },
    "MLP 784-512-512-10, batch 64, training step": training([64, 784], () => [
      dense(512, { inputShape: [784], activation: "relu" }),
      dense(512, { activation: "relu" }),
      dense(10),
    ]),
    "LeNet, batch 32, training step": training([32, 28, 28, 1], () => [
      tf.layers.conv2d!({ inputShape: [28, 28, 1], filters: 6, kernelSize: 5, padding: "same", activation: "sigmoid" }),
      tf.layers.averagePooling2d!({ poolSize: 2 }),
      tf.layers.conv2d!({ filters: 16, kernelSize: 5, activation: "sigmoid" }),
      tf.layers.averagePooling2d!({ poolSize: 2 }),
      tf.layers.flatten!({}),
      dense(120, { activation: "sigmoid" }),
      dense(84, { activation: "sigmoid" }),
      dense(10),
    ]),
  };
  for (const [name, exponent] of Object.entries(powers) as [keyof typeof powers, number][]) {
    cases[name] = preparing(() => {
      const a = tf.randomUniform([1e6]);
      return () => tf.pow(a, exponent);
    });
  }
  for (const [name, n] of Object.entries(products) as [keyof typeof products, number][]) {
    cases[name] = preparing(() => {
      const [a, b] = [tf.randomUniform([n, n]), tf.randomUniform([n, n])];
      return () => tf.matMul(a, b);
    });
  }
  for (const [name, [channels, size]] of Object.entries(convolutions) as [keyof typeof convolutions, readonly [number, number]][]) {
    cases[name] = preparing(() => {
      const x = tf.randomUniform([1, size, size, channels]);
      const filter = tf.randomUniform([3, 3, channels, channels]);
      return () => tf.conv2d(x, filter, 1, "same");
    });
  }
  return { name: `tfjs-${backend}`, cases, cleanUp: () => tf.disposeVariables() };
}
