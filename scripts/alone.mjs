import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Milliseconds between two looks whether the other is done. */
const patience = 200;

/**
 * Runs what installs something in one process of this machine at a time: who comes meanwhile waits. What a process that is gone began is begun anew.
 * @template T
 * @param {string} name Of what is installed.
 * @param {() => T} install
 * @returns {T}
 */
export function alone(name, install) {
  const lock = path.join(tmpdir(), `layerscope-installs-${name}`);
  while (!take(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, patience);
  try {
    return install();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock */
function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    if (isLeft(lock)) rmSync(lock, { force: true });
    return false;
  }
}

/** @param {string} lock */
function isLeft(lock) {
  try {
    const holder = Number(readFileSync(lock, "utf8"));
    // Empty for as long as it is being written.
    if (holder > 0) process.kill(holder, 0);
    return false;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "ESRCH";
  }
}
