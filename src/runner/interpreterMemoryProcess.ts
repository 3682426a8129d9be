/** The process that makes the file of InterpreterMemory. It runs no code of the user's, and leaves the processor to who needs it. */
import { setPriority } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findPyodide } from "../python/interpreter.js";
import { makeSnapshot } from "../python/memorySnapshot.js";

const { file } = JSON.parse(process.argv[2]!) as { readonly file: string };
try {
  setPriority(10);
} catch {
  // Not everywhere may a process do that.
}
const home = join(fileURLToPath(new URL(".", import.meta.url)), "python");
await makeSnapshot(findPyodide(home), home, file);
