// Compiles the WebAssembly kernels, once for plain SIMD and once for relaxed SIMD, into a TypeScript file that embeds both.
// Does nothing while that file is newer than everything it is made from.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import binaryen from "assemblyscript/binaryen";

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
      ...["--importMemory", "--maximumMemory", "65536"],
      ...["-O3", "--shrinkLevel", "1", "--noAssert", "--runtime", "stub", "--use", "abort=", "--outFile", outFile],
    ]);
    if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
    return readConstantsFromMemory(await readFile(outFile));
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/**
 * The constants of all binaries and where they lie, which makes these more alike.
 * @type {Map<string, number>}
 */
const addresses = new Map();

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
  // What is used most has the smallest numbers: functions of both binaries then stand in the same order.
  withData.runPasses(["reorder-locals", "reorder-functions"]);
  return withData.emitBinary();
}

/** So many bytes come first for being frequent, the others as they are numbered. */
const frequent = 60;

/**
 * The most frequent bytes, the most frequent first.
 * @param {Uint8Array[]} binaries
 */
function mostFrequent(binaries) {
  const counts = new Uint32Array(256);
  for (const binary of binaries) for (const byte of binary) counts[byte] = (counts[byte] ?? 0) + 1;
  return [...counts.keys()].sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0)).slice(0, frequent);
}

/** Fewer bytes that are alike are written again: near to what was copied last, and far from it. */
const [fewestNear, fewestAlike] = [8, 30];
const near = 40;

/**
 * What of a binary is nowhere in another one, and how many bytes of it are followed by which of the other's: the number of its own, how much further on in the
 * other than where the last ones ended, and how many, again and again.
 * @param {Uint8Array} binary
 * @param {Uint8Array} other
 */
function apartFrom(binary, other) {
  const [text, otherText] = [binary, other].map((each) => Buffer.from(each).toString("latin1"));
  /** @type {Map<string, number[]>} */
  const places = new Map();
  for (let i = 0; i + fewestAlike <= other.length; i++) {
    const key = otherText.slice(i, i + fewestAlike);
    const found = places.get(key);
    if (found === undefined) places.set(key, [i]);
    else if (found.length < 50) found.push(i);
  }
  const own = [];
  const copies = [];
  let written = 0;
  let end = 0;
  for (let i = 0; i < binary.length; ) {
    let [longest, from] = [fewestNear - 1, -1];
    const around = Array.from({ length: 2 * near }, (_, k) => end - near + k).filter((place) => place >= 0);
    for (const place of [...around, ...(places.get(text.slice(i, i + fewestAlike)) ?? [])]) {
      let length = 0;
      while (i + length < binary.length && binary[i + length] === other[place + length]) length++;
      if (length > longest || (length === longest && Math.abs(place - end) < Math.abs(from - end))) [longest, from] = [length, place];
    }
    if (from < 0) {
      own.push(binary[i++] ?? 0);
      written++;
      continue;
    }
    copies.push(written, from - end, longest);
    end = from + longest;
    written = 0;
    i += longest;
  }
  return { own: Uint8Array.from(own), copies };
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

/**
 * Where the flags of the memory stand that a binary imports: 1, it has a most.
 * @param {Uint8Array} binary
 */
function placeOfMemoryFlags(binary) {
  const found = Buffer.from(binary).indexOf("\x03env\x06memory\x02\x01", 0, "latin1");
  if (found < 0) throw new Error("the kernels import no memory that has a most");
  return found + 12;
}

const target = path.join(folder, "binaries.generated.ts");
const changed = async (/** @type {string} */ file) => (await stat(file).catch(() => null))?.mtimeMs ?? 0;
const sources = (await readdir(path.join(folder, "assembly"))).map((name) => path.join(folder, "assembly", name));
const lastChange = Math.max(...(await Promise.all([...sources, fileURLToPath(import.meta.url)].map(changed))));

if ((await changed(target)) < lastChange) {
  const [relaxedSimd, simd] = [await compile(["simd", "relaxed-simd"]), await compile(["simd"])];
  const first = mostFrequent([relaxedSimd, simd]);
  const order = [...new Set([...first, ...Array(256).keys()])];
  const { own, copies } = apartFrom(simd, relaxedSimd);
  const written = (/** @type {Uint8Array} */ binary, /** @type {Uint8Array} */ own, /** @type {string} */ copies) =>
    `{ first, text: "${asText(own, order)}", copies: ${copies}, memoryFlagsAt: ${placeOfMemoryFlags(binary)} };\n`;
  await writeFile(
    target,
    `// Made from assembly/ by scripts/build-kernels.mjs.
import type { BinaryText } from "./binaryText.js";

const first = "${Buffer.from(first).toString("hex")}";
export const relaxedSimd: BinaryText = ${written(relaxedSimd, relaxedSimd, "null")}
export const simd: BinaryText = ${written(simd, own, `{ of: relaxedSimd, runs: [${copies.join()}] }`)}`,
  );
}
