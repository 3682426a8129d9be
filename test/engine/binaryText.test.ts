import { expect, test } from "vitest";
import { relaxedSimd, simd } from "../../src/engine/kernels/wasm/binaries.generated.js";
import { bytesOf } from "../../src/engine/kernels/wasm/binaryText.js";

test.each(Object.entries({ relaxedSimd, simd }))("%s is text that any file may hold, and WebAssembly", (_, binary) => {
  expect(binary.text).toMatch(/^[ !#-[\]-~]+$/);
  expect(Buffer.from(bytesOf(binary)).toString("latin1", 0, 8)).toBe("\0asm\x01\0\0\0");
});

test("every byte has its own characters", () => {
  // The first and the last that stand by themselves, then those after each of the two that do not.
  expect([...bytesOf({ first: "00", text: " |} }|~ ~h", copies: null, memoryFlagsAt: 0 })]).toEqual([0, 90, 91, 181, 182, 182 + 70]);
  expect([...bytesOf({ first: "fd20", text: " !#$B}#", copies: null, memoryFlagsAt: 0 })]).toEqual([0xfd, 0x20, 0, 1, 31, 92]);
});
