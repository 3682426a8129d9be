import { wasmKernels } from "../../src/engine/kernels/wasm/instance.js";
import { products, type CaseName, type Peer, type Prepare } from "./cases.js";

/**
 * The innermost loop alone on operands that are packed already and stay in cache where they can: what this machine's WebAssembly gives
 * without packing, copying or dispatch. Sizes as in the case, run as blocks of at most 512.
 */
function kernelOnly(n: number): Prepare {
  return () => {
    const { kernels } = wasmKernels()!;
    const block = Math.min(n, 512);
    const rows = Math.min(n, 64);
    const [a, b, c] = [1024, 1024 + rows * block * 4, 1024 + rows * block * 4 + block * block * 4];
    const times = n ** 3 / (rows * block * block);
    return () => {
      for (let i = 0; i < times; i++) kernels.multiplyPacked(a, b, c, rows, block, block, block);
    };
  };
}

export const bareKernel: Peer = {
  name: "bare kernel",
  cases: {
    ...(Object.fromEntries(Object.entries(products).map(([name, n]) => [name, kernelOnly(n)])) as Partial<Record<CaseName, Prepare>>),
    "matmul 1024, both transposed": kernelOnly(1024),
  },
};
