import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { constants } from "node:os";
import process from "node:process";
import { replace } from "./replace.js";

/** Of before they are guarded from the user's code. */
const { fstatSync, readdirSync } = fs;

/** The functions of `node:fs` that take the number of an open file. */
const byNumber = [
  ...["close", "fchmod", "fchown", "fdatasync", "fstat", "fsync", "ftruncate", "futimes", "read", "readv", "write", "writev"],
  ...["appendFile", "readFile", "writeFile"],
];
/** Those that are given one among their options, and the place of these. */
const byOption = [
  [fs, ["createReadStream", "createWriteStream", "ReadStream", "WriteStream", "FileReadStream", "FileWriteStream"], 1],
  [net, ["Socket", "Stream"], 0],
] as const;

/**
 * Descriptors of this process that none of the model code opened, the pipe to the host among them: to the code they are not open, and Node's functions say so. Without
 * them the process could neither go on nor say why not. The three standard streams are the code's as well, and stay open when it closes them by their number: Node itself
 * would end over it.
 */
export class Descriptors {
  #own: ReadonlySet<number> = new Set();

  constructor() {
    for (const name of byNumber) {
      replace(fs, `${name}Sync`, (call, args) => {
        if (isClosedStandard(name, args)) return undefined;
        this.#check(args[0], name);
        return call(args);
      });
      replace(fs, name, (call, args) => {
        const callback = args.at(-1);
        // Node says itself what is wrong with a call without a callback.
        if (typeof callback !== "function") return call(args);
        if (isClosedStandard(name, args)) return void process.nextTick(callback, null);
        if (!this.#has(args[0])) return call(args);
        process.nextTick(callback, notOpen(name));
        return undefined;
      });
    }
    for (const [holder, names, place] of byOption) {
      for (const name of names) {
        replace(holder, name, (call, args) => {
          const options = args[place];
          if (typeof options === "object" && options !== null && "fd" in options) this.#check(options.fd, "open");
          return call(args);
        });
      }
    }
    syncBuiltinESMExports();
  }

  get own(): readonly number[] {
    return [...this.#own];
  }

  /** From now on these are not the code's. */
  keep(own: readonly number[]): void {
    this.#own = new Set(own);
  }

  #check(descriptor: unknown, call: string): void {
    if (this.#has(descriptor)) throw notOpen(call);
  }

  #has(descriptor: unknown): boolean {
    return typeof descriptor === "number" && this.#own.has(descriptor);
  }
}

function isClosedStandard(name: string, [descriptor]: readonly unknown[]): boolean {
  return name === "close" && (descriptor === 0 || descriptor === 1 || descriptor === 2);
}

/** In Node's own words. */
function notOpen(syscall: string): Error {
  return Object.assign(new Error(`EBADF: bad file descriptor, ${syscall}`), { errno: -constants.errno.EBADF, code: "EBADF", syscall });
}

/** Those that are open now and stay so, besides `pipe`, the way to the host. Windows has no list of them. */
export function openDescriptors(pipe: number): readonly number[] {
  let open: readonly number[] = [];
  try {
    open = readdirSync("/dev/fd").map(Number);
  } catch {
    // There is the pipe.
  }
  return [pipe, ...open.filter((descriptor) => descriptor > 2 && !isFile(descriptor))];
}

/** What is open for a moment, as a module that another thread loads, may be the code's by the same number later; also what is closed again already. */
function isFile(descriptor: number): boolean {
  try {
    const about = fstatSync(descriptor);
    return about.isFile() || about.isDirectory();
  } catch {
    return true;
  }
}
