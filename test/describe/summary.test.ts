import { describe, expect, test } from "vitest";
import { formatSummary, summarize, type Summary } from "../../src/describe/summary.js";
import { textWidth } from "../../src/describe/textWidth.js";
import * as torch from "../../src/engine/index.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";

const { nn } = torch;
type Tensor = torch.Tensor;

function summaryOf(make: () => torch.nn.Module, ...inputs: unknown[]): Summary {
  const inspection = inspectHere();
  const model = make();
  if (inputs.length > 0) (model as unknown as (...inputs: unknown[]) => unknown)(...inputs);
  return summarize(snapshotOf(inspection, model));
}

/** The rows of the text, each as its cells. */
function cells(summary: Summary, depth = Infinity): string[][] {
  return tableOf(formatSummary(summary, depth)).map((line) => line.split(/\s{2,}(?=[[(\d-])/));
}

function tableOf(text: string): string[] {
  const lines = text.split("\n");
  const dividers = lines.flatMap((line, at) => (/^=+$/.test(line) ? [at] : []));
  return lines.slice(dividers[1]! + 1, dividers[2]);
}

/** The sum of a column's figures; those of frozen parameters stand in brackets. */
function sum(rows: readonly string[][], column: 3 | 4): number {
  return rows.reduce((total, row) => {
    const text = row[column]!.replace(/[(),]/g, "");
    return total + (/^\d+$/.test(text) ? Number(text) : 0);
  }, 0);
}

function expectSums(summary: Summary): void {
  const { parameters, multiplyAdds } = summary.totals;
  for (let depth = 0; depth <= Math.max(...summary.rows.map((row) => row.depth)); depth++) {
    const rows = cells(summary, depth);
    expect({ depth, parameters: sum(rows, 3), multiplyAdds: sum(rows, 4) }).toEqual({ depth, parameters, multiplyAdds: multiplyAdds ?? 0 });
  }
}

describe("what was not called", () => {
  test("has a row that says so, and its parameters are in the sum", () => {
    class Net extends nn.Module {
      used = new nn.Linear(4, 4);
      left = new nn.Sequential(new nn.Linear(4, 100), new nn.ReLU());
      override forward(x: Tensor): Tensor {
        return this.used(x);
      }
    }
    const summary = summaryOf(() => new Net(), torch.zeros(1, 4));
    expect(cells(summary)).toEqual([
      ["Net (model)", "[1, 4]", "[1, 4]", "--", "--"],
      ["├─Linear (used): 1-1", "[1, 4]", "[1, 4]", "20", "16"],
      ["├─Sequential (left): 1-2", "(not called)", "--", "--", "--"],
      ["│    └─Linear (0): 2-1", "(not called)", "--", "500", "--"],
    ]);
    expectSums(summary);
  });

  test("is told from what gives its parameters to others: attention's projection, lists and dictionaries of parameters, a weight in a function", () => {
    class Net extends nn.Module {
      attention = new nn.MultiheadAttention(8, 2);
      list = new nn.ParameterList([torch.ones(8)]);
      dict = new nn.ParameterDict({ scale: torch.ones(8) });
      lin = new nn.Linear(8, 8);
      override forward(x: Tensor): Tensor {
        const [y] = this.attention(x, x, x);
        return nn.functional.linear(y.mul(this.list[0]!).mul(this.dict.get("scale")), this.lin.weight);
      }
    }
    const summary = summaryOf(() => new Net(), torch.zeros(3, 1, 8));
    const marked = cells(summary).filter(([, input]) => input === "(used, not called)");
    expect(marked.map(([name, , , parameters]) => [name, parameters])).toEqual([
      ["│    └─NonDynamicallyQuantizableLinear (out_proj): 2-1", "72"],
      ["├─ParameterList (list): 1-2", "8"],
      ["├─ParameterDict (dict): 1-3", "8"],
      ["├─Linear (lin): 1-4", "72"],
    ]);
    expectSums(summary);
  });

  test("after a failure was not reached", () => {
    const inspection = inspectHere();
    const model = new nn.Sequential(new nn.Linear(4, 4), new nn.Linear(5, 4), new nn.Linear(4, 1));
    expect(() => model(torch.zeros(1, 4))).toThrow("cannot be multiplied");
    const summary = summarize(snapshotOf(inspection, model));
    expect(cells(summary).at(-1)).toEqual(["├─Linear (2): 1-3", "(not reached)", "--", "5", "--"]);
    expectSums(summary);
  });
});

describe("at a depth", () => {
  class Twice extends nn.Module {
    branch = new nn.Sequential(new nn.Linear(8, 4), new nn.Linear(4, 2));
    out = new nn.Linear(2, 1);
    override forward(x: Tensor, y: Tensor): Tensor {
      return this.out(this.branch(x).add(this.branch(y)));
    }
  }

  test("what is called again is not counted again", () => {
    const summary = summaryOf(() => new Twice(), torch.zeros(1, 8), torch.zeros(1, 8));
    expect(cells(summary, 1).map((row) => row[3])).toEqual(["--", "46", "(recursive)", "3"]);
    expectSums(summary);
  });

  test("a container that is not called itself has the multiply-adds of what is in it", () => {
    class Net extends nn.Module {
      layers = new nn.ModuleList([new nn.Linear(4, 8), new nn.Linear(8, 2)]);
      override forward(x: Tensor): Tensor {
        return this.layers[1]!(this.layers[0]!(x));
      }
    }
    const summary = summaryOf(() => new Net(), torch.zeros(2, 4));
    expect(cells(summary, 1)[1]).toEqual(["├─ModuleList (layers): 1-1", "--", "--", "58", "96"]);
    expect(summary.rows.map(({ multiplyAdds }) => multiplyAdds)).toEqual([96, 96, 64, 32]);
    expectSums(summary);
  });
});

test("of several outputs all are shown, or the first and how many others", () => {
  class Net extends nn.Module {
    lstm = new nn.LSTM(4, 3);
    override forward(x: Tensor): { y: Tensor; first: Tensor } {
      return { y: this.lstm(x)[0], first: x };
    }
  }
  const summary = summaryOf(() => new Net(), torch.zeros(5, 1, 4));
  expect(cells(summary).map((row) => row[2])).toEqual(["[5, 1, 3], [5, 1, 4]", "[5, 1, 3] + 2 more"]);
  expect(summary.rows[0]!.outputs).toEqual([
    { label: "y", shape: [5, 1, 3] },
    { label: "first", shape: [5, 1, 4] },
  ]);
});

describe("where shapes come from", () => {
  test("is said above the table", () => {
    const net = () => new nn.Linear(4, 2);
    expect(formatSummary(summaryOf(net), Infinity)).toMatch(/^Shapes inferred from .*\[1, 4\]\n=/);
    const recorded = summaryOf(net, torch.zeros(3, 4));
    expect(formatSummary(recorded, Infinity)).toMatch(/^Shapes recorded .*\[3, 4\]\n=/);
    expect(recorded.shapes).toMatchObject({ origin: "recorded", inputs: [{ label: "", shape: [3, 4] }] });
  });

  test("a generator, which starts from a transposed convolution, is taken to start small", () => {
    const generator = () =>
      new nn.Sequential(
        new nn.ConvTranspose2d(100, 16, 4, { stride: 1, padding: 0, bias: false }),
        new nn.BatchNorm2d(16),
        new nn.ReLU(),
        new nn.ConvTranspose2d(16, 3, 4, { stride: 2, padding: 1, bias: false }),
      );
    const summary = summaryOf(generator);
    expect(summary.shapes).toMatchObject({ origin: "inferred", inputs: [{ shape: [1, 100, 1, 1] }] });
    expect(summary.rows[0]!.outputs).toEqual([{ label: "", shape: [1, 3, 8, 8] }]);
  });
});

test("modules that no module registers are named below the table", () => {
  class Net extends nn.Module {
    layers = { head: [new nn.Linear(4, 4)] };
    out = new nn.Linear(4, 1);
    override forward(x: Tensor): Tensor {
      return this.out(this.layers.head[0]!(x));
    }
  }
  const text = formatSummary(
    summaryOf(() => new Net(), torch.zeros(1, 4)),
    Infinity,
  );
  expect(text.slice(text.lastIndexOf("==="))).toMatch(/layers\.head\[0\]\.weight.*\[not-registered\]/);
});

test("columns align under names in Chinese and with combined characters", () => {
  class 编码器 extends nn.Module {
    注意力 = new nn.Linear(4, 4);
    é = new nn.Linear(4, 4);
    override forward(x: Tensor): Tensor {
      return this.é(this.注意力(x));
    }
  }
  const lines = tableOf(
    formatSummary(
      summaryOf(() => new 编码器(), torch.zeros(1, 4)),
      Infinity,
    ),
  );
  expect(lines.map((line) => textWidth(line.slice(0, line.indexOf("[1, 4]"))))).toEqual([41, 41, 41]);
  expect([textWidth("编码器"), textWidth("e\u0301"), textWidth("└─"), textWidth("한"), textWidth("abc")]).toEqual([6, 1, 2, 2, 3]);
});

describe("rows add up to the totals at every depth", () => {
  /** Numbers in [0, 1) that a seed fixes. */
  function dice(seed: number): () => number {
    let state = seed * 7919 + 1;
    return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  }

  /** Holds parts in lists, dictionaries and fields, shared and frozen ones too, and calls some, several times, not at all, by their weights, or those of another block. */
  class Block extends nn.Module {
    [part: string]: unknown;
    list = new nn.ModuleList();
    dict = new nn.ModuleDict();
    scales = new nn.ParameterList([torch.ones(4)]);
    readonly #calls: ((x: Tensor) => Tensor)[] = [];

    constructor(roll: () => number, depth: number, known: torch.nn.Module[]) {
      super();
      for (let at = 0, count = 1 + Math.floor(roll() * 4); at < count; at++) {
        const part = this.#part(roll, depth, known);
        const place = roll();
        if (place < 0.3) this.list.append(part);
        else if (place < 0.6) this.dict.set(`part${at}`, part);
        else this[`part${at}`] = part;
        if (roll() < 0.15) part.requiresGrad_(false);
        known.push(part);
        for (let times = Math.floor(roll() * 3); times > 0; times--) this.#calls.push((x) => (part as torch.nn.ReLU)(x));
        if (part instanceof nn.Linear && roll() < 0.3) this.#calls.push((x) => nn.functional.linear(x, part.weight));
      }
      const other = known[Math.floor(roll() * known.length)]!;
      if (roll() < 0.3) this.#calls.push((x) => (other as torch.nn.ReLU)(x));
      if (roll() < 0.3) this.#calls.push((x) => x.mul(this.scales[0]!));
      if (roll() < 0.3) this.#calls.push((x) => x.matmul(torch.ones(4, 4)));
    }

    #part(roll: () => number, depth: number, known: readonly torch.nn.Module[]): torch.nn.Module {
      const kind = roll();
      if (kind < 0.15 && known.length > 0) return known[Math.floor(roll() * known.length)]!;
      if (kind < 0.5 && depth > 0) return new Block(roll, depth - 1, [...known]);
      if (kind < 0.6) return new nn.Sequential(new nn.Linear(4, 4), new nn.LayerNorm(4));
      return kind < 0.8 ? new nn.Linear(4, 4) : new nn.ReLU();
    }

    override forward(x: Tensor): Tensor {
      return this.#calls.reduce((y, call) => call(y), x);
    }
  }

  test.each(Array.from({ length: 16 }, (_, at) => at))("of generated models, part %i", (part) => {
    for (let seed = part * 4; seed < part * 4 + 4; seed++) {
      const make = () => new Block(dice(seed), 2, []);
      expectSums(summaryOf(make, torch.ones(2, 4)));
      expectSums(summarize(snapshotOf(inspectHere(), make(), false)));
    }
  });
});
