import { expect, test } from "vitest";
import { relaxedSimd, relaxedSimdShared, simd, simdShared } from "../../src/engine/kernels/wasm/binaries.generated.js";
import { bytesOf } from "../../src/engine/kernels/wasm/binaryText.js";

test.each(Object.entries({ relaxedSimd, relaxedSimdShared, simd, simdShared }))("%s is text that any file may hold, and WebAssembly", (_, binary) => {
  expect(binary.text).toMatch(/^[ !#-[\]-~]+$/);
  expect(Buffer.from(bytesOf(binary)).toString("latin1", 0, 8)).toBe("\0asm\x01\0\0\0");
});

test("every byte has its own characters", () => {
  const order = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i)).toString("hex");
  // The first and the last that stand by themselves, then those after each of the two that do not.
  expect([...bytesOf({ order, text: " |} }|~ ~h", copies: null })]).toEqual([0, 90, 91, 181, 182, 182 + 70]);
});
