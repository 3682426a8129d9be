import path from "node:path";
import { pathToFileURL } from "node:url";
import { convolutions, products, type CaseName, type Peer, type Prepare } from "./cases.js";

/** The part of jax-js that is used here. Arrays are freed by use: `ref` keeps one alive for another. */
interface Jax {
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): void;
  jit<F>(f: F): F;
  valueAndGrad(f: (...args: never[]) => JaxArray): (...args: unknown[]) => [JaxArray, unknown];
  blockUntilReady(value: unknown): Promise<unknown>;
  numpy: Record<"matmul" | "add" | "dot", (a: JaxArray, b: JaxArray) => JaxArray> & {
    transpose(a: JaxArray): JaxArray;
    sum(a: JaxArray): JaxArray;
    zeros(shape: number[]): JaxArray;
  };
  nn: { relu(a: JaxArray): JaxArray; softmax(a: JaxArray): JaxArray; standardize(a: JaxArray): JaxArray; logSoftmax(a: JaxArray): JaxArray };
  random: { key(seed: number): JaxArray; uniform(key: JaxArray, shape: number[]): JaxArray; normal(key: JaxArray, shape: number[]): JaxArray };
  lax: { convGeneralDilated(x: JaxArray, w: JaxArray, strides: number[], padding: string): JaxArray };
  tree: { dispose(value: unknown): void; ref<T>(value: T): T };
}
interface JaxArray {
  readonly ref: JaxArray;
  /** Reads the values, and frees the array. */
  data(): Promise<unknown>;
  dispose(): void;
  mul(other: JaxArray | number): JaxArray;
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
    "uniform 1e7": () => () => finish(uniform(1e7)),
    "normal 1e7": () => () => finish(random.normal(random.key(0), [1e7])),
    "4-8-1 net, forward + backward": gradient([4, 8, 1], 2),
    "MLP 784-512-512-10, batch 64, training step": gradient([784, 512, 512, 10], 64),
  };
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
