import { importsOf, kernelModule, type ProductKernels, wasmKernels } from "./instance.js";
import { blockDepth, blockRows, bytes, roundUp } from "./blocks.js";
import { type Block, type ProductMemory, type ProductPlaces, productPlaces, singleThread } from "./product.js";

/**
 * Large matrix products on several threads, in Node: the operands' blocks go into memory that all threads share, and each thread takes blocks
 * of the result, 64 rows high, until none are left. The calling thread takes part and waits only for rows that another has begun, so
 * that a thread that is slow to start costs nothing.
 */

/** Rows that are brought in at a time. */
const rowsAtOnce = 512;
const mostThreads = 8;

const places = productPlaces(4096, rowsAtOnce, mostThreads);

/** Integers at the start of the shared memory. A job's numbers stay while any of its blocks is in work. */
const Control = {
  generation: 0,
  next: 1,
  done: 2,
  blocks: 3,
  rows: 4,
  depth: 5,
  columns: 6,
  rowStride: 7,
  columnStride: 8,
  split: 9,
  left: 10,
  packedB: 11,
  fresh: 12,
} as const;
/** More than any job has blocks: nothing to take. */
const closed = 1 << 30;

let threads: number | null = null;
let pool: ProductMemory | null = null;

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

let alone: ProductMemory | null = null;

/** Memory for a product of so many multiplications: the threads' where it is large; null where plain JavaScript, faster below `fasterFrom`, is to do it. */
export function productMemory(multiplications: number, fasterFrom: number): ProductMemory | null {
  const instance = wasmKernels(multiplications, fasterFrom);
  if (instance === null) return null;
  const isShared = multiplications >= threadedFrom && getNumThreads() > 1 && typeof SharedArrayBuffer !== "undefined";
  if (isShared) pool ??= start(getNumThreads() - 1);
  return (isShared ? pool : null) ?? (alone ??= singleThread(instance));
}

function start(helpers: number): ProductMemory | null {
  const workerThreads = builtin<WorkerThreads>("node:worker_threads");
  const module = workerThreads === undefined ? null : kernelModule("shared");
  if (module === null) return null;
  const pages = Math.ceil(places.end / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const control = new Int32Array(memory.buffer, 0, 16);
  control[Control.next] = closed;
  for (let i = 1; i <= helpers; i++) {
    const program = `(${helperThread.toString()})((${takeBlocks.toString()}), ${JSON.stringify(placesOf(i))})`;
    new workerThreads!.Worker(program, { eval: true, workerData: { module, memory }, stdin: false }).unref();
  }
  const kernels = new WebAssembly.Instance(module, importsOf(memory)).exports as unknown as ProductKernels;
  return {
    kernels,
    float32: new Float32Array(memory.buffer),
    int32: new Int32Array(memory.buffer),
    rowsAtOnce,
    places,
    multiply: (block) => share(kernels, control, block),
  };
}

/** What a thread must know to take blocks. */
interface ThreadPlaces extends Pick<ProductPlaces, "packedA" | "tile"> {
  readonly Control: typeof Control;
  readonly blockRows: number;
  readonly bytes: number;
}

function placesOf(thread: number): ThreadPlaces {
  const { packedA, tile } = places;
  return { Control, blockRows, bytes, tile, packedA: packedA + thread * blockRows * blockDepth * bytes };
}

/** Does blocks of the current job until none are left. Also sent to the helpers as text, so it must not use anything outside of itself. */
function takeBlocks(kernels: ProductKernels, control: Int32Array, places: ThreadPlaces): void {
  const { Control: at, blockRows: most, bytes: size } = places;
  for (;;) {
    const block = Atomics.add(control, at.next, 1);
    if (block >= control[at.blocks]!) return;
    const depth = control[at.depth]!;
    const allColumns = control[at.columns]!;
    const width = Math.ceil(allColumns / 8) * 8;
    const rowStride = control[at.rowStride]!;
    const rowBlocks = Math.ceil(control[at.rows]! / most);
    const first = (block % rowBlocks) * most;
    const rows = Math.min(most, control[at.rows]! - first);
    const split = control[at.split]!;
    const column = Math.floor(block / rowBlocks) * split;
    const columns = Math.min(split, allColumns - column);
    kernels.packRows(control[at.left]! + first * rowStride * size, rowStride, control[at.columnStride]!, rows, depth, places.packedA);
    kernels.multiplyPacked(
      places.packedA,
      control[at.packedB]! + column * depth * size,
      places.tile + (first * width + column) * size,
      rows,
      columns,
      depth,
      width,
      control[at.fresh]!,
    );
    Atomics.add(control, at.done, 1);
    Atomics.notify(control, at.done);
  }
}

/** The program of a helper, sent as text. */
function helperThread(take: typeof takeBlocks, places: ThreadPlaces): void {
  const { workerData } = (
    globalThis as unknown as { process: { getBuiltinModule(name: string): { workerData: { module: WebAssembly.Module; memory: WebAssembly.Memory } } } }
  ).process.getBuiltinModule("node:worker_threads");
  const { module, memory } = workerData;
  const kernels = new WebAssembly.Instance(module, { env: { memory }, Math: Math as unknown as WebAssembly.ModuleImports })
    .exports as unknown as ProductKernels;
  const control = new Int32Array(memory.buffer, 0, 16);
  for (;;) {
    const generation = Atomics.load(control, places.Control.generation);
    take(kernels, control, places);
    Atomics.wait(control, places.Control.generation, generation);
  }
}

/** Shares out a product of blocks: rows, and columns too where there are few rows, so that every thread finds two blocks or more. */
function share(kernels: ProductKernels, control: Int32Array, { rows, depth, columns, left, rowStride, columnStride, packedB, fresh }: Block): void {
  const rowBlocks = Math.ceil(rows / blockRows);
  const split = roundUp(columns / Math.ceil((2 * getNumThreads()) / rowBlocks), 8);
  const blocks = rowBlocks * Math.ceil(columns / split);
  const job = { blocks, rows, depth, columns, split, left, rowStride, columnStride, packedB, fresh: fresh ? 1 : 0 };
  for (const [name, value] of Object.entries(job)) control[Control[name as keyof typeof job]] = value;
  Atomics.store(control, Control.done, 0);
  Atomics.store(control, Control.next, 0);
  Atomics.add(control, Control.generation, 1);
  Atomics.notify(control, Control.generation);
  takeBlocks(kernels, control, placesOf(0));
  for (let done = Atomics.load(control, Control.done); done < blocks; done = Atomics.load(control, Control.done)) {
    Atomics.wait(control, Control.done, done);
  }
  Atomics.store(control, Control.next, closed);
}
