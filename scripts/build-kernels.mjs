// Compiles the WebAssembly kernels, once for plain SIMD and once for relaxed SIMD, into a TypeScript file that embeds both.
// Does nothing while that file is newer than everything it is made from.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const folder = fileURLToPath(new URL("../src/engine/kernels/wasm/", import.meta.url));

/** @param {string[]} features */
async function compile(features) {
  const scratch = await mkdtemp(path.join(tmpdir(), "layerscope-kernels-"));
  try {
    const outFile = path.join(scratch, "kernels.wasm");
    const enable = features.flatMap((feature) => ["--enable", feature]);
    const { error, stderr } = await asc.main([
      path.join(folder, "assembly/index.ts"),
      ...enable,
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
  const [simd, relaxedSimd] = [await compile(["simd"]), await compile(["simd", "relaxed-simd"])];
  await writeFile(
    target,
    `// Made from assembly/ by scripts/build-kernels.mjs.\nexport const simd = "${simd}";\nexport const relaxedSimd = "${relaxedSimd}";\n`,
  );
}
