import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const script = pathToFileURL(path.resolve(import.meta.dirname, "../../scripts/alone.mjs")).href;

test("what installs something does so in one process at a time, also after one that left without a word", async () => {
  const name = `trial-${process.pid}`;
  const lock = path.join(tmpdir(), `layerscope-installs-${name}`);
  const log = `${lock}.log`;
  const program = `
    import { appendFileSync } from "node:fs";
    import { alone } from ${JSON.stringify(script)};
    alone(${JSON.stringify(name)}, () => {
      appendFileSync(${JSON.stringify(log)}, "begins ");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      appendFileSync(${JSON.stringify(log)}, "ends ");
    });`;
  const ended = spawn(process.execPath, ["--eval", ""]);
  await new Promise((resolve) => ended.once("close", resolve));
  writeFileSync(lock, String(ended.pid));
  writeFileSync(log, "");
  try {
    const status = () =>
      new Promise((resolve) => spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: "inherit" }).once("close", resolve));
    expect(await status()).toBe(0);
    expect(await Promise.all([status(), status()])).toEqual([0, 0]);
    expect(readFileSync(log, "utf8")).toBe("begins ends ".repeat(3));
    expect(existsSync(lock)).toBe(false);
  } finally {
    rmSync(log, { force: true });
    rmSync(lock, { force: true });
  }
});
