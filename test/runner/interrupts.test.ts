import { afterAll, expect, test } from "vitest";
import { Workspace } from "./workspace.js";

const workspace = new Workspace();
afterAll(() => workspace.dispose());

test("every interrupt of Python code is heard, whenever it comes", async () => {
  const file = workspace.write("cells.ipynb", "{}");
  expect((await workspace.runner.startNotebook(file)).failure).toBeNull();
  const text = "print('runs', flush=True)\nwhile True:\n    pass";
  for (let number = 1; number <= 100; number++) {
    const onOutput = (): void => void setTimeout(() => workspace.runner.interrupt(file), number % 7);
    const { failure } = await workspace.runner.request(file, "runCell", { cell: { file: `cell${number}`, text }, number }, { timeLimit: 5000, onOutput });
    expect(failure?.message, `of cell ${number}`).toBe("KeyboardInterrupt");
  }
});
