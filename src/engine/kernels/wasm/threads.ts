import type { Matrix } from "../matmul.js";
import { relaxedSimdShared, simdShared } from "./binaries.generated.js";
import type { Kernels } from "./instance.js";
import { blockColumns, blockDepth, blockRows, bytes, copyRows, roundUp, stage, tilePadding } from "./blocks.js";

/**
 * Large matrix products on several threads, in Node: the operands' blocks go into memory that all threads share, and each thread takes blocks
 * of the result, 64 rows high, until none are left. The calling thread takes part and waits only for rows that another has begun, so
 * that a thread that is slow to start costs nothing.
 */

/** Rows that are brought in at a time. */
const rowsAtOnce = 512;
const mostThreads = 8;

// Layout of the shared memory, in bytes.
const packedB = 4096;
const packedA = packedB + blockColumns * blockDepth * bytes;
const tile = packedA + mostThreads * blockRows * blockDepth * bytes;
const staging = tile + rowsAtOnce * (blockColumns + tilePadding) * bytes;
const pages = Math.ceil((staging + blockColumns * blockDepth * bytes) / 65536);

/** Integers at the start of the shared memory. A job's numbers stay while any of its blocks is in work. */
const Control = { generation: 0, next: 1, done: 2, blocks: 3, rows: 4, depth: 5, width: 6, rowStride: 7, columnStride: 8, split: 9 } as const;
/** More than any job has blocks: nothing to take. */
const closed = 1 << 30;

interface Pool {
  readonly kernels: Kernels;
  readonly float32: Float32Array;
  readonly control: Int32Array;
}

let threads: number | null = null;
let pool: Pool | null = null;

/** Node's modules, where there is Node. */
function builtin<Module>(name: string): Module | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name) as Module | undefined;
}

interface WorkerThreads {
  Worker: new (code: string, options: object) => { unref(): void };
}

/** How many threads large products may use (torch.get_num_threads): as many as there are processors, at most 4, unless set. */
export function getNumThreads(): number {
  if (threads === null) {
    const available = builtin<{ availableParallelism?: () => number }>("node:os")?.availableParallelism?.() ?? 1;
    threads = builtin("node:worker_threads") === undefined ? 1 : Math.min(available, 4);
  }
  return threads;
}

/** Sets how many threads large products may use (torch.set_num_threads). Takes effect before the first of them; 1 turns threads off at any time. */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`set_num_threads expects a positive integer, but got ${count}`);
  threads = Math.min(count, mostThreads);
}

/** From this many multiplications on, a quarter of a millisecond of work, a product is shared out among threads (`npm run bench -- crossover`). */
let threadedFrom = 2 ** 23;

/** @internal For tests: has products of fewer multiplications shared out too. */
export function setThreadedFrom(multiplications: number): void {
  threadedFrom = multiplications;
}

/** The threads' memory and the calling thread's kernels for a product; null where it is too small, the platform has no threads or none are wanted. */
export function threadPool(multiplications: number): Pool | null {
  if (multiplications < threadedFrom || getNumThreads() < 2 || typeof SharedArrayBuffer === "undefined") return null;
  return (pool ??= start(getNumThreads() - 1));
}

function start(helpers: number): Pool | null {
  const workerThreads = builtin<WorkerThreads>("node:worker_threads");
  if (workerThreads === undefined) return null;
  for (const binary of [relaxedSimdShared, simdShared]) {
    const code = Uint8Array.from(atob(binary), (character) => character.charCodeAt(0));
    if (!WebAssembly.validate(code)) continue;
    const module = new WebAssembly.Module(code);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const control = new Int32Array(memory.buffer, 0, 16);
    control[Control.next] = closed;
    for (let i = 1; i <= helpers; i++) {
      const program = `(${helperThread})((${takeBlocks}), ${JSON.stringify({ Control, packedB, packedA: packedAOf(i), tile, staging, blockRows, bytes })})`;
      new workerThreads.Worker(program, { eval: true, workerData: { module, memory }, stdin: false }).unref();
    }
    const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
    return { kernels, float32: new Float32Array(memory.buffer), control };
  }
  return null;
}

function packedAOf(thread: number): number {
  return packedA + thread * blockRows * blockDepth * bytes;
}

