import path from "node:path";
import { pathToFileURL } from "node:url";
import { convolutions, lstm, powers, products, type CaseName, type Peer, type Prepare } from "./cases.js";

/** The part of jax-js that is used here. Arrays are freed by use: `ref` keeps one alive for another. */
interface Jax {
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): void;
  jit<F>(f: F): F;
  grad(f: (...args: never[]) => JaxArray): (...args: JaxArray[]) => JaxArray;
  valueAndGrad(f: (...args: never[]) => JaxArray): (...args: unknown[]) => [JaxArray, unknown];
  blockUntilReady(value: unknown): Promise<unknown>;
  numpy: Record<"matmul" | "add" | "dot" | "greater" | "pow", (a: JaxArray, b: JaxArray | number) => JaxArray> & {
    where(condition: JaxArray, a: JaxArray | number, b: JaxArray): JaxArray;
    split(a: JaxArray, parts: number, axis: number): JaxArray[];
    stack(arrays: readonly JaxArray[]): JaxArray;
    mean(a: JaxArray): JaxArray;
    sqrt(a: JaxArray): JaxArray;
    square(a: JaxArray): JaxArray;
    tanh(a: JaxArray): JaxArray;
    log(a: JaxArray): JaxArray;
    log1p(a: JaxArray): JaxArray;
    transpose(a: JaxArray): JaxArray;
    sum(a: JaxArray): JaxArray;
    zeros(shape: number[]): JaxArray;
  };
  nn: Record<"relu" | "softmax" | "standardize" | "logSoftmax" | "logSigmoid" | "sigmoid", (a: JaxArray) => JaxArray>;
  random: { key(seed: number): JaxArray; uniform(key: JaxArray, shape: number[]): JaxArray; normal(key: JaxArray, shape: number[]): JaxArray };
  lax: { convGeneralDilated(x: JaxArray, w: JaxArray, strides: number[], padding: string): JaxArray };
  tree: { dispose(value: unknown): void; ref<T>(value: T): T };
}
interface JaxArray {
  readonly ref: JaxArray;
  /** Reads the values, and frees the array. */
  data(): Promise<unknown>;
  dispose(): void;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  div(other: JaxArray | number): JaxArray;
  neg(): JaxArray;
}

