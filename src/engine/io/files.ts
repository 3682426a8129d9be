import { RuntimeError } from "../errors.js";

/** The part of Node's file API that the engine uses. The engine itself runs where there is no Node, so it is looked for when called. */
interface FileHandle {
  read(target: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  writeFile(data: Uint8Array): Promise<void>;
  stat(): Promise<{ readonly size: number }>;
  close(): Promise<void>;
}

interface FileSystem {
  open(path: string, flags: "r" | "wx"): Promise<FileHandle>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { readonly force: boolean }): Promise<void>;
}

async function fileSystem(): Promise<FileSystem> {
  // Not a literal, so that bundlers for browsers let it be.
  const name = "node:fs/promises";
  try {
    return (await import(name)) as FileSystem;
  } catch {
    throw new RuntimeError("files can be read and written in Node only: use load and save, which take and give the bytes");
  }
}

/** Bytes in memory of their own, not shared between threads. TypeScript before 5.7 has no other name for the type. */
export type Bytes = ReturnType<Uint8ArrayConstructor["of"]>;

/** Reads parts of a file. */
export interface FileReader {
  readonly size: number;
  read(start: number, length: number): Promise<Bytes>;
}

/** Opens a file, has `body` read it, and closes it. */
export async function readFile<Result>(path: string, body: (reader: FileReader) => Promise<Result>): Promise<Result> {
  const handle = await (await fileSystem()).open(path, "r");
  try {
    const { size } = await handle.stat();
    return await body({
      size,
      async read(start, length) {
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length; ) {
          const { bytesRead } = await handle.read(bytes, done, length - done, start + done);
          if (bytesRead === 0) throw new RuntimeError(`${path} ended at ${start + done} bytes while it was read`);
          done += bytesRead;
        }
        return bytes;
      },
    });
  } finally {
    await handle.close();
  }
}

/** Writes parts one after the other to a file. What was there before stays until all is written. */
export async function writeFile(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const files = await fileSystem();
  const temporary = `${path}.${Math.random().toString(36).slice(2)}.tmp`;
  const handle = await files.open(temporary, "wx");
  try {
    try {
      for (const part of parts) await handle.writeFile(part);
    } finally {
      await handle.close();
    }
    await files.rename(temporary, path);
  } catch (error) {
    await files.rm(temporary, { force: true });
    throw error;
  }
}

/** Reads parts of something that is all there. */
export interface RangeReader {
  readonly size: number;
  /** A copy of `length` bytes from `start` on; throws where there are fewer. */
  read(start: number, length: number): Bytes;
}

export function rangesOf(bytes: Uint8Array): RangeReader {
  return {
    size: bytes.length,
    // Copied, so that elements are aligned; `slice` would not copy a Buffer of Node's.
    read: (start, length) => new Uint8Array(bytes.subarray(start, start + length)),
  };
}

/** The part of Node's synchronous file API that the engine uses. */
interface SynchronousFileSystem {
  openSync(path: string, flags: "r" | "wx"): number;
  readSync(file: number, target: Uint8Array, offset: number, length: number, position: number): number;
  writeSync(file: number, data: Uint8Array, offset: number): number;
  fstatSync(file: number): { readonly size: number };
  closeSync(file: number): void;
  renameSync(from: string, to: string): void;
  rmSync(path: string, options: { readonly force: boolean }): void;
}

function synchronousFileSystem(): SynchronousFileSystem {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const files = process?.getBuiltinModule?.("node:fs");
  if (files === undefined) throw new RuntimeError("files can be read and written in Node 20.16 and later only: give and take the bytes instead");
  return files as SynchronousFileSystem;
}

/** As `readFile`, for functions that are not asynchronous in PyTorch either. */
export function readFileSync<Result>(path: string, body: (reader: RangeReader) => Result): Result {
  const files = synchronousFileSystem();
  const file = files.openSync(path, "r");
  try {
    return body({
      size: files.fstatSync(file).size,
      read(start, length) {
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length; ) {
          const bytesRead = files.readSync(file, bytes, done, length - done, start + done);
          if (bytesRead === 0) throw new RuntimeError(`${path} ended at ${start + done} bytes while it was read`);
          done += bytesRead;
        }
        return bytes;
      },
    });
  } finally {
    files.closeSync(file);
  }
}

/** As `writeFile`, for functions that are not asynchronous in PyTorch either. */
export function writeFileSync(path: string, parts: Iterable<Uint8Array>): void {
  const files = synchronousFileSystem();
  const temporary = `${path}.${Math.random().toString(36).slice(2)}.tmp`;
  const file = files.openSync(temporary, "wx");
  try {
    try {
      for (const part of parts) for (let done = 0; done < part.length; ) done += files.writeSync(file, part, done);
    } finally {
      files.closeSync(file);
    }
    files.renameSync(temporary, path);
  } catch (error) {
    files.rmSync(temporary, { force: true });
    throw error;
  }
}

/** Parts one after the other, as one. */
export function joined(parts: Iterable<Uint8Array>): Bytes {
  const list = [...parts];
  const result = new Uint8Array(list.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of list) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
