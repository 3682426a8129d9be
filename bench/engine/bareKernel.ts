import { importsOf, kernelModule, type Kernels } from "../../src/engine/kernels/wasm/instance.js";
import { products, type CaseName, type Peer, type Prepare } from "./cases.js";

/**
 * What this machine's WebAssembly gives where nothing has to be brought in or taken out, dispatched, recorded or allocated: the kernels alone,
 * on memory of their own.
 */

const bytes = Float32Array.BYTES_PER_ELEMENT;

/** The kernels with memory that is handed out once and never given back. */
class Bench {
  readonly kernels: Kernels;
  private readonly memory = new WebAssembly.Memory({ initial: 512, maximum: 512 });
  private next = 1024;

  constructor() {
    this.kernels = new WebAssembly.Instance(kernelModule("own")!, importsOf(this.memory)).exports as unknown as Kernels;
  }

  /** The address of `count` random numbers around 0. */
  allocate(count: number): number {
    const address = this.next;
    new Float32Array(this.memory.buffer, address, count).forEach((_, i, values) => (values[i] = Math.random() - 0.5));
    this.next += Math.ceil((count * bytes) / 64) * 64 + 64;
    return address;
  }
}

/** The innermost loop on operands that are packed already and stay in cache where they can. Sizes as in the case, run as blocks of at most 512. */
function innermostLoop(n: number): Prepare {
  return () => {
    const bench = new Bench();
    const block = Math.min(n, 512);
    const rows = Math.min(n, 64);
    const [a, b, c] = [bench.allocate(rows * block), bench.allocate(block * block), bench.allocate(rows * block)];
    const times = n ** 3 / (rows * block * block);
    return () => {
      for (let i = 0; i < times; i++) bench.kernels.multiplyPacked(a, b, c, rows, block, block, block, 0);
    };
  };
}

/** The training step's products, packing included, its activations and its updates. */
function trainingStep(sizes: readonly number[], batch: number): Prepare {
  return () => {
    const bench = new Bench();
    const { kernels } = bench;
    const packedA = bench.allocate(64 * 1024);
    const packedB = bench.allocate(1024 * 1024);
    const scratch = bench.allocate(batch * Math.max(...sizes));
    const values = sizes.map((size) => bench.allocate(batch * size));
    const gradients = sizes.map((size) => bench.allocate(batch * size));
    // Eight columns fill a strip.
    const layers = sizes.slice(1).map((width, i) => {
      const [rows, columns] = [sizes[i]!, Math.ceil(width / 8) * 8];
      return { rows, columns, weight: bench.allocate(rows * columns), gradient: bench.allocate(rows * columns) };
    });
    /** c (m x n) = a (m x k) times b (k x n), with the strides of a and b. */
    const multiply = (
      a: number,
      aStrides: readonly [number, number],
      b: number,
      bStrides: readonly [number, number],
      c: number,
      m: number,
      n: number,
      k: number,
    ): void => {
      kernels.packColumns(b, ...bStrides, k, n, k, packedB);
      for (let i = 0; i < m; i += 64) {
        const rows = Math.min(64, m - i);
        kernels.packRows(a + i * aStrides[0] * bytes, ...aStrides, rows, k, packedA);
        kernels.multiplyPacked(packedA, packedB, c + i * n * bytes, rows, n, k, n, 1);
      }
    };
    return () => {
      layers.forEach(({ rows, columns, weight }, i) => {
        multiply(values[i]!, [rows, 1], weight, [columns, 1], scratch, batch, columns, rows);
        kernels.relu(values[i + 1]!, batch * columns, scratch);
      });
      for (let i = layers.length - 1; i >= 0; i--) {
        const { rows, columns, weight, gradient } = layers[i]!;
        multiply(values[i]!, [1, rows], gradients[i + 1]!, [columns, 1], gradient, rows, columns, batch);
        if (i > 0) {
          multiply(gradients[i + 1]!, [columns, 1], weight, [1, columns], scratch, batch, rows, columns);
          kernels.reluBackward(gradients[i]!, batch * rows, scratch, values[i]);
        }
        kernels.sgd(weight, gradient, 0, rows * columns, 0, 0, 1, 1e-9, 0, 0, 0);
      }
    };
  };
}

export const bareKernel: Peer = {
  name: "bare kernel",
  cases: {
    ...(Object.fromEntries(Object.entries(products).map(([name, n]) => [name, innermostLoop(n)])) as Partial<Record<CaseName, Prepare>>),
    "matmul 1024, both transposed": innermostLoop(1024),
    "MLP 784-512-512-10, batch 64, training step": trainingStep([784, 512, 512, 16], 64),
  },
};
