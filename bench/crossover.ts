import v8 from "node:v8";
import * as torch from "../src/engine/index.js";
import { runCell } from "../src/engine/kernels/cells.js";
import { setWasmUse } from "../src/engine/kernels/wasm/instance.js";
import { setThreadedFrom } from "../src/engine/kernels/wasm/threads.js";

/**
 * From which size on work is done sooner in WebAssembly, and in threads, than without: what the constants `wasmFrom` and `threadedFrom` in
 * src/engine/kernels are taken from. Prints how many times as fast the kernels are at each size.
 */

// Node 20 has relaxed SIMD behind a flag; later versions have it on.
v8.setFlagsFromString("--experimental-wasm-relaxed-simd");

const { nn } = torch;

interface Crossover {
  readonly name: string;
  /** Where the constant stands. */
  readonly file: string;
  /** What is counted. */
  readonly unit: "elements" | "elements of a run" | "multiplications";
  /** Exponents of two of the sizes to try. */
  readonly from: number;
  readonly to: number;
  readonly prepare: (size: number) => () => void;
}

function square(multiplications: number): () => void {
  const n = Math.round(Math.cbrt(multiplications));
  const [a, b] = [torch.rand(n, n), torch.rand(n, n)];
  return () => void a.matmul(b);
}

/** A step of an LSTM of one row: four gates, what comes from the state to them, cells before and after, and states. */
function lstmCell(elements: number): () => void {
  const hidden = Math.max(1, Math.round(elements / 11));
  const rows = (width: number) => ({ data: Float32Array.from({ length: width * hidden }, Math.random), start: 0 });
  const step = { gates: rows(4), fromState: rows(4), previous: rows(1), inner: rows(1), values: rows(1) };
  return () => runCell({ mode: "lstm", batch: 1, hidden }, step);
}

function optimizer(make: (parameter: torch.nn.Parameter) => torch.optim.Optimizer): (size: number) => () => void {
  return (size) => {
    const parameter = new nn.Parameter(torch.randn(size));
    parameter.grad = torch.randn(size);
    const optimizing = make(parameter);
    return () => optimizing.step();
  };
}

