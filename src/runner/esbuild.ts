import * as fs from "node:fs";
import * as path from "node:path";

type Esbuild = typeof import("esbuild-wasm");
type Read = typeof fs.read;
type WriteSync = (fd: number, bytes: Uint8Array) => number;

/**
 * Starts esbuild's WebAssembly build in this thread, with Node's file system. esbuild's own Node interface would start a program called
 * `node`, which need not exist where an editor runs; its browser interface lets Go reach files through a global `fs`, if there is one.
 */
export async function startEsbuild(wasmFile: string): Promise<Esbuild> {
  // esbuild replaces `read` and `writeSync` to speak with Go over the standard streams: its versions serve those, Node's all else.
  let readInput: Read;
  let writeOutput: WriteSync;
  const isStandard = (fd: number): boolean => fd <= 2;
  const goFileSystem = {
    ...fs,
    get read(): Read {
      return ((fd: number, ...rest: unknown[]) => Reflect.apply(isStandard(fd) ? readInput : fs.read, undefined, [fd, ...rest])) as Read;
    },
    set read(replacement: Read) {
      readInput = replacement;
    },
    get writeSync(): WriteSync {
      return (fd, bytes) => (isStandard(fd) ? writeOutput(fd, bytes) : fs.writeSync(fd, bytes));
    },
    set writeSync(replacement: WriteSync) {
      writeOutput = replacement;
    },
    write(fd: number, bytes: Uint8Array, offset: number, length: number, position: number | null, done: (error: Error | null, count?: number) => void): void {
      if (isStandard(fd)) done(null, writeOutput(fd, bytes));
      else fs.write(fd, bytes, offset, length, position, done);
    },
  };
  Object.assign(globalThis, { self: globalThis, fs: goFileSystem, path });
  const wasmModule = await WebAssembly.compile(await fs.promises.readFile(wasmFile));
  const esbuild = (await import("esbuild-wasm/lib/browser.js")) as unknown as Esbuild & { default?: Esbuild };
  const api = esbuild.default ?? esbuild;
  await api.initialize({ wasmModule, worker: false });
  return api;
}