interface Places {
  readonly Control: typeof Control;
  readonly packedB: number;
  readonly packedA: number;
  readonly tile: number;
  readonly staging: number;
  readonly blockRows: number;
  readonly bytes: number;
}

/** Does blocks of the current job until none are left. Also sent to the helpers as text, so it must not use anything outside of itself. */
function takeBlocks(kernels: Kernels, control: Int32Array, places: Places): void {
  const { Control: at, blockRows: most, bytes: size } = places;
  for (;;) {
    const block = Atomics.add(control, at.next, 1);
    if (block >= control[at.blocks]!) return;
    const depth = control[at.depth]!;
    const width = control[at.width]!;
    const rowStride = control[at.rowStride]!;
    const rowBlocks = Math.ceil(control[at.rows]! / most);
    const first = (block % rowBlocks) * most;
    const rows = Math.min(most, control[at.rows]! - first);
    const split = control[at.split]!;
    const column = Math.floor(block / rowBlocks) * split;
    const columns = Math.min(split, width - column);
    kernels.packRows(places.staging + first * rowStride * size, rowStride, control[at.columnStride]!, rows, depth, places.packedA);
    kernels.multiplyPacked(places.packedA, places.packedB + column * depth * size, places.tile + (first * width + column) * size, Math.ceil(rows / 4) * 4, columns, depth, width);
    Atomics.add(control, at.done, 1);
    Atomics.notify(control, at.done);
  }
}

/** The program of a helper, sent as text. */
function helperThread(take: typeof takeBlocks, places: Places): void {
  const { workerData } = (globalThis as unknown as { process: { getBuiltinModule(name: string): { workerData: { module: WebAssembly.Module; memory: WebAssembly.Memory } } } }).process.getBuiltinModule("node:worker_threads");
  const { module, memory } = workerData;
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
  const control = new Int32Array(memory.buffer, 0, 16);
  for (;;) {
    const generation = Atomics.load(control, places.Control.generation);
    take(kernels, control, places);
    Atomics.wait(control, places.Control.generation, generation);
  }
}

/** output (m x n, row-major from `start`) += a (m x k) times b (k x n), all float32. */
export function multiplyInThreads(
  { kernels, float32, control }: Pool,
  output: Float32Array, start: number, m: number, n: number, k: number, a: Matrix, b: Matrix,
): void {
  const places: Places = { Control, packedB, packedA: packedAOf(0), tile, staging, blockRows, bytes };
  for (let j = 0; j < n; j += blockColumns) {
    const columns = Math.min(blockColumns, n - j);
    const width = roundUp(columns, 8);
    for (let p = 0; p < k; p += blockDepth) {
      const depth = Math.min(blockDepth, k - p);
      const stagedB = stage(float32, staging, b, p, j, depth, columns);
      kernels.packColumns(staging, stagedB.rowStride, stagedB.columnStride, depth, columns, packedB);
      for (let i = 0; i < m; i += rowsAtOnce) {
        const rows = Math.min(rowsAtOnce, m - i);
        const stagedA = stage(float32, staging, a, i, p, rows, depth);
        const inTile = { data: float32, start: tile / bytes, stride: width };
        const inOutput = { data: output, start: start + i * n + j, stride: n };
        copyRows(inTile, inOutput, rows, columns);
        const rowBlocks = Math.ceil(rows / blockRows);
        // Few rows: their columns are shared out too, so that every thread finds two blocks or more.
        const split = roundUp(width / Math.ceil((2 * getNumThreads()) / rowBlocks), 8);
        const blocks = rowBlocks * Math.ceil(width / split);
        const job = { blocks, rows, depth, width, split, ...stagedA };
        for (const name of ["blocks", "rows", "depth", "width", "split", "rowStride", "columnStride"] as const) control[Control[name]] = job[name];
        Atomics.store(control, Control.done, 0);
        Atomics.store(control, Control.next, 0);
        Atomics.add(control, Control.generation, 1);
        Atomics.notify(control, Control.generation);
        takeBlocks(kernels, control, places);
        for (let done = Atomics.load(control, Control.done); done < blocks; done = Atomics.load(control, Control.done)) {
          Atomics.wait(control, Control.done, done);
        }
        Atomics.store(control, Control.next, closed);
        copyRows(inOutput, inTile, rows, columns);
      }
    }
  }
}
