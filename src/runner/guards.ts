import childProcess from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import fs from "node:fs";
import inspector from "node:inspector";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import v8 from "node:v8";
import { parseStack } from "../inspect/callFrames.js";
import type { Access, Permission } from "../protocol/index.js";
import { isInPackages, isWithin, packageFolder, realPath } from "./folders.js";
import { Refusal } from "./refusal.js";
import { replace } from "./replace.js";
import { type GuardOptions, guardThreads } from "./threads.js";

/** What a function does with the path that is its argument in that place; "open": as the flags beside it say. */
type Use = "read" | "write" | "open" | null;

/** The functions of `node:fs` that change files or read what is in them, in each of their forms. What takes the number of an open file is not asked again. */
const fileFunctions: Readonly<Record<string, readonly Use[]>> = {
  appendFile: ["write"],
  chmod: ["write"],
  chown: ["write"],
  copyFile: ["read", "write"],
  cp: ["read", "write"],
  createReadStream: ["open"],
  createWriteStream: ["write"],
  lchmod: ["write"],
  lchown: ["write"],
  link: ["write", "write"],
  lutimes: ["write"],
  mkdir: ["write"],
  mkdtemp: ["write"],
  mkdtempDisposable: ["write"],
  open: ["open"],
  openAsBlob: ["read"],
  readFile: ["open"],
  FileReadStream: ["open"],
  FileWriteStream: ["write"],
  ReadStream: ["open"],
  WriteStream: ["write"],
  rename: ["write", "write"],
  rm: ["write"],
  rmdir: ["write"],
  symlink: [null, "write"],
  truncate: ["write"],
  unlink: ["write"],
  utimes: ["write"],
  writeFile: ["write"],
};

/** What the system shows of itself as files, and the streams of the process. */
const system = /^\/(dev|proc|sys)\//;
const sinks = /^\/dev\/(null|stdout|stderr|tty|fd\/\d+|pts\/\d+)$|^\/proc\/\w+\/fd\/\d+$|^\\\\\.\\nul$|^(con|nul)$/i;

const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = fs.constants;
const writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

/**
 * Keeps model code from doing by accident what looking at a model does not need: no more than its run may (Access). It stands in the functions of Node's
 * themselves, so that all ways lead to it: `import`, `require`, `createRequire`, `process.getBuiltinModule`, and the modules that are made of these, as `http`
 * is of `net`. No sandbox: code that sets out to get past it can. To be made before any code of the user's runs, and once in each thread; until it is told what is
 * allowed, everything is.
 */
export class Guards {
  readonly #own: string;
  #access: Access | null = null;
  #readable: readonly string[] = [];
  #writable: readonly string[] = [];
  /** Folders of packages that Node itself has loaded a part of. */
  readonly #packages = new Set<string>();

