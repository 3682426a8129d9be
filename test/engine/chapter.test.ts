import { afterEach, expect, it, vi } from "vitest";
import { loadCases } from "../reference/replay.js";

afterEach(() => vi.restoreAllMocks());

it("examples/parameter-management.ts prints what the chapter prints in PyTorch", async () => {
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void printed.push(`${text}\n`));
  await import("../../examples/parameter-management.js");
  expect(printed.join("")).toBe(
    loadCases<{ readonly output: string }>("notebook")
      .map(({ output }) => output)
      .join(""),
  );
});
