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

/** Reads parts of a file. */
export interface FileReader {
  readonly size: number;
  read(start: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
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
