import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { Restoring } from "../../src/inspect/restoring.js";

const { nn } = torch;

test("what is stopped leaves no hook on a parameter, and those of the code stay", () => {
  const net = new nn.Linear(3, 2);
  const x = torch.ones(4, 3);
  let told = 0;
  net.weight.registerHook(() => void told++);
  net(x).sum().backward();
  const restoring = new Restoring(torch);
  restoring.preserved(net);
  for (const parameter of net.parameters()) {
    parameter.registerHook((gradient) => torch.zerosLike(gradient));
    parameter.registerPostAccumulateGradHook(() => void (told = 100));
  }
  // As whoever ends the code in the middle of a pass, which then runs no `finally`.
  restoring.restoreAll();
  net.zeroGrad();
  net(x).sum().backward();
  expect([net.weight.grad!.tolist(), net.bias.grad!.tolist(), told]).toEqual([
    [
      [4, 4, 4],
      [4, 4, 4],
    ],
    [4, 4],
    2,
  ]);
});
