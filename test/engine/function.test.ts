import { describe, expect, expectTypeOf, test, vi } from "vitest";
import * as torch from "../../src/engine/index.js";
import { observe } from "../../src/engine/observer.js";

type Context = torch.autograd.FunctionContext;

class Scale extends torch.autograd.Function {
  static override forward(ctx: Context & { factor?: number }, x: torch.Tensor, factor: number): torch.Tensor {
    ctx.factor = factor;
    ctx.saveForBackward(x);
    return x.mul(factor);
  }

  static override backward(ctx: Context & { factor?: number }, gradient: torch.Tensor): [torch.Tensor, null] {
    void ctx.savedTensors;
    return [gradient.mul(ctx.factor!), null];
  }
}

/** A function with these two methods, called My. */
function my(
  backward: (ctx: Context, ...gradients: torch.Tensor[]) => unknown,
  forward: (ctx: Context, x: torch.Tensor, factor: number) => unknown = (_, x, factor) => x.mul(factor),
) {
  class My extends torch.autograd.Function {
    static override forward = forward;
    static override backward = backward as (ctx: Context, ...gradients: torch.Tensor[]) => torch.Tensor;
  }
  return My;
}

const values = (): torch.Tensor => torch.tensor([1, 2], { dtype: torch.float32, requiresGrad: true });

