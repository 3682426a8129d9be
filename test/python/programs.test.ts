import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import * as engine from "../../src/engine/index.js";
import { Interpreter } from "../../src/python/interpreter.js";

/** What each program prints, PyTorch prints too (expected.py). They share an interpreter. */

const folder = path.resolve(import.meta.dirname, "programs");
const programs = readdirSync(folder)
  .filter((name) => name.endsWith(".py"))
  .map((name) => name.slice(0, -3));

let interpreter: Interpreter;
let printed: Buffer[] = [];

beforeAll(async () => {
  interpreter = await Interpreter.start({
    engine,
    home: path.resolve(import.meta.dirname, "../../dist/python"),
    write: (stream, bytes) => void (stream === "stdout" && printed.push(Buffer.from(bytes))),
  });
  interpreter.enter([folder], folder);
}, 300_000);

describe("prints what PyTorch prints", () => {
  test.each(programs)("%s", (name) => {
    printed = [];
    const file = path.join(folder, `${name}.py`);
    const failure = interpreter.runFile(file, readFileSync(file, "utf8"), "__main__");
    expect(failure?.traceback ?? "").toBe("");
    expect(Buffer.concat(printed).toString()).toBe(readFileSync(path.join(folder, `${name}.txt`), "utf8"));
  });
});
