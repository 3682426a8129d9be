import { Buffer } from "node:buffer";
import fs from "node:fs";
import process from "node:process";
import timers from "node:timers";
import { stopHere } from "./modelCode.js";
import type { OutputCount } from "./pipeMessages.js";
import { replace } from "./replace.js";

/** Of before any code of the user's, which may change them. */
const { wait } = Atomics;
const { writeSync } = fs;
const { setImmediate } = timers;

const streams = ["stdout", "stderr"] as const;
/** Milliseconds between two tries to write to a pipe that is full. */
const fullPipeWait = 5;

/** What the code in this process prints: written at once, and no more of it than is allowed. Takes both streams from the moment it is made. */
export class ModelOutput {
  readonly #onBroken: () => void;
  readonly #written = { stdout: 0, stderr: 0 };
  readonly #pause = new Int32Array(new SharedArrayBuffer(4));
  #left = Infinity;

  /** `onBroken`: nobody reads any more; the code that printed is stopped. */
  constructor(onBroken: () => void) {
    this.#onBroken = onBroken;
    for (const name of streams) {
      process[name].write = (chunk: string | Uint8Array, encoding?: BufferEncoding | (() => void), done?: () => void) => {
        this.#print(name, chunk, typeof encoding === "string" ? encoding : "utf8");
        const callback = typeof encoding === "function" ? encoding : done;
        if (callback) process.nextTick(callback);
        return true;
      };
    }
    // By its number a stream is no other: written to past this, it would throw where the pipe is full.
    replace(fs, "writeSync", (call, args) => {
      const name = streams.find((each) => fileOf(each) === args[0]);
      if (name === undefined) return call(args);
      const bytes = bytesOf(args[1], args.slice(2));
      this.#print(name, bytes, "utf8");
      return bytes.length;
    });
  }

  get written(): OutputCount {
    return { ...this.#written };
  }

  /** What goes beyond `bytes` is dropped here already; the parent sees by the count that there was more, and says so. Null: no limit. */
  allow(bytes: number | null): void {
    this.#left = bytes === null ? Infinity : bytes + 1;
  }

  /** Runs `body` without letting anything be printed. */
  quietly<Result>(body: () => Result): Result {
    const before = this.#left;
    this.#left = 0;
    try {
      return body();
    } finally {
      this.#left = before;
    }
  }

  #print(name: (typeof streams)[number], chunk: string | Uint8Array, encoding: BufferEncoding): void {
    const allowed = Math.min(chunk.length, this.#left);
    // A character takes at least a byte: what is certainly too much is not even converted.
    const bytes = typeof chunk === "string" ? Buffer.from(chunk.slice(0, allowed), encoding) : chunk;
    const kept = bytes.subarray(0, Math.min(bytes.length, this.#left));
    this.#left -= kept.length;
    this.#write(name, kept);
  }

  /** Waits until all is written: what a loop prints faster than it is read would otherwise pile up in memory. */
  #write(name: (typeof streams)[number], bytes: Uint8Array): void {
    const fd = fileOf(name);
    for (let at = 0; at < bytes.length; ) {
      try {
        const count = writeSync(fd, bytes, at);
        at += count;
        this.#written[name] += count;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") {
          setImmediate(this.#onBroken);
          stopHere();
        }
        wait(this.#pause, 0, 0, fullPipeWait);
      }
    }
  }
}

function fileOf(name: (typeof streams)[number]): number {
  return (process[name] as NodeJS.WriteStream & { readonly fd: number }).fd;
}

/** What `fs.writeSync` is to write: a text in an encoding, or bytes from an offset on. */
function bytesOf(data: unknown, [first, second]: readonly unknown[]): Buffer {
  if (!ArrayBuffer.isView(data)) return Buffer.from(String(data), typeof second === "string" ? (second as BufferEncoding) : "utf8");
  const given = (typeof first === "object" && first !== null ? first : { offset: first, length: second }) as {
    readonly offset?: number | null;
    readonly length?: number | null;
  };
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const offset = given.offset ?? 0;
  return bytes.subarray(offset, offset + (given.length ?? bytes.length - offset));
}
