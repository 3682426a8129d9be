import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import * as engine from "../../src/engine/index.js";
import { Interpreter } from "../../src/python/interpreter.js";

/** What each cell of a notebook shows, IPython shows too (shown/shown.py). The cells share a namespace, as those of a notebook do. */

const folder = path.resolve(import.meta.dirname, "shown");
const cells = JSON.parse(readFileSync(path.join(folder, "shown.json"), "utf8")) as readonly { readonly cell: string; readonly shows: string }[];
const shown: string[] = [];

beforeAll(async () => {
  let printed: Buffer[] = [];
  const interpreter = await Interpreter.start({
    engine,
    home: path.resolve(import.meta.dirname, "../../dist/python"),
    write: (stream, bytes) => void (stream === "stdout" && printed.push(Buffer.from(bytes))),
  });
  interpreter.enter([folder], folder);
  interpreter.begin(path.join(folder, "shown.ipynb"));
  for (const [at, { cell }] of cells.entries()) {
    printed = [];
    const failure = interpreter.runCell({ file: path.join(folder, `shown.ipynb#${at + 1}`), text: cell }, at + 1);
    shown.push(
      failure?.traceback ??
        Buffer.concat(printed)
          .toString()
          .replace(/0x[0-9a-f]+/g, "0x..."),
    );
  }
}, 300_000);

describe("a cell shows what IPython shows", () => {
  test.each(cells.map(({ cell, shows }, at) => ({ at, cell, shows })))("$at: $cell", ({ at, shows }) => {
    expect(shown[at]).toBe(shows);
  });
});
