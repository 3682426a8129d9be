import { join } from "node:path";
import { type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { peerDependencies } from "../../package.json";
import { snapshotName } from "../python/memorySnapshot.js";
import { ended, spawnScript } from "./fork.js";

/** The file that keeps the memory of Python's interpreter after its start (python/memorySnapshot.ts), made once by a process of its own. */
export class InterpreterMemory {
  readonly #dist: string;
  readonly #storage: string | null;
  #path: string | null = null;
  #maker: ChildProcess | null = null;
  #tried = false;

  /** `storage`: a folder that lasts; null: nothing is kept. */
  constructor(dist: string, storage: string | null) {
    this.#dist = dist;
    this.#storage = storage;
  }

  /** Null where there is none. */
  get file(): string | null {
    const file = this.#file();
    return file !== null && existsSync(file) ? file : null;
  }

  /** Makes it where it is not there yet. Once: where that fails, starts are plain. */
  make(): void {
    const file = this.#file();
    if (file === null || this.#tried || this.file !== null) return;
    this.#tried = true;
    const maker = (this.#maker = spawnScript(join(this.#dist, "interpreterMemoryProcess.js"), { file }, { stdio: "ignore", execArgv: [] }));
    maker.unref();
    void ended(maker).then(() => (this.#maker = null));
  }

  #file(): string | null {
    if (this.#storage === null) return null;
    return (this.#path ??= join(this.#storage, snapshotName(peerDependencies.pyodide, join(this.#dist, "python"))));
  }

  async dispose(): Promise<void> {
    this.#tried = true;
    const maker = this.#maker;
    maker?.kill();
    if (maker) await ended(maker);
  }
}
