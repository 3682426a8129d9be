import { beforeEach, describe, expect, test } from "vitest";
import { operationText, writeStepArguments } from "../../src/describe/arguments.js";
import * as torch from "../../src/engine/index.js";
import type { Inspection } from "../../src/inspect/index.js";
import { flowOf, inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;
type Tensor = torch.Tensor;

let inspection: Inspection;
beforeEach(() => {
  inspection = inspectHere();
  torch.manualSeed(0);
});

describe("the data flow of a pass", () => {
  test("follows modules and operations, residual additions included", () => {
    class Block extends nn.Module {
      fc = new nn.Linear(4, 4);
      override forward(x: Tensor): Tensor {
        return x.add(this.fc(x).relu());
      }
    }
    const block = new Block();
    block(torch.rand(2, 4));
    const snapshot = snapshotOf(inspection, block);
    expect(flowOf(snapshot)).toEqual(["0 [] <- input", "1 [fc] <- input", "2 linear <- input fc.weight fc.bias", "3 relu <- 2", "4 add <- input 3"]);
    expect(snapshot.trace!.values[snapshot.trace!.outputs[0]!.value]!.source).toEqual({ kind: "step", step: 4 });
    expect(snapshot.trace!.steps.map(({ parent }) => parent)).toEqual([null, 0, 1, 0, 0]);
  });

  test("knows by its name what forward assigns anew: a buffer, a parameter", () => {
    class Net extends nn.Module {
      declare mean: Tensor;
      weight = new nn.Parameter(torch.ones(3));
      constructor() {
        super();
        this.registerBuffer("mean", torch.zeros(3));
      }
      override forward(x: Tensor): Tensor {
        this.mean = this.mean.mul(0.9);
        const scaled = x.mul(this.weight);
        this.weight = new nn.Parameter(torch.zeros(3));
        return scaled.add(this.mean);
      }
    }
    const net = new Net();
    net(torch.rand(2, 3));
    const flow = flowOf(snapshotOf(inspection, net));
    expect(flow).toContain("1 mul <- mean");
    expect(flow).toContain("2 mul <- input weight");
    expect(flow.at(-1)).toMatch(/^\d+ add <- 2 1$/);
  });

  test("calls a product as the code does, of whatever ranks", () => {
    const shapes: [number[], number[]][] = [
      [[3], [3]],
      [[2, 3], [3]],
      [[3], [3, 2]],
      [
        [2, 3],
        [3, 2],
      ],
      [
        [4, 2, 3],
        [4, 3, 2],
      ],
      [
        [5, 4, 2, 3],
        [3, 2],
      ],
      [
        [2, 3],
        [4, 3, 2],
      ],
    ];
    class Products extends nn.Module {
      override forward(x: Tensor): void {
        for (const [a, b] of shapes) torch.matmul(torch.ones(...a), torch.ones(...b));
        torch.mm(x, x);
        torch.bmm(x.unsqueeze(0), x.unsqueeze(0));
      }
    }
    const products = new Products();
    products(torch.rand(2, 2));
    const { steps } = snapshotOf(inspection, products).trace!;
    const named = steps.flatMap((step) => (step.kind === "operation" && step.multiplyAdds > 0 ? [`${step.name} ${step.multiplyAdds}`] : []));
    expect(named).toEqual(["matmul 3", "matmul 6", "matmul 6", "matmul 12", "matmul 48", "matmul 240", "matmul 48", "mm 8", "bmm 8"]);
    class Failing extends nn.Module {
      override forward(x: Tensor): Tensor {
        return x.matmul(x);
      }
    }
    const failing = new Failing();
    expect(() => failing(torch.rand(2, 3))).toThrow("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)");
    const { steps: failed, failure } = snapshotOf(inspection, failing).trace!;
    expect(failed[failure!.step]).toMatchObject({ kind: "operation", name: "matmul" });
  });

  test("a function of the code's own counts what it computes, and lengths lead to the loss that takes them", () => {
    class OurProduct extends torch.autograd.Function {
      static override forward(_ctx: unknown, x: Tensor, y: Tensor): Tensor {
        return x.matmul(y);
      }
    }
    class Net extends nn.Module {
      override forward(x: Tensor, targets: Tensor, lengths: Tensor): Tensor {
        const scores = OurProduct.apply(x, torch.ones(3, 5)).logSoftmax(-1).unsqueeze(1);
        return nn.functional.ctcLoss(scores, targets, torch.full([1], 4), lengths);
      }
    }
    const net = new Net();
    net(torch.rand(4, 3), torch.tensor([[1, 2]]), torch.tensor([2]));
    const snapshot = snapshotOf(inspection, net);
    expect(snapshot.totals.multiplyAdds).toBe(60);
    const steps = snapshot.trace!.steps.flatMap((step) => (step.kind === "operation" ? [step] : []));
    const product = steps.find(({ multiplyAdds }) => multiplyAdds > 0);
    expect(["typescript", "python"].map((language) => operationText(product!.name, language as "python"))).toEqual(["OurProduct", "OurProduct"]);
    expect(steps.find(({ name }) => `${name}`.startsWith("ctc"))!.inputs).toHaveLength(4);
  });

  test("packs and pads sequences in one step each, from their lengths", () => {
    class Packed extends nn.Module {
      override forward(x: Tensor, lengths: Tensor): Tensor {
        const { packPaddedSequence, padPackedSequence, packSequence } = nn.utils.rnn;
        const [padded] = padPackedSequence(packPaddedSequence(x, lengths, { enforceSorted: false }));
        packSequence([x.select(1, 0), x.select(1, 1)]);
        return padded;
      }
    }
    const packed = new Packed();
    packed(torch.rand(4, 2, 3), torch.tensor([2, 4]));
    const flow = flowOf(snapshotOf(inspection, packed)).filter((line) => !line.includes("select"));
    expect(flow.slice(1)).toEqual([
      expect.stringMatching(/^1 packPaddedSequence <- input input/),
      expect.stringMatching(/^2 padPackedSequence <- 1/),
      expect.stringMatching(/^\d+ packSequence <- \d+ \d+$/),
    ]);
  });

  test("sees what batch normalization writes into its running statistics, and what a function of nn.init fills", () => {
    class Net extends nn.Module {
      norm = new nn.BatchNorm1d(3);
      scale = torch.zeros(3);
      override forward(x: Tensor): Tensor {
        const normal = this.norm(x);
        nn.init.ones_(this.scale);
        return normal.mul(this.scale).add(this.norm.runningMean!);
      }
    }
    const net = new Net();
    net(torch.rand(4, 3));
    const { steps } = snapshotOf(inspection, net).trace!;
    const flow = flowOf(snapshotOf(inspection, net));
    const at = (name: string) => steps.findIndex((step) => step.kind === "operation" && `${step.name}` === name);
    const norm = steps[at("batchNorm")];
    expect(norm).toMatchObject({ writes: [{ operand: 3 }, { operand: 4 }], outputs: [{}] });
    expect(flow[at("mul")]).toBe(`${at("mul")} mul <- ${at("batchNorm")} ${at("ones_")}`);
    expect(flow[at("add")]).toBe(`${at("add")} add <- ${at("mul")} ${at("batchNorm")}`);
    net.eval();
    net(torch.rand(5, 3));
  });

  test("says which part of a tensor goes where, and what is a view of it", () => {
    class Net extends nn.Module {
      override forward(x: Tensor): Tensor {
        const [a, b] = x.chunk(2, 1) as [Tensor, Tensor];
        return torch.cat([a.at(0, torch.slice(1)), b.select(0, 1).narrow(0, 0, 1), x.t().reshape(-1)]);
      }
    }
    const net = new Net();
    net(torch.rand(2, 4));
    const { steps } = snapshotOf(inspection, net).trace!;
    const facts = steps.flatMap((step) => (step.kind === "operation" ? [[`${step.name}`, step.effect, step.view, step.parts ?? null]] : []));
    expect(facts).toEqual([
      [
        "chunk",
        "part",
        true,
        [
          { index: "[:, :2]", piece: { number: 1, of: 2 } },
          { index: "[:, 2:]", piece: { number: 2, of: 2 } },
        ],
      ],
      ["at", "part", true, [{ index: "[0, 1:]" }]],
      ["select", "part", true, [{ index: "[1]" }]],
      ["narrow", "part", true, [{ index: "[:1]" }]],
      ["t", "view", true, null],
      ["reshape", "view", false, null],
      ["cat", "computes", false, null],
    ]);
  });

  test.each<[string, (x: Tensor, dim: number) => Tensor, string]>([
    ["select", (x, dim) => x.select(dim, 1), "[:, :, 1]"],
    ["select from the end", (x, dim) => x.select(dim, -1), "[:, :, 3]"],
    ["narrow", (x, dim) => x.narrow(dim, 1, 2), "[:, :, 1:3]"],
    ["narrow from the end", (x, dim) => x.narrow(dim, -3, 3), "[:, :, 1:]"],
    ["chunk", (x, dim) => x.chunk(2, dim)[0]!, "[:, :, :2]"],
    ["split", (x, dim) => x.split([1, 3], dim)[0]!, "[:, :, :1]"],
    ["tensorSplit", (x, dim) => torch.tensorSplit(x, 2, dim)[0]!, "[:, :, :2]"],
    ["unbind", (x, dim) => x.unbind(dim)[0]!, "[:, :, 0]"],
  ])("names the same part whichever end a dimension counts from: %s", (_, take, index) => {
    for (const dim of [2, -1]) {
      class Net extends nn.Module {
        override forward(x: Tensor): Tensor {
          return take(x, dim);
        }
      }
      const net = new Net();
      net(torch.rand(2, 3, 4));
      const step = snapshotOf(inspection, net).trace!.steps[1];
      expect(step?.kind === "operation" && step.parts?.[0]?.index, `dim ${dim}`).toBe(index);
    }
  });

  test("follows both results of an operation that picks elements", () => {
    class Net extends nn.Module {
      override forward(x: Tensor): Tensor {
        const { values, indices } = x.topk(2);
        return values.mul(indices);
      }
    }
    const net = new Net();
    net(torch.rand(2, 4));
    expect(flowOf(snapshotOf(inspection, net))).toEqual(["0 [] <- input", "1 topk <- input", "2 mul <- 1 1"]);
  });

  test("takes a new value for each in-place write, also through views and behind detach", () => {
    class Net extends nn.Module {
      override forward(x: Tensor): Tensor {
        const h = x.mul(2);
        h.select(0, 0).add_(1);
        const detached = h.detach();
        return detached.add(h);
      }
    }
    const net = new Net();
    net(torch.rand(2, 4));
    expect(flowOf(snapshotOf(inspection, net))).toEqual(["0 [] <- input", "1 mul <- input", "2 select <- 1", "3 add_ <- 2", "4 add <- 3 3"]);
  });

  test("strings writes to parts of a tensor together, so that the last stands for all", () => {
    class Net extends nn.Module {
      override forward(x: Tensor): Tensor {
        const out = torch.zeros(2, 4);
        const [first, second] = [out.select(0, 0), out.select(0, 1)];
        first.copy_(x.select(0, 0));
        second.copy_(x.select(0, 1));
        return out.relu();
      }
    }
    const net = new Net();
    net(torch.rand(2, 4));
    expect(flowOf(snapshotOf(inspection, net)).filter((line) => /copy_|relu/.test(line))).toEqual(["5 copy_ <- 2 4", "7 copy_ <- 5 6", "8 relu <- 7"]);
  });

  test("leaves what a write does not touch alone", () => {
    class Net extends nn.Module {
      override forward(x: Tensor): Tensor {
        const h = x.mul(2);
        const [first, second] = [h.select(0, 0), h.select(0, 1)];
        first.add_(1);
        return second.mul(3);
      }
    }
    const net = new Net();
    net(torch.rand(2, 4));
    expect(flowOf(snapshotOf(inspection, net)).at(-1)).toBe("5 mul <- 3");
  });

  test("passes through modules that change nothing", () => {
    const net = new nn.Sequential(new nn.Linear(4, 4), new nn.Dropout(0.5), new nn.Identity(), new nn.Linear(4, 2)).eval();
    net(torch.rand(2, 4));
    const flow = flowOf(snapshotOf(inspection, net));
    const at = (path: string): number => flow.findIndex((line) => line.includes(`[${path}]`));
    expect(flow[at("2")]).toBe(`${at("2")} [2] <- ${flow[at("1") + 1]!.includes("dropout") ? at("1") + 1 : at("1")}`);
    expect(flow[at("3")]).toBe(`${at("3")} [3] <- ${at("2")}`);
  });

  test("does not take a bypassed value for one that went through", () => {
    class Net extends nn.Module {
      inner = new nn.Sequential(new nn.Identity(), new nn.Linear(4, 4));
      override forward(x: Tensor): Tensor {
        return x.add(this.inner(x));
      }
    }
    const net = new Net();
    net(torch.rand(2, 4));
    const flow = flowOf(snapshotOf(inspection, net));
    expect(flow.at(-1)).toMatch(/^\d+ add <- input \d+$/);
  });

  test("tells what went through a module that changes nothing from what went past it", () => {
    class Net extends nn.Module {
      shortcut = new nn.Identity();
      convolution = new nn.Linear(4, 4);
      override forward(x: Tensor): Tensor {
        const skipped = this.shortcut(x);
        const dropped = nn.functional.dropout(x, 0.5, false);
        return this.convolution(x).add(skipped).add(x.mul(dropped));
      }
    }
    const net = new Net();
    net(torch.rand(2, 4));
    expect(flowOf(snapshotOf(inspection, net))).toEqual([
      "0 [] <- input",
      "1 [shortcut] <- input",
      "2 dropout <- input",
      "3 [convolution] <- input",
      "4 linear <- input convolution.weight convolution.bias",
      "5 add <- 4 1",
      "6 mul <- input 2",
      "7 add <- 5 6",
    ]);
  });

  test("a tensor that went through a module unchanged is the same tensor for what the code does with it", () => {
    const identity = new nn.Identity();
    const seen: unknown[] = [];
    class Net extends nn.Module {
      identity = identity;
      override forward(x: Tensor): Tensor {
        const scaled = x.mul(2);
        const same = this.identity(this.identity(scaled));
        same.add_(1);
        same.retainGrad();
        seen.push(String(same), String(scaled), same instanceof torch.Tensor, same.gradFn === scaled.gradFn, same.at(0).equal(scaled.at(0)));
        const loss = same.mul(scaled).sum();
        loss.backward();
        seen.push(same.grad!.tolist(), scaled.grad!.tolist());
        return loss;
      }
    }
    const net = new Net();
    const x = torch.ones(1, 2, { requiresGrad: true });
    net(x);
    const printed = "tensor([[3., 3.]], grad_fn=<AddBackward0>)";
    expect(seen).toEqual([printed, printed, true, true, true, [[6, 6]], [[6, 6]]]);
    expect(x.grad!.tolist()).toEqual([[12, 12]]);
    expect(flowOf(snapshotOf(inspection, net)).slice(0, 6)).toEqual([
      "0 [] <- input",
      "1 mul <- input",
      "2 [identity] <- 1",
      "3 [identity] <- 2",
      "4 add_ <- 3",
      "5 at <- 4",
    ]);
  });

  test("knows the parameters and buffers of lazy layers, which get their memory on the way", () => {
    class Net extends nn.Module {
      conv = new nn.LazyConv2d(4, 3);
      norm = new nn.LazyBatchNorm2d();
      fc = new nn.LazyLinear(3);
      override forward(x: Tensor): Tensor {
        return this.fc(this.norm(this.conv(x)).flatten(1));
      }
    }
    const net = new Net();
    net(torch.rand(2, 1, 5, 5));
    expect(flowOf(snapshotOf(inspection, net)).filter((line) => /conv2d|batchNorm|linear/.test(line))).toEqual([
      "2 conv2d <- input conv.weight conv.bias",
      "4 batchNorm <- 2 norm.weight norm.bias norm.running_mean norm.running_var",
      "7 linear <- 5 fc.weight fc.bias",
    ]);
  });

  test("labels structured arguments and tells constants, inputs and parameters apart", () => {
    const table = torch.ones(4);
    class Net extends nn.Module {
      scale = new nn.Parameter(torch.ones(4));
      override forward({ x, masks }: { x: Tensor; masks: Tensor[] }): { y: Tensor } {
        return { y: x.mul(masks[0]!).mul(this.scale).add(table) };
      }
    }
    const net = new Net();
    net({ x: torch.rand(2, 4), masks: [torch.ones(4)] });
    const snapshot = snapshotOf(inspection, net);
    expect(snapshot.trace!.inputs.map(({ label }) => label)).toEqual(["x", "masks[0]"]);
    expect(snapshot.trace!.outputs.map(({ label }) => label)).toEqual(["y"]);
    expect(flowOf(snapshot)).toEqual(["0 [] <- input input", "1 mul <- input input", "2 mul <- 1 scale", "3 add <- 2 constant"]);
  });

  test("several arguments are named as forward names them, a tensor that a module holds after its field", () => {
    class Attend extends nn.Module {
      mask = torch.tril(torch.ones(2, 2));
      tables = [torch.ones(4), torch.zeros(4)];
      override forward(query: Tensor, { key }: { key: Tensor }, scale = Math.sqrt(4), state: readonly Tensor[] = [], ...rest: Tensor[]): Tensor {
        return query.matmul(key.t()).mul(this.mask).mul(scale).matmul(state[0]!.add(rest[1]!)).add(this.tables[1]!);
      }
    }
    class Net extends nn.Module {
      attend = new Attend();
      override forward(x: Tensor): Tensor {
        return this.attend(x, { key: x }, 0.5, [x], x, x);
      }
    }
    const net = new Net();
    net(torch.rand(2, 4));
    const { trace } = snapshotOf(inspection, net);
    expect(trace!.inputs.map(({ label }) => label)).toEqual([""]);
    expect(trace!.steps[1]!.inputs.map(({ label }) => label)).toEqual(["query", "key", "state[0]", "rest[0]", "rest[1]"]);
    expect(trace!.values.flatMap(({ source }) => (source.kind === "constant" ? [source.name] : []))).toEqual(["mask", "tables[1]"]);
  });

  test("says which parameters no module has registered, and names them after the field that holds their modules", () => {
    class Net extends nn.Module {
      #scale = new nn.Parameter(torch.ones(1));
      experts = [new nn.Linear(4, 4), new nn.Linear(4, 4)];
      offset = torch.ones(4);
      override forward(x: Tensor): Tensor {
        return this.experts[1]!(x).mul(this.#scale).add(this.offset);
      }
    }
    const net = new Net();
    net(torch.rand(2, 4));
    expect(
      snapshotOf(inspection, net)
        .trace!.values.map(({ source }) => source)
        .filter(({ kind }) => kind === "constant"),
    ).toEqual([
      { kind: "constant", name: "experts[1].weight", unregistered: true },
      { kind: "constant", name: "experts[1].bias", unregistered: true },
      { kind: "constant", name: null, unregistered: true },
      { kind: "constant", name: "offset" },
    ]);
  });

  test("says what made a tensor during the pass and with which arguments; one made before is a constant", () => {
    const table = torch.ones(4);
    class Net extends nn.Module {
      override forward(x: Tensor): Tensor {
        const causal = torch.tril(torch.ones([4, 4], { dtype: torch.float64, device: x.device }));
        const noise = torch.randnLike(x).mul(torch.tensor([[0.1, 0.2, 0.3, 0.4]]));
        return x
          .add(noise)
          .matmul(causal.float())
          .add(torch.arange(0, 8, 2))
          .add(table);
      }
    }
    const net = new Net();
    net(torch.rand(2, 4));
    const snapshot = snapshotOf(inspection, net);
    expect(flowOf(snapshot)).toEqual([
      "0 [] <- input",
      "1 ones <- ",
      "2 tril <- 1",
      "3 randnLike <- input",
      "4 tensor <- ",
      "5 mul <- 3 4",
      "6 add <- input 5",
      "7 to <- 2",
      "8 matmul <- 6 7",
      "9 arange <- ",
      "10 add <- 8 9",
      "11 add <- 10 constant",
    ]);
    const argumentsOf = (name: string) =>
      snapshot.trace!.steps.flatMap((step) => (step.kind === "operation" && `${step.name}` === name ? [writeStepArguments(step.arguments, "typescript")] : []));
    expect(["ones", "tensor", "arange"].flatMap(argumentsOf)).toEqual(["[4, 4], dtype: torch.float64", "", "0, 8, 2"]);
  });

  test("knows each place of a module used twice", () => {
    const shared = new nn.Linear(4, 4);
    const net = new nn.Sequential(shared, new nn.ReLU(), shared);
    net(torch.rand(1, 4));
    const snapshot = snapshotOf(inspection, net);
    expect(snapshot.trace!.steps.flatMap((step) => (step.kind === "module" ? [step.path] : []))).toEqual(["", "0", "1", "2"]);
    expect(snapshot.tensors.map(({ names }) => names)).toEqual([
      ["0.weight", "2.weight"],
      ["0.bias", "2.bias"],
    ]);
    expect(snapshot.root.children[0]!.identity).toBe(snapshot.root.children[2]!.identity);
    expect(snapshot.totals).toMatchObject({ modules: 3, parameters: 20, multiplyAdds: 32 });
  });

  test("knows the places by order where the code calls by itself", () => {
    const shared = new nn.Linear(4, 4);
    class Net extends nn.Module {
      a = shared;
      b = shared;
      override forward(x: Tensor): Tensor {
        return this.b(this.a(x));
      }
    }
    const net = new Net();
    net(torch.rand(1, 4));
    expect(snapshotOf(inspection, net).trace!.steps.flatMap((step) => (step.kind === "module" ? [step.path] : []))).toEqual(["", "a", "b"]);
  });

  test("counts what a module outside of the tree does for its caller", () => {
    const outside = new nn.Linear(4, 4);
    class Net extends nn.Module {
      override forward(x: Tensor): Tensor {
        return outside(x);
      }
    }
    const net = new Net();
    net(torch.rand(1, 4));
    expect(flowOf(snapshotOf(inspection, net))).toEqual(["0 [] <- input", "1 linear <- input constant constant"]);
  });

  test("has the spread of every activation", () => {
    const net = new nn.Sequential(new nn.Linear(4, 1000), new nn.ReLU());
    net(torch.randn(50, 4));
    const { values, outputs } = snapshotOf(inspection, net).trace!;
    const { statistics } = values[outputs[0]!.value]!;
    expect(statistics!.zeros).toBeGreaterThan(0.4);
    expect(statistics!.zeros).toBeLessThan(0.6);
    expect(statistics!.finite!.std).toBeGreaterThan(0);
  });

  test("has no mean and no spread of an activation without a finite number", () => {
    class Broken extends nn.Module {
      override forward(x: torch.Tensor): torch.Tensor {
        return x.div(0);
      }
    }
    const net = new Broken();
    net(torch.ones(2, 3));
    const { values, outputs } = snapshotOf(inspection, net).trace!;
    expect(values[outputs[0]!.value]!.statistics).toEqual({ finite: null, zeros: 0, nonFinite: 1, negativeInfinity: 0 });
  });

  test("survives JSON whatever the numbers are", () => {
    class Net extends nn.Module {
      override forward(x: Tensor): Tensor {
        return x.mul(torch.tensor([NaN, Infinity, 1, 3e38])).mul(2);
      }
    }
    const net = new Net();
    net(torch.ones(1, 4));
    const snapshot = snapshotOf(inspection, net);
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });
});

describe("which pass is shown", () => {
  test("the first for its shapes, in a long training loop too", () => {
    const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
    const optimizer = new torch.optim.SGD(net.parameters(), { lr: 0.1 });
    for (let i = 0; i < 500; i++) {
      optimizer.zeroGrad();
      net(torch.rand(i === 499 ? 3 : 2, 4))
        .sum()
        .backward();
      optimizer.step();
    }
    const { trace, tensors } = snapshotOf(inspection, net);
    expect(trace!.values[trace!.inputs[0]!.value]!.shape).toEqual([2, 4]);
    expect(tensors[0]!.initialization).toMatchObject({ kind: "recorded", function: "kaimingUniform_", modifiedBy: ["SGD.step"] });
    expect(tensors[0]!.gradient!.count).toBe(32);
  });

  test("one that went through rather than one that failed", () => {
    const net = new nn.Linear(4, 8);
    expect(() => net(torch.rand(1, 3))).toThrow();
    net(torch.rand(1, 4));
    expect(snapshotOf(inspection, net).trace!.failure).toBeNull();
  });

  test("none of a model that was changed since", () => {
    const net: torch.nn.Sequential = new nn.Sequential(new nn.Linear(4, 8), new nn.Linear(8, 2));
    net(torch.rand(1, 4));
    net.pop();
    const { trace } = snapshotOf(inspection, net);
    expect(trace!.origin).toBe("inferred");
    expect(trace!.steps.some((step) => step.kind === "module" && step.path === "1")).toBe(false);
  });

  test("a failure that the code deals with is none", () => {
    class Net extends nn.Module {
      fc = new nn.Linear(4, 4);
      override forward(x: Tensor): Tensor {
        try {
          return this.fc(x.reshape([3, 3]));
        } catch {
          return this.fc(x);
        }
      }
    }
    const net = new Net();
    net(torch.rand(2, 4));
    expect(snapshotOf(inspection, net).trace!.failure).toBeNull();
  });
});

test("deep copies know where their values come from", () => {
  const net = torch.deepcopy(new nn.Sequential(new nn.Linear(4, 8)));
  nn.init.normal_(net[0].weight);
  const copy = torch.deepcopy(net);
  expect(snapshotOf(inspection, copy).tensors.map(({ initialization }) => initialization.kind === "recorded" && initialization.function)).toEqual([
    "normal_",
    "uniform_",
  ]);
});
