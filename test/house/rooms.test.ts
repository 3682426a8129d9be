import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { describe, expect, it } from "vitest";
import { cyclesAmong, importsOf, sourcesIn, type Import } from "./imports.js";
import { floors, rooms } from "./rooms.js";

const files = [...sourcesIn("src"), ...sourcesIn("webview")].filter((file) => !file.startsWith("src/engine/kernels/wasm/assembly/"));
const imports = importsOf(files);

const isIn = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);
const roomOf = (file: string): string | undefined => Object.keys(rooms).find((room) => isIn(file, room));

/** One line for each import that is not allowed: where it stands, what it wants, what would be allowed. */
const refused = (reason: (each: Import) => string | null): string[] =>
  imports.flatMap((each) => {
    const allowed = reason(each);
    return allowed === null ? [] : [`${each.file}:${each.line} imports "${each.specifier}"; ${allowed}`];
  });

it("finds the imports of every kind", () => {
  expect(files.length).toBeGreaterThan(300);
  const kinds = importsOf(["test/house/samples/kinds.ts", "test/house/samples/other.ts"]).sort((a, b) => a.line - b.line);
  expect(kinds.map(({ line }) => line)).toEqual([1, 2, 3, 4, 6, 11, 12]);
  expect(new Set(kinds.map(({ target }) => target))).toEqual(new Set(["test/house/samples/other.ts"]));
});

describe("rooms", () => {
  it("every source stands in one", () => {
    expect(files.filter((file) => roomOf(file) === undefined)).toEqual([]);
  });

  it("import from the rooms that they know", () => {
    const strangers = refused(({ file, target }) => {
      if (target === null) return null;
      const room = roomOf(file)!;
      const { knows, doors = [] } = rooms[room]!;
      if ([room, ...knows, ...doors].some((known) => isIn(target, known))) return null;
      return `${room} knows ${[...knows, ...doors].join(", ") || "no other room"}`;
    });
    expect(strangers).toEqual([]);
  });

  it("import no Node and no VS Code where they run without", () => {
    const strangers = refused(({ file, specifier }) => {
      const room = roomOf(file)!;
      const { needs } = rooms[room]!;
      if (specifier === "vscode") return needs === "vscode" ? null : `${room} runs without VS Code`;
      const isNode = specifier.startsWith("node:") || builtinModules.includes(specifier);
      return isNode && needs === undefined ? `${room} runs in a browser too, without Node` : null;
    });
    expect(strangers).toEqual([]);
  });

  it("are known to README as they are here", () => {
    const cells = readFileSync("README.md", "utf8").matchAll(/^\| `([\w/]+)` +\|[^|]*\| ([^|]*)\|$/gm);
    const told = new Map([...cells].map(([, room, knows]) => [room!, knows!.trim()]));
    const written = ({ knows, doors }: (typeof rooms)[string]): string =>
      [...knows.map((room) => room.replace("src/", "")), ...(doors === undefined ? [] : ["how to start a runner"])].join(", ") || "nothing of ours";
    expect(told).toEqual(new Map(Object.entries(rooms).map(([name, room]) => [name, written(room)])));
  });
});

describe("the engine", () => {
  const engine = "src/engine/";
  /** The number of a file's floor: of the longest name that fits. */
  const floorOf = (file: string): number => {
    const names = floors.flatMap((floor, number) => floor.filter((name) => isIn(file, engine + name)).map((name) => ({ name, number })));
    return names.sort((a, b) => b.name.length - a.name.length)[0]?.number ?? -1;
  };

  it("has a floor for every file", () => {
    const homeless = files.filter((file) => file.startsWith(engine) && floorOf(file) < 0);
    expect(homeless.map((file) => `${file} stands on no floor: name it, or its folder, in test/house/rooms.ts`)).toEqual([]);
  });

  it("imports nothing but its own files", () => {
    expect(refused(({ file, target }) => (file.startsWith(engine) && target === null ? "the engine has no dependencies" : null))).toEqual([]);
  });

  it("imports downwards", () => {
    const upwards = refused(({ file, target }) => {
      if (!file.startsWith(engine) || target === null || floorOf(file) < 0 || floorOf(target) <= floorOf(file)) return null;
      const allowed = floors.slice(0, floorOf(file) + 1).flat();
      return `beneath or beside it are ${allowed.join(", ")}`;
    });
    expect(upwards).toEqual([]);
  });
});

it("no file imports itself by way of others", () => {
  const others = imports.filter(({ file, target }) => target !== file);
  expect(cyclesAmong(others).map((cycle) => cycle.join(" -> "))).toEqual([]);
});
