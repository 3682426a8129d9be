import { readFileSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { loadCases } from "../reference/replay.js";

/** The code of an example, without what is said of it. */
const codeOf = (file: string): string =>
  readFileSync(new URL(`../../examples/${file}`, import.meta.url), "utf8")
    .replace(/ *\/\/.*$/gm, "")
    .replace(/\n+/g, "\n");

it("the example with Chinese comments is the same code", () => {
  expect(codeOf("parameter-management.zh-cn.ts")).toBe(codeOf("parameter-management.ts"));
});

afterEach(() => vi.restoreAllMocks());

it.each(["", ".zh-cn"])("examples/parameter-management%s.ts prints what the chapter prints in PyTorch", async (language) => {
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void printed.push(`${text}\n`));
  await import(`../../examples/parameter-management${language}.ts`);
  expect(printed.join("")).toBe(
    loadCases<{ readonly output: string }>("notebook")
      .map(({ output }) => output)
      .join(""),
  );
});
