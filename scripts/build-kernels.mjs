// Compiles the WebAssembly kernels, once for plain SIMD and once for relaxed SIMD, into a TypeScript file that embeds both.
// Does nothing while that file is newer than everything it is made from.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import binaryen from "assemblyscript/binaryen";

const folder = fileURLToPath(new URL("../src/engine/kernels/wasm/", import.meta.url));

/**
 * @param {"index" | "shared"} entry
 * @param {string[]} features
 */
async function compile(entry, features) {
  const scratch = await mkdtemp(path.join(tmpdir(), "layerscope-kernels-"));
  try {
    const outFile = path.join(scratch, "kernels.wasm");
    const enable = features.flatMap((feature) => ["--enable", feature]);
    const { error, stderr } = await asc.main([
      path.join(folder, `assembly/${entry}.ts`),
      ...enable,
      ...(entry === "shared" ? ["--enable", "threads", "--sharedMemory", "--maximumMemory", "65536"] : []),
      ...["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--use", "abort=", "--outFile", outFile],
    ]);
    if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
    return readConstantsFromMemory(await readFile(outFile));
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** Where constants lie: behind what the threads keep at the start of their memory (threads.ts), in front of what the kernels are given. */
const constants = { from: 256, to: 1024 };

/**
 * Has vector constants read from memory. V8 makes a constant anew wherever it is used, in loops too, which takes three instructions that wait for
 * the same unit; reading it takes one. Zero, a single instruction already, stays.
 * @param {Uint8Array} binary
 */
function readConstantsFromMemory(binary) {
  const module = binaryen.readBinary(binary);
  module.setFeatures(binaryen.Features.All);
  /** @type {Map<string, number>} */
  const addresses = new Map();
  const text = module.emitText().replace(/\(v128\.const i32x4 (0x\w{8}) \1 \1 \1\)/g, (/** @type {string} */ constant, /** @type {string} */ value) => {
    if (Number(value) === 0) return constant;
    if (!addresses.has(value)) addresses.set(value, constants.from + 4 * addresses.size);
    return `(v128.load32_splat offset=${addresses.get(value)} (i32.const 0))`;
  });
  if (constants.from + 4 * addresses.size > constants.to) throw new Error("more constants than there is room for");
  const bytes = [...addresses.keys()].flatMap(
    (value) =>
      value
        .slice(2)
        .match(/../g)
        ?.reverse()
        .map((byte) => `\\${byte}`) ?? [],
  );
  const withData = binaryen.parseText(text.replace(/\)\s*$/, `(data (i32.const ${constants.from}) "${bytes.join("")}"))`));
  withData.setFeatures(binaryen.Features.All);
  return withData.emitBinary();
}

/**
 * All bytes, the most frequent first.
 * @param {Uint8Array[]} binaries
 */
function byFrequency(binaries) {
  const counts = new Uint32Array(256);
  for (const binary of binaries) for (const byte of binary) counts[byte] = (counts[byte] ?? 0) + 1;
  return [...counts.keys()].sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0));
}

/**
 * As src/engine/kernels/wasm/binaryText.ts reads it.
 * @param {Uint8Array} binary
 * @param {number[]} order
 */
function asText(binary, order) {
  const characters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((each) => each !== '"' && each !== "\\");
  const singles = 91;
  const codes = new Map(order.map((byte, i) => [byte, (i < singles ? "" : characters[singles + Math.floor(i / singles) - 1]) + `${characters[i % singles]}`]));
  return [...binary].map((byte) => codes.get(byte)).join("");
}

const target = path.join(folder, "binaries.generated.ts");
const changed = async (/** @type {string} */ file) => (await stat(file).catch(() => null))?.mtimeMs ?? 0;
const sources = (await readdir(path.join(folder, "assembly"))).map((name) => path.join(folder, "assembly", name));
const lastChange = Math.max(...(await Promise.all([...sources, fileURLToPath(import.meta.url)].map(changed))));

if ((await changed(target)) < lastChange) {
  const binaries = {
    simd: await compile("index", ["simd"]),
    relaxedSimd: await compile("index", ["simd", "relaxed-simd"]),
    simdShared: await compile("shared", ["simd"]),
    relaxedSimdShared: await compile("shared", ["simd", "relaxed-simd"]),
  };
  const order = byFrequency(Object.values(binaries));
  const lines = Object.entries(binaries).map(([name, binary]) => `export const ${name}: BinaryText = { order, text: "${asText(binary, order)}" };\n`);
  const orderLine = `const order = "${Buffer.from(order).toString("hex")}";\n`;
  const heading = '// Made from assembly/ by scripts/build-kernels.mjs.\nimport type { BinaryText } from "./binaryText.js";\n\n';
  await writeFile(target, heading + orderLine + lines.join(""));
}