// Expected: what PyTorch 2.13.0 gives and says for the same functions.
describe("a function with a gradient of its own", () => {
  test("takes its gradient from backward, and prints as its own", () => {
    const x = values();
    const y = Scale.apply(x, 3);
    expectTypeOf(y).toEqualTypeOf<torch.Tensor>();
    expect(String(y)).toBe("tensor([3., 6.], grad_fn=<ScaleBackward>)");
    y.sum().backward();
    expect(String(x.grad)).toBe("tensor([3., 3.])");
  });

  test("does without a graph where no gradient is wanted", () => {
    expect(String(Scale.apply(values().detach(), 2))).toBe("tensor([2., 4.])");
    expect(String(torch.noGrad(() => Scale.apply(values(), 2)))).toBe("tensor([2., 4.])");
  });

  test("runs forward and backward unrecorded, and knows for what gradients are wanted", () => {
    const seen: unknown[] = [];
    const F = my(
      (_, gradient) => (seen.push(torch.isGradEnabled()), [gradient, null]),
      (ctx, x) => (seen.push(torch.isGradEnabled(), ctx.needsInputGrad), x.clone()),
    );
    F.apply(values(), 3);
    (F.apply(values(), 3) as torch.Tensor).sum().backward();
    expect(seen).toEqual([false, [true, false], false, [true, false], false]);
  });

  test.each<[string, unknown, string]>([
    ["too few", (g: torch.Tensor) => g, "function MyBackward returned an incorrect number of gradients (expected 2, got 1)"],
    ["too many", (g: torch.Tensor) => [g, null, g], "function MyBackward returned an incorrect number of gradients (expected 2, got 3)"],
    [
      "one for a number",
      (g: torch.Tensor) => [g, g],
      "function MyBackward returned a gradient different than None at position 2, but the corresponding forward input was not a Variable",
    ],
    [
      "one of another shape",
      () => [torch.ones(3), null],
      "Function MyBackward returned an invalid gradient at index 0 - got [3] but expected shape compatible with [2]",
    ],
    [
      "one that would have to be repeated",
      () => [torch.ones(1), null],
      "Function MyBackward returned an invalid gradient at index 0 - got [1] but expected shape compatible with [2]",
    ],
  ])("refuses gradients: %s", (_, backward, message) => {
    const y = my((_ctx, gradient) => (backward as (g: torch.Tensor) => unknown)(gradient)).apply(values(), 3) as torch.Tensor;
    expect(() => y.sum().backward()).toThrow(new torch.RuntimeError(message));
  });

  test("sums gradients that broadcast, takes them to the argument's dtype, and lets nulls that are too many pass", () => {
    const x = values();
    (my(() => [torch.ones(4, 2), null]).apply(x, 3) as torch.Tensor).sum().backward();
    (my((_, gradient) => [gradient.double(), null, null]).apply(x, 3) as torch.Tensor).sum().backward();
    (my(() => [null, null]).apply(x, 3) as torch.Tensor).sum().backward();
    expect(String(x.grad)).toBe("tensor([5., 5.])");
  });

  test("gives out whatever forward returns, tensors with the function as their maker", () => {
    const apply = (forward: (ctx: Context, x: torch.Tensor) => unknown, x = values()): unknown => my((_, g) => [g, null], forward).apply(x, 3);
    expect(apply(() => 5)).toBe(5);
    expect(apply(() => null)).toBe(null);
    const several = apply((_, x) => [x.mul(2), 5, "s"]) as unknown[];
    expect(String(several[0])).toBe("tensor([2., 4.], grad_fn=<MyBackward>)");
    expect(several.slice(1)).toEqual([5, "s"]);
    const x = values();
    expect(apply((_, same) => same, x) === x).toBe(false);
    expect(String(apply((_, same) => same, x))).toBe("tensor([1., 2.], grad_fn=<MyBackward>)");
    expect(x.gradFn).toBeNull();
    expect(String(apply((_, window) => window.select(0, 0)))).toBe("tensor(1., grad_fn=<MyBackward>)");
    expect(String(apply((_, window) => window.argmax()))).toBe("tensor(1)");
  });

  test("waits for the gradients of all results; unused ones are zeros, or null where that is wanted", () => {
    const seen: string[] = [];
    const two = (materialize: boolean) =>
      my(
        (_, g, h) => (seen.push(`${String(g)} ${String(h)}`), [g, null]),
        (ctx, x) => (ctx.setMaterializeGrads(materialize), [x.mul(2), x.mul(3).sum()]),
      );
    const x = values();
    (two(true).apply(x, 3) as torch.Tensor[])[1]!.backward();
    (two(false).apply(x, 3) as torch.Tensor[])[1]!.backward();
    const [a, b] = two(true).apply(x, 3) as torch.Tensor[];
    a!.sum().add(b!.mul(2)).backward();
    expect(seen).toEqual(["tensor([0., 0.]) tensor(1.)", "null tensor(1.)", "tensor([1., 1.]) tensor(2.)"]);
  });

  test("marks results that have no gradient", () => {
    const F = my(
      (_, g) => [g, null],
      (ctx, x) => {
        const second = x.mul(3);
        ctx.markNonDifferentiable(second);
        return [x.mul(2), second];
      },
    );
    expect((F.apply(values(), 1) as torch.Tensor[]).map(String)).toEqual(["tensor([2., 4.], grad_fn=<MyBackward>)", "tensor([3., 6.])"]);
  });

  test("may write to its argument and give that back", () => {
    const Double = my(
      (_, g) => [g.mul(2), null],
      (ctx, x) => {
        x.mul_(2);
        ctx.markDirty(x);
        return x;
      },
    );
    const x = values();
    const copy = x.clone();
    const y = Double.apply(copy, 0) as torch.Tensor;
    expect(y === copy).toBe(true);
    expect(String(y)).toBe("tensor([2., 4.], grad_fn=<MyBackward>)");
    y.sum().backward();
    expect(String(x.grad)).toBe("tensor([2., 2.])");
    expect(() => Double.apply(values(), 0)).toThrow("a leaf Variable that requires grad has been used in an in-place operation.");
    const whole = x.clone();
    Double.apply(whole.select(0, 1), 0);
    expect(String(torch.autograd.grad(whole.sum(), x)[0])).toBe("tensor([1., 2.])");
  });

  test("may take its context apart from forward", () => {
    class Times extends torch.autograd.Function {
      static override forward(x: torch.Tensor, factor: number): torch.Tensor {
        return x.mul(factor);
      }

      static setupContext(ctx: Context & { factor?: number }, [, factor]: [torch.Tensor, number], output: torch.Tensor): void {
        ctx.factor = factor;
        ctx.saveForBackward(output);
      }

      static override backward(ctx: Context & { factor?: number }, gradient: torch.Tensor): [torch.Tensor, null] {
        expect(String(ctx.savedTensors[0])).toBe("tensor([4., 8.], grad_fn=<TimesBackward>)");
        return [gradient.mul(ctx.factor!), null];
      }
    }
    const x = values();
    const y = Times.apply(x, 4);
    expectTypeOf(y).toEqualTypeOf<torch.Tensor>();
    y.sum().backward();
    expect(String(x.grad)).toBe("tensor([4., 4.])");
  });

  test("frees what it saved after backward, and notices when that was written to", () => {
    const x = values();
    const y = Scale.apply(x, 4).sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(() => y.backward()).toThrow("Trying to backward through the graph a second time");
    const copy = x.clone();
    const z = Scale.apply(copy, 3).sum();
    copy.add_(1);
    expect(() => z.backward()).toThrow(
      "one of the variables needed for gradient computation has been modified by an inplace operation: [torch.FloatTensor [2]], which is output 0 of Add, is at version 1; expected version 0 instead.",
    );
  });

  test("is differentiated again through backward", () => {
    class Exp extends torch.autograd.Function {
      static override forward(ctx: Context, x: torch.Tensor): torch.Tensor {
        ctx.saveForBackward(x);
        return x.exp();
      }

      static override backward(ctx: Context, gradient: torch.Tensor): torch.Tensor {
        return gradient.mul(ctx.savedTensors[0]!.exp());
      }
    }
    const x = values();
    const [first] = torch.autograd.grad(Exp.apply(x).sum(), x, { createGraph: true });
    expect(String(first)).toBe("tensor([2.7183, 7.3891], grad_fn=<MulBackward0>)");
    expect(String(torch.autograd.grad(first!.sum(), x)[0])).toBe("tensor([2.7183, 7.3891])");
  });

  test("leaves alone the tensors that backward gives out from elsewhere", () => {
    const kept = torch.ones(2);
    const x = values();
    for (let i = 0; i < 2; i++) (my(() => [kept, null]).apply(x, 1) as torch.Tensor).sum().backward();
    expect(String(x.grad)).toBe("tensor([2., 2.])");
    expect(String(kept)).toBe("tensor([1., 1.])");
  });

  test("says what is missing or wrong", () => {
    class NoForward extends torch.autograd.Function {}
    class NoBackward extends torch.autograd.Function {
      static override forward(_: Context, x: torch.Tensor): torch.Tensor {
        return x.mul(2);
      }
    }
    expect(() => (NoForward as unknown as typeof NoBackward).apply(values())).toThrow("You must implement the forward function for custom autograd.Function.");
    expect(() => NoBackward.apply(values()).sum().backward()).toThrow(
      "You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.",
    );
    expect(() =>
      my(
        (_, g) => g,
        (ctx, x) => (ctx.saveForBackward(5 as never), x),
      ).apply(values(), 1),
    ).toThrow("save_for_backward can only save variables, but argument 0 is of type number");
  });

  test("is one operation for whoever looks on, named after its class", () => {
    const operation = vi.fn();
    const previous = observe({ operation: ({ name }) => void operation(name) });
    try {
      Scale.apply(values(), 3);
    } finally {
      observe(previous);
    }
    expect(operation.mock.calls).toEqual([["tensor"], ["Scale"]]);
  });
});
