import dgram from "node:dgram";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import timers from "node:timers";
import workerThreads, { type BroadcastChannel, type MessageChannel, type MessagePort } from "node:worker_threads";
import { replace } from "./replace.js";

type End = (left: never) => unknown;

/**
 * What model code sets going and Node has no list of: timers, connections, servers, channels, watched files. It is kept track of from the moment that this is made,
 * and ends with the run that left it.
 */
export class Leftovers {
  readonly #kept = new Map<WeakRef<object>, End>();
  readonly #forgotten = new FinalizationRegistry<WeakRef<object>>((reference) => this.#kept.delete(reference));
  /** Ends what is awaited as a promise. */
  #promised = new AbortController();
  #resting = false;

  constructor() {
    this.#watchTimers();
    this.#watchConnections();
    this.#watchFiles();
    syncBuiltinESMExports();
  }

  /** Code runs again that may set something going. */
  begin(): void {
    this.#resting = false;
  }

  /** Ends all that is left: what it belongs to has ended, or was stopped, and its process goes on for the models alone. */
  end(): void {
    const left = [...this.#kept];
    this.#kept.clear();
    for (const [reference, end] of left) endSafely(reference.deref(), end);
    this.#promised.abort();
    this.#promised = new AbortController();
  }

  /** The same, for all that may yet be set going too, until code runs again. */
  rest(): void {
    this.end();
    this.#resting = true;
  }

  #watchTimers(): void {
    const clears = { setTimeout: timers.clearTimeout, setInterval: timers.clearInterval, setImmediate: timers.clearImmediate };
    for (const [name, clear] of Object.entries(clears)) {
      for (const holder of [globalThis, timers]) replace(holder, name, (call, args) => this.#keep(call(args), clear));
      if (name !== "setImmediate") replace(timers.promises, name, (call, [delay, value, options]) => call([delay, value, this.#endable(options)]));
    }
  }

  #watchConnections(): void {
    const destroy = (socket: net.Socket): unknown => socket.destroy();
    replace(net.Socket.prototype, "connect", (call, args) => this.#keep(call(args), destroy));
    replace(net.Server.prototype, "listen", (call, args) => {
      const server = call(args) as net.Server;
      server.on("connection", (socket) => this.#keep(socket, destroy));
      return this.#keep(server, (left: net.Server) => left.close());
    });
    for (const holder of [globalThis, workerThreads]) {
      replace(holder, "MessageChannel", (call, args) => {
        const channel = call(args) as MessageChannel;
        this.#keep(channel.port1, (port: MessagePort) => port.close());
        return channel;
      });
      replace(holder, "BroadcastChannel", (call, args) => this.#keep(call(args), (channel: BroadcastChannel) => channel.close()));
    }
    replace(dgram, "createSocket", (call, args) => this.#keep(call(args), (socket: dgram.Socket) => socket.close()));
  }

  #watchFiles(): void {
    replace(fs, "watch", (call, args) => this.#keep(call(args), (watcher: fs.FSWatcher) => watcher.close()));
    replace(fs, "watchFile", (call, args) => this.#keep(call(args), (watcher: { stop?: () => void }) => watcher.stop?.()));
    replace(fs.promises, "watch", (call, [path, options]) => call([path, this.#endable(options)]));
  }

  #keep(left: unknown, end: End): unknown {
    if (typeof left !== "object" || left === null) return left;
    if (this.#resting) endSafely(left, end);
    else {
      const reference = new WeakRef(left);
      this.#kept.set(reference, end);
      this.#forgotten.register(left, reference);
    }
    return left;
  }

  #endable(options: unknown): unknown {
    if (options !== undefined && (typeof options !== "object" || options === null)) return options; // Node says what is wrong with it.
    const { signal } = (options ?? {}) as { readonly signal?: AbortSignal };
    const { signal: ours } = this.#promised;
    return { ...options, signal: signal instanceof AbortSignal ? AbortSignal.any([signal, ours]) : (signal ?? ours) };
  }
}

/** It may be the user's own class, or closed already. */
function endSafely(left: object | undefined, end: End): void {
  try {
    if (left) end(left as never);
  } catch {
    // There is nothing more to be done about it.
  }
}
