import path from "node:path";
import { expect, test } from "vitest";
import * as engine from "../../src/engine/index.js";
import { Interpreter } from "../../src/python/interpreter.js";

const program = `import torch

def both(x):
    return [torch.neg(x), torch.abs(x)]

for i in range(3):
    both(
        torch.exp(x) if i else
        torch.sin(x) if (x := torch.ones(1)) is not None else 0)
`;

test("what an operation came from is told to its column, also where a loop asks for the same places again", { timeout: 120_000 }, async () => {
  const interpreter = await Interpreter.start({ engine, home: path.resolve(import.meta.dirname, "../../dist/python"), write: () => {} });
  interpreter.enter([import.meta.dirname], import.meta.dirname);
  const places: string[] = [];
  const before = engine.observe({
    operation({ name }) {
      const frames = interpreter.bridge.frames(2).map(({ function: calling, line, column }) => `${calling}:${line}:${column}`);
      places.push(`${name} ${frames.join(" ")}`);
    },
  });
  try {
    expect(interpreter.runFile(path.join(import.meta.dirname, "places.py"), program, "__main__")).toBeNull();
  } finally {
    engine.observe(before);
  }
  const inBoth = ["neg both:4:13 :7:5", "abs both:4:27 :7:5"];
  expect(places).toEqual(["ones :9:31", "sin :9:9", ...inBoth, "exp :8:9", ...inBoth, "exp :8:9", ...inBoth]);
});
