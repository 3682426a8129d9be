import type path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { parseStack } from "../../src/inspect/callFrames.js";
import { isInPackages, isWithin } from "../../src/runner/folders.js";
import { lineStartsOf } from "../../src/runner/lineStarts.js";
import { canonicalPath, isWorkspaceSource } from "../../src/runner/paths.js";
import { BundleSourceMap } from "../../src/runner/sourceMap.js";

/** What the runner makes of paths and texts as Windows has them, wherever this runs. */
vi.mock("node:path", async (original) => {
  const { win32 } = await original<typeof path>();
  // The current folder is of this system, and no concern of theirs.
  const windows = { ...win32, resolve: (...parts: string[]) => win32.resolve("C:\\work", ...parts) };
  return { ...windows, default: windows };
});

describe("paths", () => {
  test("have one spelling: drive letters in upper case, backslashes, no dots", () => {
    expect(canonicalPath("c:\\work\\net.ts")).toBe("C:\\work\\net.ts");
    expect(canonicalPath("C:/work/../work/net.ts")).toBe("C:\\work\\net.ts");
    expect(canonicalPath("\\\\server\\share\\net.ts")).toBe("\\\\server\\share\\net.ts");
  });

  test("lie in a folder whatever their case, and never in one of another drive", () => {
    expect(isWithin("C:\\Work", "c:\\work\\data\\a.txt")).toBe(true);
    expect(isWithin("C:\\work", "C:\\work")).toBe(true);
    expect(isWithin("C:\\work", "D:\\work\\a.txt")).toBe(false);
    expect(isWithin("C:\\work", "C:\\work2\\a.txt")).toBe(false);
    expect(isWithin("C:\\work", "C:\\work\\..\\secret.txt")).toBe(false);
    expect(isWithin("C:\\work", "C:\\work\\..data\\a.txt")).toBe(true);
    expect(isWithin("\\\\server\\share", "\\\\server\\other\\a.txt")).toBe(false);
  });

  test("of packages are told from the user's own", () => {
    expect(isInPackages("C:\\work\\node_modules\\left\\index.js")).toBe(true);
    expect(isWorkspaceSource("C:\\work\\node_modules\\left\\index.js")).toBe(false);
    expect(isWorkspaceSource("C:\\work\\my node_modules\\net.ts")).toBe(true);
    expect(isWorkspaceSource("C:\\work\\net.txt")).toBe(false);
  });
});

describe("calls in errors", () => {
  test("have drive letters, in URLs and in what CommonJS has loaded", () => {
    const stack = `Error: no
    at forward (file:///C:/Users/J%20D/AppData/Local/Temp/layerscope-x/model.mjs:12:34)
    at C:\\work\\loaded.cjs:3:7
    at new Net (d:\\other drive\\net.cjs:4:5)`;
    expect(parseStack(stack)).toEqual([
      { function: "forward", url: "file:///C:/Users/J%20D/AppData/Local/Temp/layerscope-x/model.mjs", line: 12, column: 34 },
      { function: "", url: "C:\\work\\loaded.cjs", line: 3, column: 7 },
      { function: "new Net", url: "d:\\other drive\\net.cjs", line: 4, column: 5 },
    ]);
  });

  // One line of the bundle for each source, from its second line (the first is the runner's).
  test.each([
    ["beside the file", "net.ts", "C:\\work\\models\\net.ts"],
    ["above it", "../parts/layer.ts", "C:\\work\\parts\\layer.ts"],
    ["on another drive", "D:/parts/layer.ts", "D:\\parts\\layer.ts"],
    ["with names that a URL has to spell otherwise", "gr%C3%B6%C3%9Fe%20%23100%25.ts", "C:\\work\\models\\größe #100%.ts"],
  ])("are led back to sources %s", (_where, source, file) => {
    const url = "file:///C:/Temp/layerscope-x/model.mjs";
    const sourceMap = JSON.stringify({ version: 3, sources: [source], names: [], mappings: "AACA" });
    const map = new BundleSourceMap(
      { code: "f();", sourceMap, entry: "C:\\work\\models\\net.ts", engineUrl: "file:///C:/ext/engine/index.js", lineStarts: {} },
      url,
    );
    expect(map.locate({ function: "", url, line: 1, column: 1 })).toEqual({ file, line: 1, column: 1 });
  });
});

test("line ends of Windows shift no line", () => {
  expect(lineStartsOf("a;\r\nb;\r\nc;\r\n")).toBeNull();
});
