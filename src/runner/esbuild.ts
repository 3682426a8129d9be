import * as fs from "node:fs";
import * as path from "node:path";

type Esbuild = typeof import("esbuild-wasm");
type Read = typeof fs.read;
type GoImports = { gojs: Record<"runtime.wasmExit", (stackPointer: number) => void> };
/** Characters; the stacks of every goroutine follow. */
const longestComplaint = 10_000;
type WriteSync = (fd: number, bytes: Uint8Array) => number;

/**
 * Starts esbuild's WebAssembly build in this thread, with Node's file system. esbuild's own Node interface would start a program called
 * `node`, which need not exist where an editor runs; its browser interface lets Go reach files through a global `fs`, if there is one.
 * `onExit`: Go has given up, for the reason that it printed. What is asked of it then is never answered.
 */
export async function startEsbuild(wasmFile: string, onExit: (complaint: string) => void): Promise<Esbuild> {
  // esbuild replaces `read` and `writeSync` to speak with Go over the standard streams: its versions serve those, Node's all else.
  let readInput: Read;
  let writeOutput: WriteSync;
  let complaint = "";
  const isStandard = (fd: number): boolean => fd <= 2;
  const goFileSystem = {
    ...fs,
    get read(): Read {
      return ((fd: number, ...rest: unknown[]): unknown => Reflect.apply(isStandard(fd) ? readInput : fs.read, undefined, [fd, ...rest])) as Read;
    },
    set read(replacement: Read) {
      readInput = replacement;
    },
    get writeSync(): WriteSync {
      return (fd, bytes) => {
        if (!isStandard(fd)) return fs.writeSync(fd, bytes);
        if (fd !== 2) return writeOutput(fd, bytes);
        if (complaint.length < longestComplaint) complaint += Buffer.from(bytes).toString();
        return bytes.length;
      };
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
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = ((module: WebAssembly.Module, imports: GoImports) => {
    const exit = imports.gojs["runtime.wasmExit"];
    imports.gojs["runtime.wasmExit"] = (stackPointer) => {
      exit(stackPointer);
      onExit(complaint);
    };
    return instantiate(module, imports);
  }) as typeof instantiate;
  await api.initialize({ wasmModule, worker: false });
  WebAssembly.instantiate = instantiate;
  return api;
}
