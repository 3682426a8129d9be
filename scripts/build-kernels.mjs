// Compiles the WebAssembly kernels, once for plain SIMD and once for relaxed SIMD, into a TypeScript file that embeds both.
// Does nothing while that file is newer than everything it is made from.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const folder = fileURLToPath(new URL("../src/engine/kernels/wasm/", import.meta.url));

/**
 * @param {string[]} features
 * @param {boolean} [shared] Whether the memory is one that threads share.
 */
async function compile(features, shared = false) {
  const scratch = await mkdtemp(path.join(tmpdir(), "layerscope-kernels-"));
  try {
    const outFile = path.join(scratch, "kernels.wasm");
    const enable = features.flatMap((feature) => ["--enable", feature]);
    const { error, stderr } = await asc.main([
      path.join(folder, "assembly/index.ts"),
      ...enable,
      ...(shared ? ["--enable", "threads", "--sharedMemory", "--maximumMemory", "65536"] : []),
      ...["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--use", "abort=", "--outFile", outFile],
    ]);
    if (error) throw new Error(`${error.message}\n${stderr}`);
    return (await readFile(outFile)).toString("base64");
  } finally {
    await rm(scratch, { recursive: true });
  }
}

const target = path.join(folder, "binaries.generated.ts");
const changed = async (/** @type {string} */ file) => (await stat(file).catch(() => null))?.mtimeMs ?? 0;
const sources = (await readdir(path.join(folder, "assembly"))).map((name) => path.join(folder, "assembly", name));
const lastChange = Math.max(...(await Promise.all([...sources, fileURLToPath(import.meta.url)].map(changed))));

if ((await changed(target)) < lastChange) {
  const binaries = {
    simd: await compile(["simd"]),
    relaxedSimd: await compile(["simd", "relaxed-simd"]),
    simdShared: await compile(["simd"], true),
    relaxedSimdShared: await compile(["simd", "relaxed-simd"], true),
  };
  const lines = Object.entries(binaries).map(([name, base64]) => `export const ${name} = "${base64}";\n`);
  await writeFile(target, `// Made from assembly/ by scripts/build-kernels.mjs.\n${lines.join("")}`);
}
