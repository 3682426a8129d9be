import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ModelRunner, type ModelRunnerOptions, type Output, type RunOptions, type RunOutcome } from "../../src/runner/client.js";

export const dist = path.resolve(import.meta.dirname, "../../dist");

/** A folder of the user's with a runner for it. */
export class Workspace {
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), "layerscope-test-")));
  readonly runner: ModelRunner;

  constructor(options: Partial<ModelRunnerOptions> = {}) {
    this.runner = new ModelRunner({ dist, ...options });
  }

  /** Writes a file and gives its path. */
  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Runs a model file of this text; `printed` is what it wrote to both streams. */
  async run(text: string, options: RunOptions = {}, name = "model.ts"): Promise<RunOutcome & { file: string; printed: string }> {
    const file = this.write(name, text);
    let printed = "";
    const onOutput = (output: Output): void => {
      printed += output.text;
      options.onOutput?.(output);
    };
    const outcome = await this.runner.run(file, { ...options, onOutput });
    return { ...outcome, file, printed };
  }

  async dispose(): Promise<void> {
    await this.runner.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Processes of the runner that this process has started and that still exist. */
export function leftovers(): string[] {
  return execFileSync("ps", ["-A", "-o", "ppid=,pid=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => Number(line.trim().split(/\s+/, 1)[0]) === process.pid && /(runner|bundler)\.js/.test(line));
}