  constructor({ threadGuard, ownFolder }: GuardOptions) {
    this.#own = realPath(ownFolder);
    const { promises } = fs;
    for (const [name, uses] of Object.entries(fileFunctions)) {
      const check = (args: readonly unknown[]): Refusal | null => this.#file(uses, args);
      throwing(fs, name, check);
      throwing(fs, `${name}Sync`, check);
      rejecting(promises, name, check);
    }
    throwing(v8, "writeHeapSnapshot", ([path = "."]) => this.#file(["write"], [path]));
    if (process.report) throwing(process.report, "writeReport", ([path = "."]) => this.#file(["write"], [path]));

    const program = ([file]: readonly unknown[]): Refusal | null => this.#refuse("programs", String(file));
    for (const name of ["execSync", "execFileSync", "spawnSync"]) throwing(childProcess, name, program);
    throwing(process, "kill", ([pid]) => (pid === process.pid ? null : this.#refuse("programs", `process.kill(${String(pid)})`)));
    // All others come here. What is detached would outlive the run.
    replace(childProcess.ChildProcess.prototype, "spawn", (call, [options]) => {
      const { file, args } = options as { readonly file: string; readonly args?: readonly string[] };
      fail(this.#refuse("programs", args ? args.join(" ") : file));
      return call([{ ...(options as object), detached: false }]);
    });

    const address = (args: readonly unknown[]): string => addressOf(args) || "?";
    throwing(net.Socket.prototype, "connect", (args) => this.#refuse("network", address(args)));
    throwing(net.Server.prototype, "listen", (args) => this.#refuse("network", address(args)));
    for (const name of ["bind", "connect", "send"]) throwing(dgram.Socket.prototype, name, (args) => this.#refuse("network", `udp:${addressOf(args)}`));
    for (const holder of [dns, dns.Resolver.prototype, dns.promises, dns.promises.Resolver.prototype]) {
      const asks = Object.getOwnPropertyNames(holder).filter((name) => /^(lookup|resolve|reverse)/.test(name));
      for (const name of asks) throwing(holder, name, ([host]) => this.#refuse("network", String(host)));
    }
    throwing(inspector, "open", () => this.#refuse("network", "inspector.open"));
    rejecting(globalThis, "fetch", ([resource]) => this.#refuse("network", urlOf(resource)));
    for (const name of ["WebSocket", "EventSource"]) throwing(globalThis, name, ([url]) => this.#refuse("network", urlOf(url)));

    throwing(process, "dlopen", ([, file]) => this.#refuse("addons", String(file)));
    for (const name of ["binding", "_linkedBinding"]) throwing(process, name, ([binding]) => this.#refuse("addons", `process.${name}("${String(binding)}")`));
    guardThreads(threadGuard, (file) => fail(this.#refuse("threads", file)));
    for (const name of ["node:sqlite", "node:wasi"]) this.#guardSystemInterface(name);
    syncBuiltinESMExports();
  }

  allow(access: Access): void {
    this.#readable = access.readable.map(realPath);
    this.#writable = access.writable.map(realPath);
    this.#access = access;
  }

  /** Databases and WebAssembly's view of the system are opened past `node:fs`. */
  #guardSystemInterface(name: string): void {
    const warning = Reflect.getOwnPropertyDescriptor(process, "emitWarning")!;
    process.emitWarning = () => {}; // That they are experimental is said to who uses them, not to who guards them.
    const holder = (process as { getBuiltinModule?: (name: string) => object | undefined }).getBuiltinModule?.(name);
    Object.defineProperty(process, "emitWarning", warning);
    if (!holder) return;
    throwing(holder, "DatabaseSync", ([path]) => (path === ":memory:" ? null : this.#file(["write"], [path])));
    throwing(holder, "backup", ([, path]) => this.#file(["write"], [path]));
    throwing(holder, "WASI", ([options]) => {
      const folders = Object.values((options as { readonly preopens?: Readonly<Record<string, string>> } | undefined)?.preopens ?? {});
      return this.#file(
        folders.map(() => "write" as const),
        folders,
      );
    });
  }

  #refuse(permission: Permission, what: string): Refusal | null {
    const access = this.#access;
    if (!access || (access.allowed.includes(permission) && (access.asked || permission === "read"))) return null;
    return new Refusal(permission, what, access.asked);
  }

  #file(uses: readonly Use[], args: readonly unknown[]): Refusal | null {
    if (!this.#access) return null;
    for (const [i, use] of uses.entries()) {
      const path = use && pathOf(args[i]);
      if (!path || hasOpenFile(args)) continue;
      const writes = use === "write" || writingFlags(args[i + 1]);
      const refusal = writes ? this.#write(path) : this.#read(path);
      if (refusal) return refusal;
    }
    return null;
  }

  #write(path: string): Refusal | null {
    if (sinks.test(path)) return null;
    const real = realPath(path);
    if (isWithin(this.#own, real)) return null;
    if (this.#access!.asked && this.#writable.some((folder) => isWithin(folder, real))) return null;
    return this.#refuse("write", real);
  }

  #read(path: string): Refusal | null {
    const real = realPath(path);
    if (isWithin(this.#own, real) || system.test(real) || sinks.test(path) || isInPackages(real)) return null;
    for (const folders of [this.#readable, this.#writable, this.#packages]) for (const folder of folders) if (isWithin(folder, real)) return null;
    const refusal = this.#refuse("read", real);
    if (!refusal || !isAskedByLoader()) return refusal;
    this.#packages.add(packageFolder(dirname(real)));
    return null;
  }
}

function fail(refusal: Refusal | null): void {
  if (refusal) throw refusal;
}

type Check = (args: readonly unknown[]) => Refusal | null;

function throwing(holder: object, name: string, check: Check): void {
  replace(holder, name, (call, args) => {
    fail(check(args));
    return call(args);
  });
}

/** For functions that give promises. */
function rejecting(holder: object, name: string, check: Check): void {
  replace(holder, name, (call, args) => {
    const refusal = check(args);
    return refusal ? Promise.reject(refusal) : call(args);
  });
}

/** Null for what is no path: the number of an open file, or something that Node itself will refuse. */
function pathOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  try {
    return value instanceof URL ? fileURLToPath(value) : null;
  } catch {
    return null;
  }
}

/** Streams can be made of a file that is open. */
function hasOpenFile([, options]: readonly unknown[]): boolean {
  return typeof options === "object" && options !== null && "fd" in options && options.fd !== undefined && options.fd !== null;
}

/** `beside`: the flags, or options with flags in them. */
function writingFlags(beside: unknown): boolean {
  const { flag, flags = flag } = typeof beside === "object" && beside !== null ? (beside as { flag?: unknown; flags?: unknown }) : { flags: beside };
  if (typeof flags === "number") return (flags & writing) !== 0;
  // What reads and takes no flags may have an encoding in this place.
  return typeof flags === "string" && /^((a|ax|xa|as|sa|w|wx|xw)\+?|(r|rs|sr)\+)$/.test(flags);
}

/** Where a connection leads, or where a server listens: Node takes a port and a host, a path, an object with these, or a list of what it took. */
function addressOf(args: readonly unknown[]): string {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as readonly unknown[]) : args;
  if (typeof first === "object" && first !== null) {
    const { path, host, hostname = host, address = hostname, port } = first as Readonly<Record<string, unknown>>;
    return [path ?? address, port].filter((part) => typeof part === "string" || typeof part === "number").join(":");
  }
  return [second, first].filter((part) => typeof part === "string" || typeof part === "number").join(":");
}

function urlOf(resource: unknown): string {
  return typeof resource === "string" ? resource : resource instanceof URL ? resource.href : String((resource as { readonly url?: unknown } | null)?.url);
}

/** Whether it is Node that reads a module which the code asked for, wherever that was found. */
function isAskedByLoader(): boolean {
  const [own, ...callers] = parseStack(new Error().stack);
  return callers.find(({ url }) => url !== own?.url)?.url.startsWith("node:internal/modules/") ?? false;
}
