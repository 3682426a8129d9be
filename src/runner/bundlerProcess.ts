import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import * as l10n from "@vscode/l10n";
import type { BundleOutcome } from "./bundle.js";
import type { BundleReply, BundleRequest } from "./bundlerMessages.js";
import { ended, forkScript } from "./fork.js";

/** The bundler holds some 250 MB: without a run for this long it ends, and the next run starts it again. */
const idleMilliseconds = 10 * 60_000;

/** The process that bundles, started when it is first needed. */
export class BundlerProcess {
  readonly #dist: string;
  readonly #stringsFile: string | null;
  #child: ChildProcess | null = null;
  #pending = new Map<number, { resolve: (outcome: BundleOutcome) => void; reject: (error: Error) => void }>();
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(dist: string, stringsFile: string | null) {
    this.#dist = dist;
    this.#stringsFile = stringsFile;
  }

  start(): ChildProcess {
    if (this.#child) return this.#child;
    const child = forkScript(join(this.#dist, "bundler.js"), this.#stringsFile, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let complaints = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (complaints = (complaints + text).slice(-2000)));
    child.on("message", (reply: BundleReply) => {
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if ("outcome" in reply) pending?.resolve(reply.outcome);
      else pending?.reject(new Error(l10n.t("The bundler failed: {0}", reply.error)));
    });
    void ended(child).then(() => {
      if (this.#child === child) this.#child = null;
      const pending = [...this.#pending.values()];
      this.#pending.clear();
      pending.forEach(({ reject }) => reject(new Error(`${l10n.t("The bundler ended unexpectedly.")} ${complaints}`.trim())));
    });
    return (this.#child = child);
  }

  async bundle(file: string, overrides: ReadonlyMap<string, string>): Promise<BundleOutcome> {
    clearTimeout(this.#idle);
    const request: BundleRequest = { id: ++this.#lastId, file, overrides: [...overrides] };
    try {
      return await new Promise<BundleOutcome>((resolve, reject) => {
        this.#pending.set(request.id, { resolve, reject });
        this.start().send(request, (error) => error && reject(error));
      });
    } finally {
      if (this.#pending.size === 0) this.#idle = setTimeout(() => this.#child?.kill("SIGKILL"), idleMilliseconds).unref();
    }
  }

  async dispose(): Promise<void> {
    clearTimeout(this.#idle);
    const child = this.#child;
    if (!child) return;
    child.kill("SIGKILL");
    await ended(child);
  }
}
