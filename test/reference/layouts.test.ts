import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Tensor } from "../../src/engine/index.js";
import { dtype, lookup, values, withOptions, type KeywordArguments } from "./replay.js";

type Step = readonly [name: "transpose" | "permute" | "narrow" | "expand" | "t", ...args: number[]];
type Case = readonly [
  name: string,
  operands: readonly string[],
  numbers: readonly (number | string)[],
  options: KeywordArguments,
  sizes: readonly number[],
  strides: readonly number[],
];

/** Written by generateLayouts.py. */
const data = JSON.parse(readFileSync(new URL("data/layouts.json", import.meta.url), "utf8")) as {
  readonly layouts: Readonly<Record<string, readonly [sizes: readonly number[], steps: readonly Step[]]>>;
  readonly cases: readonly Case[];
};

function operand(name: string): Tensor {
  const [sizes, steps] = data.layouts[name]!;
  const start = torch
    .arange(sizes.reduce((product, size) => product * size, 1))
    .add(1)
    .div(128)
    .reshape([...sizes]);
  return steps.reduce((x, [step, ...args]) => lookup(step, x)(...args) as Tensor, start);
}

/** A dimension of size 1 steps nowhere, so that its stride says nothing. */
const text = (sizes: readonly number[], strides: readonly number[]): string =>
  `[${sizes.join(", ")}] by [${strides.map((stride, dim) => (sizes[dim] === 1 ? "any" : stride)).join(", ")}]`;

const drawn = ["rand_like", "empty_like"];

function run([name, , numbers, options]: Case, operands: readonly Tensor[]): Tensor {
  if (name === "to") return operands[0]!.to(dtype(numbers[0] as string));
  if (name === "dropout") {
    torch.manualSeed(3);
    return torch.nn.functional.dropout(operands[0]!, 0.5);
  }
  const given = name === "where" ? [operands[0]!.gt(0.05), ...operands.slice(1)] : operands;
  const [holder, own] = name.startsWith("F.") ? [torch.nn.functional, name.slice(2)] : [torch, name];
  return lookup(own, holder, torch)(...given, ...withOptions(numbers, options)) as Tensor;
}

const missing = new Set<string>();
const exists = ([name]: Case): boolean => {
  try {
    lookup(name.replace("F.", ""), torch, torch.nn.functional, torch.Tensor.prototype);
    return true;
  } catch {
    missing.add(name);
    return false;
  }
};
const byName = new Map<string, Case[]>();
for (const each of data.cases.filter(exists)) byName.set(each[0], [...(byName.get(each[0]) ?? []), each]);

describe("a result computed element by element lies in memory as PyTorch's does", () => {
  it.each([...byName])("%s", (name, cases) => {
    const wrong = cases.flatMap((each) => {
      const [, operands, numbers, options, sizes, strides] = each;
      const result = run(each, operands.map(operand));
      const found = text(result.shape, result.stride());
      const right = text(sizes, strides);
      if (!drawn.includes(name) && name !== "dropout") {
        const dense = run(
          each,
          operands.map((each) => torch.tensor(operand(each).tolist())),
        );
        // PyTorch computes numbers that lie without gaps by sixteens, and others one by one with the C library, whose last bits differ; where the error
        // function is near -1, as in GELU, by more of what is left.
        const apart = values(result).map((value, i) => Math.abs(value - values(dense)[i]!) / Math.max(Math.abs(value), 2 ** -126));
        expect(Math.max(0, ...apart.filter((each) => each === each)), `values of ${name}(${operands.join(", ")})`).toBeLessThanOrEqual(2 ** -21);
      }
      if (name === "dropout") expect(result.eq(0).tolist()).toEqual(options["zeros"]);
      return found === right ? [] : [`${name}(${[...operands, ...numbers].join(", ")}) gives ${found} for ${right}`];
    });
    expect(wrong).toEqual([]);
  });

  it("for every function that the engine has", () => {
    expect([...missing]).toEqual([]);
  });
});

describe("what follows from it", () => {
  it("a result of a transposed matrix cannot be seen as a vector, as in PyTorch", () => {
    const x = torch.rand(2, 3);
    expect(() => x.t().mul(2).view(6)).toThrow(
      "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
    );
    expect(x.t().mul(2).reshape(6).tolist()).toEqual(x.t().contiguous().mul(2).view(6).tolist());
  });

  it("contiguous() copies row by row", () => {
    expect(torch.rand(2, 3).t().contiguous().stride()).toEqual([2, 1]);
  });

  it("large results are computed as small ones", () => {
    const x = torch.rand(70, 90).t();
    const y = torch.rand(90, 70);
    expect(x.mul(y).tolist()).toEqual(x.contiguous().mul(y).tolist());
    expect(x.add(torch.ones(70)).exp().tolist()).toEqual(x.contiguous().add(torch.ones(70)).exp().tolist());
    expect(x.mul(2).stride()).toEqual([1, 90]);
  });
});