/** jax-js with its WebAssembly backend, compiled with `jit` where its users would. */
export async function loadJax(folder: string): Promise<Peer> {
  const jax = (await import(pathToFileURL(path.join(folder, "node_modules/@jax-js/jax/dist/index.js")).href)) as Jax;
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  const { numpy: np, nn, random, lax } = jax;
  const uniform = (...shape: number[]): JaxArray => random.uniform(random.key(0), shape);
  const finish = async (result: JaxArray): Promise<void> => void (await result.data());

  /** A function of arrays that are used again. */
  const repeated =
    (make: () => readonly JaxArray[], f: (...args: JaxArray[]) => JaxArray): Prepare =>
    () => {
      const args = make();
      const compiled = jax.jit(f);
      return () => finish(compiled(...args.map((arg) => arg.ref)));
    };
  type Layer = { w: JaxArray; b: JaxArray };
  const gradient =
    (sizes: readonly number[], batch: number): Prepare =>
    () => {
      const parameters = sizes.slice(1).map((size, i): Layer => ({ w: uniform(sizes[i]!, size), b: np.zeros([size]) }));
      const x = uniform(batch, sizes[0]!);
      const loss = (layers: Layer[], input: JaxArray): JaxArray => {
        let y = input;
        layers.forEach(({ w, b }, i) => {
          y = np.add(np.dot(y, w), b);
          if (i < layers.length - 1) y = nn.relu(y);
        });
        return np.sum(sizes.at(-1) === 1 ? y : nn.logSoftmax(y));
      };
      const step = jax.jit(jax.valueAndGrad(loss as never));
      return async () => {
        const result = step(jax.tree.ref(parameters), x.ref);
        await jax.blockUntilReady(result);
        jax.tree.dispose(result);
      };
    };

  /** Of a parameter and what the optimizer keeps for it, with the gradient, to those after the step. */
  const optimizing =
    (kept: number, step: (gradient: JaxArray, parameter: JaxArray, ...state: JaxArray[]) => readonly JaxArray[]): Prepare =>
    () => {
      const gradients = uniform(1e6);
      let values: readonly JaxArray[] = [uniform(1e6), ...Array.from({ length: kept }, () => uniform(1e6))];
      const compiled = jax.jit(step);
      return async () => {
        values = compiled(gradients.ref, ...(values as [JaxArray]));
        await jax.blockUntilReady(values);
      };
    };
  const gradientOf =
    (loss: (x: JaxArray, target: JaxArray) => JaxArray): Prepare =>
    () => {
      const [x, target] = [uniform(1e6), uniform(1e6)];
      const step = jax.jit(jax.valueAndGrad((input: JaxArray, wanted: JaxArray) => np.mean(loss(input, wanted))));
      return async () => {
        const result = step(x.ref, target.ref);
        await jax.blockUntilReady(result);
        jax.tree.dispose(result);
      };
    };
  /** The states of an LSTM's steps, of weights that are transposed already. */
  const runLstm = ([w, u, b]: readonly JaxArray[], x: readonly JaxArray[]): JaxArray => {
    const { batch, units } = lstm;
    let [h, c] = [np.zeros([batch, units]), np.zeros([batch, units])];
    const states = x.map((input) => {
      const sums = np.add(np.add(np.dot(input, w!.ref), np.dot(h, u!.ref)), b!.ref);
      const [i, f, g, o] = np.split(sums, 4, 1) as [JaxArray, JaxArray, JaxArray, JaxArray];
      c = nn
        .sigmoid(f)
        .mul(c)
        .add(nn.sigmoid(i).mul(np.tanh(g)));
      h = nn.sigmoid(o).mul(np.tanh(c.ref));
      return h.ref;
    });
    return np.stack(states);
  };
  const makeLstm = (): readonly [weights: readonly JaxArray[], x: readonly JaxArray[]] => {
    const { steps, batch, units } = lstm;
    return [[uniform(units, 4 * units), uniform(units, 4 * units), uniform(4 * units)], Array.from({ length: steps }, () => uniform(batch, units))];
  };

  const cases: Partial<Record<CaseName, Prepare>> = {
    "matmul 1024, both transposed": repeated(
      () => [uniform(1024, 1024), uniform(1024, 1024)],
      (a, b) => np.matmul(np.transpose(a), np.transpose(b)),
    ),
    "add 1e7": repeated(
      () => [uniform(1e7), uniform(1e7)],
      (a, b) => np.add(a, b),
    ),
    "relu 1e7": repeated(
      () => [uniform(1e7)],
      (a) => nn.relu(a),
    ),
    "softmax 1e4 x 1e3": repeated(
      () => [uniform(1e4, 1e3)],
      (a) => nn.softmax(a),
    ),
    "layer norm 1e4 x 1e3": repeated(
      () => [uniform(1e4, 1e3)],
      (a) => nn.standardize(a),
    ),
    "pow of two tensors of 1e6": repeated(
      () => [uniform(1e6), uniform(1e6)],
      (a, b) => np.pow(a, b),
    ),
    "gt of two tensors of 1e6": repeated(
      () => [uniform(1e6), uniform(1e6)],
      (a, b) => np.greater(a, b),
    ),
    "where of 1e6": repeated(
      () => [np.greater(uniform(1e6), 0.5), uniform(1e6), uniform(1e6)],
      (mask, a, b) => np.where(mask, a, b),
    ),
    "masked fill of 1e6": repeated(
      () => [np.greater(uniform(1e6), 0.5), uniform(1e6)],
      (mask, a) => np.where(mask, 0.5, a),
    ),
    "BCE of 1e6, forward + backward": gradientOf((x, target) =>
      target.ref
        .mul(np.log(x.ref))
        .add(target.neg().add(1).mul(np.log1p(x.neg())))
        .neg(),
    ),
    "BCE of 1e6 logits, forward + backward": gradientOf((x, target) => target.neg().add(1).mul(x.ref).sub(nn.logSigmoid(x))),
    "SGD with momentum, step of 1e6": optimizing(1, (g, p, v) => {
      const velocity = v.mul(0.9).add(g);
      return [p.sub(velocity.ref.mul(1e-3)), velocity];
    }),
    "RMSprop, step of 1e6": optimizing(1, (g, p, s) => {
      const square = s.mul(0.99).add(np.square(g.ref).mul(0.01));
      return [p.sub(g.mul(1e-3).div(np.sqrt(square.ref).add(1e-8))), square];
    }),
    "Adam, step of 1e6": optimizing(2, (g, p, m, s) => {
      const average = m.mul(0.9).add(g.ref.mul(0.1));
      const square = s.mul(0.999).add(np.square(g).mul(0.001));
      return [p.sub(average.ref.mul(1e-3).div(np.sqrt(square.ref).add(1e-8))), average, square];
    }),
    "LSTM 128, batch 32, 30 steps, forward": () => {
      const [weights, x] = makeLstm();
      const compiled = jax.jit(runLstm);
      return () => finish(compiled(jax.tree.ref(weights), jax.tree.ref(x)));
    },
    "LSTM 128, batch 32, 30 steps, training step": () => {
      const [initial, x] = makeLstm();
      let weights = initial;
      const gradient = jax.grad((own: readonly JaxArray[], input: readonly JaxArray[]) => np.mean(np.square(runLstm(own, input))));
      const step = jax.jit((own: readonly JaxArray[], input: readonly JaxArray[]) => {
        const gradients = gradient(jax.tree.ref(own) as never, input as never) as unknown as readonly JaxArray[];
        return own.map((weight, i) => weight.sub(gradients[i]!.mul(0.01)));
      });
      return async () => {
        weights = step(weights, jax.tree.ref(x));
        await jax.blockUntilReady(weights);
      };
    },
    "uniform 1e7": () => () => finish(uniform(1e7)),
    "normal 1e7": () => () => finish(random.normal(random.key(0), [1e7])),
    "4-8-1 net, forward + backward": gradient([4, 8, 1], 2),
    "MLP 784-512-512-10, batch 64, training step": gradient([784, 512, 512, 10], 64),
  };
  for (const [name, exponent] of Object.entries(powers) as [keyof typeof powers, number][])
    cases[name] = repeated(
      () => [uniform(1e6)],
      (a) => np.pow(a, exponent),
    );
  for (const [name, n] of Object.entries(products) as [keyof typeof products, number][]) {
    cases[name] = repeated(
      () => [uniform(n, n), uniform(n, n)],
      (a, b) => np.matmul(a, b),
    );
  }
  for (const [name, [channels, size]] of Object.entries(convolutions) as [keyof typeof convolutions, readonly [number, number]][]) {
    cases[name] = repeated(
      () => [uniform(1, channels, size, size), uniform(channels, channels, 3, 3)],
      (x, w) => lax.convGeneralDilated(x, w, [1, 1], "SAME"),
    );
  }
  return { name: "jax-js", cases };
}