const inWasm: readonly Crossover[] = [
  {
    name: "add",
    file: "wasm/elementwise.ts",
    unit: "elements",
    from: 6,
    to: 14,
    prepare: (size) => {
      const [a, b] = [torch.rand(size), torch.rand(size)];
      return () => void a.add(b);
    },
  },
  {
    name: "sigmoid",
    file: "wasm/elementwise.ts",
    unit: "elements",
    from: 6,
    to: 14,
    prepare: (size) => {
      const a = torch.rand(size);
      return () => void a.sigmoid();
    },
  },
  {
    name: "comparison with a number",
    file: "wasm/elementwise.ts",
    unit: "elements",
    from: 6,
    to: 14,
    prepare: (size) => {
      const a = torch.rand(size);
      return () => void a.gt(0.5);
    },
  },
  {
    name: "leaky ReLU",
    file: "wasm/elementwise.ts",
    unit: "elements",
    from: 6,
    to: 14,
    prepare: (size) => {
      const a = torch.randn(size);
      return () => void nn.functional.leakyRelu(a);
    },
  },
  {
    name: "mul of rows by a number each",
    file: "wasm/elementwise.ts",
    unit: "elements",
    from: 6,
    to: 14,
    prepare: (size) => {
      const [a, b] = [torch.rand(size / 16, 16), torch.rand(size / 16, 1)];
      return () => void a.mul(b);
    },
  },
  {
    name: "softmax of rows of 64",
    file: "wasm/rows.ts",
    unit: "elements",
    from: 6,
    to: 14,
    prepare: (size) => {
      const a = torch.rand(size / 64, 64);
      return () => void a.softmax(-1);
    },
  },
  {
    name: "layer norm of rows of 64",
    file: "wasm/rows.ts",
    unit: "elements",
    from: 6,
    to: 14,
    prepare: (size) => {
      const [a, norm] = [torch.rand(size / 64, 64), new nn.LayerNorm(64)];
      return () => void norm(a);
    },
  },
  {
    name: "batch norm of 65536 elements",
    file: "ops/normalization.ts",
    unit: "elements of a run",
    from: 0,
    to: 8,
    prepare: (size) => {
      const [a, norm] = [torch.rand(2 ** 12 / size, 16, size), new nn.BatchNorm1d(16)];
      return () => void norm(a);
    },
  },
  { name: "uniform", file: "wasm/random.ts", unit: "elements", from: 6, to: 14, prepare: (size) => () => void torch.rand(size) },
  { name: "normal", file: "wasm/random.ts", unit: "elements", from: 6, to: 14, prepare: (size) => () => void torch.randn(size) },
  { name: "SGD", file: "wasm/optimizers.ts", unit: "elements", from: 5, to: 13, prepare: optimizer((parameter) => new torch.optim.SGD([parameter], 0.01)) },
  { name: "Adam", file: "wasm/optimizers.ts", unit: "elements", from: 5, to: 13, prepare: optimizer((parameter) => new torch.optim.Adam([parameter])) },
  { name: "LSTM cell", file: "wasm/cells.ts", unit: "elements", from: 5, to: 12, prepare: lstmCell },
  {
    name: "summarize",
    file: "wasm/statistics.ts",
    unit: "elements",
    from: 5,
    to: 13,
    prepare: (size) => {
      const values = Float32Array.from({ length: size }, Math.random);
      return () => void torch.summarize(values);
    },
  },
  { name: "matmul", file: "matmul.ts", unit: "multiplications", from: 9, to: 18, prepare: square },
  {
    name: "conv2d 3x3 of 8 x 8",
    file: "convolution.ts",
    unit: "multiplications",
    from: 10,
    to: 18,
    prepare: (size) => {
      const channels = Math.max(1, Math.round(Math.sqrt(size / (9 * 64))));
      const conv = new nn.Conv2d(channels, channels, 3, { padding: 1 });
      const x = torch.rand(1, channels, 8, 8);
      return () => void conv(x);
    },
  },
];

/** Microseconds per run: the median of some rounds, each of some milliseconds. */
function time(run: () => void): number {
  const times: number[] = [];
  for (let round = 0; round < 9; round++) {
    let runs = 0;
    const start = performance.now();
    while (performance.now() - start < 4) {
      for (let i = 0; i < 16; i++) run();
      runs += 16;
    }
    times.push(((performance.now() - start) * 1000) / runs);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

function report({ name, file, unit, from, to, prepare }: Crossover, compare: (run: () => void) => number): void {
  const cells: string[] = [];
  let crossover: number | null = null;
  for (let exponent = from; exponent <= to; exponent++) {
    const size = 2 ** exponent;
    const gain = torch.noGrad(() => compare(prepare(size)));
    if (gain < 1) crossover = null;
    else crossover ??= size;
    cells.push(`${size}: ${gain.toFixed(2)}x`);
  }
  console.log(`${name} (${file}): faster from ${crossover ?? `beyond ${2 ** to}`} ${unit}\n    ${cells.join(", ")}`);
}

torch.setNumThreads(1);
for (const crossover of inWasm) {
  report(crossover, (run) => {
    const [wasm, plain] = (["always", "never"] as const).map((use) => {
      setWasmUse(use);
      return time(run);
    });
    setWasmUse("where faster");
    return plain! / wasm!;
  });
}

setThreadedFrom(0);
report({ name: "matmul on two threads", file: "wasm/threads.ts", unit: "multiplications", from: 18, to: 26, prepare: square }, (run) => {
  const [one, two] = [1, 2].map((threads) => {
    torch.setNumThreads(threads);
    return time(run);
  });
  return one! / two!;
});
process.exit(0);
