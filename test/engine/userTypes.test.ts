import * as torch from "layerscope";
import { expect, expectTypeOf, test } from "vitest";

/** What users write must compile: the checks of this file are those of the type checker. */

const { nn } = torch;
const x = torch.ones(2, 4);

test("a class may extend Sequential without saying its modules", () => {
  class Block extends nn.Sequential {
    constructor(width: number) {
      super(new nn.Linear(width, width), new nn.ReLU());
    }
  }
  expect(new Block(4)(x).shape.numel()).toBe(8);
});

test("a field, a parameter and an element of type nn.Module can be called", () => {
  class Wrapper extends nn.Module {
    layers: torch.nn.Module[] = [];
    constructor(readonly inner: torch.nn.Module) {
      super();
    }
    override forward(input: torch.Tensor): torch.Tensor {
      let y: torch.Tensor = this.inner(input);
      for (const layer of this.layers) y = layer(y);
      return y;
    }
  }
  const run = (module: torch.nn.Module): torch.Tensor => module<torch.Tensor>(x);
  expect([new Wrapper(new nn.Linear(4, 3))(x), run(new nn.Tanh())].map((y) => y.shape.numel())).toEqual([6, 8]);
  expectTypeOf(new Wrapper(new nn.ReLU())).parameters.toEqualTypeOf<[input: torch.Tensor]>();
});

test("what does not fit is still refused", () => {
  const layer = new nn.Linear(4, 4);
  // @ts-expect-error a Linear takes a tensor
  expect(() => layer("text")).toThrow();
});
