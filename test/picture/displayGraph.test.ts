import { describe, expect, it } from "vitest";
import { border } from "../../src/picture/model/dataFlow.js";
import { nodeTitle } from "../../src/picture/model/displayGraph.js";
import * as torch from "../../src/engine/index.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";
import * as fixtures from "./fixtures.js";
import { linear, moduleList, relu, sequential, snapshot, spec } from "./specs.js";
import { display, modules } from "./display.js";

describe("the boxes of the picture", () => {
  it("open a small model whole", () => {
    expect(modules(display(fixtures.mlp())).sort()).toEqual(["", "0", "1", "2"]);
  });

  it("open a large model level by level, as far as a glance takes in", () => {
    expect(modules(display(fixtures.resnet())).sort()).toEqual([
      "",
      "avgpool",
      "bn1",
      "conv1",
      "fc",
      "layer1",
      "layer2",
      "layer3",
      "layer4",
      "maxpool",
      "relu",
    ]);
    const gpt = display(fixtures.gpt());
    expect(gpt.nodes.get("h.0")!.content).not.toBeNull();
    expect(["h.0.attn", "h.0.mlp"].map((path) => gpt.nodes.get(path)!.content)).toEqual([null, null]);
  });

  it("say what they hold while they are closed", () => {
    expect(display(fixtures.gpt(), { depth: 1 }).nodes.get("h")!.detail).toBe("12 × Block");
    expect(display(fixtures.gpt()).nodes.get("h.0.mlp")!.detail).toBe("2 × Linear, GELU, Dropout");
  });

  it("say which part of a tensor an operation writes to, and with what", () => {
    class Writes extends torch.nn.Module {
      override forward(x: torch.Tensor): torch.Tensor {
        const y = x.mul(2);
        y.at(0).fill_(1);
        y.at(torch.slice(), torch.slice(1, 3)).mul_(3);
        return y.neg();
      }
    }
    const inspection = inspectHere();
    const net = new Writes();
    net(torch.rand(2, 6));
    const graph = display(snapshotOf(inspection, net), { depth: "all" });
    const words = { input: "Input", output: "Output", constant: "Constant", parameter: "Parameter", pieceOf: "" };
    expect(graph.nodes.get("")!.content!.nodes.map((node) => `${nodeTitle(node, words)} ${node.detail}`.trimEnd())).toEqual([
      "× 2",
      "[0] ← 1",
      "[:, 1:3] ×= 3",
      "neg",
    ]);
  });

  it("say what goes in and comes out by the names that the code has for it, and by position where it has none", () => {
    class Net extends torch.nn.Module {
      mask = torch.ones(4);
      override forward(tokens: torch.Tensor, [state]: readonly torch.Tensor[]): [torch.Tensor, [torch.Tensor]] {
        return [tokens.mul(this.mask), [state!.neg()]];
      }
    }
    const inspection = inspectHere();
    const net = new Net();
    net(torch.rand(2, 4), [torch.rand(4)]);
    const words = { input: "Input", output: "Output", constant: "Constant", parameter: "Parameter", pieceOf: "" };
    const { nodes, canvas } = display(snapshotOf(inspection, net), { depth: "all" });
    expect(canvas.nodes.map((node) => nodeTitle(node, words))).toEqual(["tokens", "Input [0]", "model", "Output [0]", "Output [1][0]"]);
    expect(nodes.get("")!.content!.nodes.map((node) => nodeTitle(node, words))).toEqual(["mask", "×", "neg"]);
  });

  it("tell what is used without a call from what does not run, whoever uses it", () => {
    const { nn } = torch;
    class Net extends nn.Module {
      embed = new nn.Embedding(20, 16);
      attention = new nn.MultiheadAttention(16, 4);
      scales = new nn.ParameterList([new nn.Parameter(torch.ones(16))]);
      spare = new nn.Linear(16, 16);
      tied = new nn.Linear(16, 20, { bias: false });
      head = new nn.Linear(16, 20, { bias: false });
      constructor() {
        super();
        this.tied.weight = this.embed.weight;
      }
      override forward(tokens: torch.Tensor): torch.Tensor {
        const x = this.embed(tokens);
        return nn.functional.linear(this.attention(x, x, x)[0].mul(this.scales.at(0)), this.head.weight.mul(2));
      }
    }
    const inspection = inspectHere();
    const net = new Net();
    net(torch.zeros([3, 2], { dtype: torch.int64 }));
    const graph = display(snapshotOf(inspection, net), { depth: "all" });
    const statuses = Object.fromEntries([...graph.nodes.values()].filter(({ kind }) => kind === "module").map(({ id, status }) => [id, status]));
    expect(statuses).toEqual({
      "": "ran",
      embed: "ran",
      attention: "ran",
      "attention.out_proj": "used",
      scales: "used",
      spare: "notCalled",
      // Its weight is taken by the embedding, which is called for it.
      tied: "notCalled",
      head: "used",
    });
  });

  it("number inputs that have no names", () => {
    const model = snapshot(
      "net",
      spec("Net", "", {}, (run, x, y) => run.op("add", [x, y], [2, 4])),
      {
        inputs: [
          [2, 4],
          [2, 4],
        ],
        inputLabels: ["", "mask"],
      },
    );
    expect(
      display(model)
        .canvas.nodes.filter(({ kind }) => kind === "input")
        .map((node) => nodeTitle(node, { input: "Input", output: "", constant: "", parameter: "", pieceOf: "" })),
    ).toEqual(["Input 1", "mask"]);
  });

  it("fold equal siblings in a row to one with its count", () => {
    const graph = display(fixtures.gpt());
    expect(graph.nodes.get("h.0")!.row).toMatchObject({ kind: "repeated" });
    expect(graph.nodes.get("h.0")!.row.members).toHaveLength(12);
    expect(graph.nodes.has("h.1")).toBe(false);
    expect(graph.nodes.get("h")!.content!.edges.map(({ from, to, count }) => [from === "h.0", to === "h.0", count])).toEqual([
      [false, true, 1],
      [false, true, 12],
      [true, false, 1],
    ]);
  });

  it("unfold a row, and show any member of a folded one", () => {
    expect(modules(display(fixtures.gpt(), { unfolded: new Set(["h.0"]) })).filter((id) => /^h\.\d+$/.test(id))).toHaveLength(12);
    const graph = display(fixtures.gpt(), { shown: new Map([["h.0", "h.7"]]) });
    expect(graph.nodes.get("h.7.attn")).toBeDefined();
    expect(graph.nodes.has("h.0")).toBe(false);
  });

  it("draw the lines of the member of a folded row that is shown, whichever it is", () => {
    const { nn } = torch;
    const net = new nn.Sequential(...Array.from({ length: 4 }, () => new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU())));
    net(torch.ones(1, 4));
    const model = snapshotOf(inspectHere(), net);
    for (const member of ["0", "2"]) {
      const { content } = display(model, { depth: "all", shown: new Map([["0", member]]) }).nodes.get(member)!;
      expect(content!.edges.map(({ from, to }) => [from, to].map((end) => (end === border ? "" : end)))).toEqual([
        ["", `${member}.0`],
        [`${member}.0`, `${member}.1`],
        [`${member}.1`, ""],
      ]);
    }
  });

  it("say where values are NaN or infinite, also in the members of a folded row, and what is frozen", () => {
    const model = fixtures.gpt();
    const broken = model.root.children.find(({ name }) => name === "h")!.children[7]!.children.find(({ name }) => name === "mlp")!;
    const tensor = broken.children[0]!.parameters[0]!.tensor;
    const tensors = model.tensors.map((each) =>
      each.id === tensor ? { ...each, statistics: { ...each.statistics!, nan: 1 } } : { ...each, requiresGrad: !each.names[0]!.startsWith("wpe") },
    );
    const graph = display({ ...model, tensors });
    expect(["", "h", "h.0", "h.0.mlp", "h.0.attn", "wte"].map((id) => graph.nodes.get(id)?.marks.map(({ mark }) => mark))).toEqual([
      ["NaN/∞"],
      ["NaN/∞"],
      ["NaN/∞"],
      [],
      [],
      [],
    ]);
    expect(
      display({ ...model, tensors }, { shown: new Map([["h.0", "h.7"]]) })
        .nodes.get("h.7.mlp")
        ?.marks.map(({ mark }) => mark),
    ).toEqual(["NaN/∞"]);
    expect(["wpe", "wte", ""].map((id) => graph.nodes.get(id)!.isFrozen)).toEqual([true, false, false]);
  });

  it("tell one module in many places from many equal modules", () => {
    const graph = display(fixtures.sharedLayer(12));
    expect(graph.nodes.get("layers.0")!.row).toMatchObject({ kind: "shared" });
    expect(graph.nodes.get("layers.0")!.sharing).toMatchObject([{ name: "A" }]);
    expect(graph.nodes.get("layers.0.0")!.sharing).toEqual([]);
    expect(display(fixtures.gpt()).nodes.get("h.0")!.sharing).toEqual([]);
  });

  it("count shared parameters once", () => {
    expect(display(fixtures.tied()).nodes.get("")!.parameters).toBe(40 + 72 + 9);
    expect(display(fixtures.gpt()).nodes.get("")!.parameters).toBe(124_439_808);
    expect(display(fixtures.sharedLayer(12)).nodes.get("layers")!.parameters).toBe(2 * (64 * 64 + 64));
  });

  it("mark every place of a shared module or parameter", () => {
    const graph = display(fixtures.gpt());
    const shared = [...graph.nodes.values()].filter((node) => node.sharing.length > 0);
    expect(shared.map((node) => node.id)).toEqual(["wte", "lm_head"]);
    expect(shared[0]!.sharing[0]!.places).toEqual(["wte", "lm_head"]);
  });

  it("do not fold what the pass treated differently", () => {
    const layer = () => sequential([linear(4, 4), relu()]);
    const model = snapshot("net", sequential([layer(), layer(), layer(), sequential([linear(8, 4), relu()]), layer(), layer(), layer()]), { inputs: [[2, 4]] });
    const graph = display(model);
    expect(graph.nodes.get("0")!.row.members).toHaveLength(3);
    expect(graph.nodes.get("3")!.status).toBe("failedInside");
    expect(graph.nodes.get("4")).toMatchObject({ status: "notReached" });
  });

  const attention = (linears: Record<string, ReturnType<typeof linear>>, [q, k, v, out]: readonly [string, string, string, string]) =>
    snapshot(
      "attention",
      spec("Attention", "", linears, (run, x) => run.call(out, run.op("scaledDotProductAttention", [run.call(q, x), run.call(k, x), run.call(v, x)], [2, 8]))),
      { inputs: [[2, 8]] },
    );

  it("do not fold siblings that have names of their own", () => {
    const graph = display(attention({ q: linear(8, 8), k: linear(8, 8), v: linear(8, 8), out: linear(8, 8) }, ["q", "k", "v", "out"]));
    expect(modules(graph).sort()).toEqual(["", "k", "out", "q", "v"]);
  });

  it("do not fold siblings that do not follow one another in one way: no line leads back to where it came from", () => {
    const graph = display(attention(Object.fromEntries(["0", "1", "2", "3"].map((name) => [name, linear(8, 8)])), ["0", "1", "2", "3"]));
    expect(graph.nodes.get("0")!.row.members.map(({ path }) => path)).toEqual(["0", "1", "2"]);
    expect(modules(graph).sort()).toEqual(["", "0", "3"]);
  });
});

describe("a module that has two names", () => {
  it("is said to be called under the other one, where it is not called by this", () => {
    const shared = linear(4, 4);
    const graph = display(
      snapshot(
        "net",
        spec("Net", "", { shared, idle: linear(4, 4), layers: moduleList([shared]) }, (run, x) => run.call("layers.0", x)),
        { inputs: [[2, 4]] },
      ),
    );
    expect(["shared", "idle", "layers.0"].map((id) => graph.nodes.get(id)!.status)).toEqual(["ranElsewhere", "notCalled", "ran"]);
  });
});

describe("a failed pass", () => {
  const graph = display(fixtures.failing());

  it("marks what failed and the boxes around it, with both shapes and the message", () => {
    expect(graph.nodes.get("body.second.0")).toMatchObject({
      status: "failed",
      failure: { shapes: ["8×10", "32×32", "32"], sign: "@", message: "mat1 and mat2 shapes cannot be multiplied (8x10 and 32x32)" },
    });
    for (const around of ["", "body", "body.second"]) expect(graph.nodes.get(around)!.status).toBe("failedInside");
    expect(graph.nodes.get("stem")!.status).toBe("ran");
    expect(graph.nodes.get("head")!.status).toBe("notReached");
  });

  it("marks it in a list of modules as well, which is not called itself", () => {
    const blocks = moduleList([sequential([linear(4, 8)]), sequential([linear(4, 8)])]);
    const graph = display(
      snapshot(
        "list",
        spec("Net", "", { blocks }, (run, x) => run.call("blocks.1", run.call("blocks.0", x))),
        { inputs: [[2, 4]] },
      ),
    );
    expect(["", "blocks", "blocks.0", "blocks.1", "blocks.1.0"].map((id) => graph.nodes.get(id)!.status)).toEqual([
      "failedInside",
      "failedInside",
      "ran",
      "failedInside",
      "failed",
    ]);
    expect(graph.nodes.get("blocks.1.0")!.failure).toMatchObject({ message: "mat1 and mat2 shapes cannot be multiplied (2x8 and 4x8)" });
    expect(graph.nodes.get("")!.failure).toBeNull();
  });

  it("marks the code between modules where that threw", () => {
    const own = (inner: boolean) =>
      snapshot(
        "net",
        spec(
          "Net",
          "",
          {
            first: linear(4, 8),
            block: spec("Block", "", { fc: linear(8, 8) }, (run, x) => {
              run.call("fc", x);
              return inner ? run.failInCode("x.foo is not a function") : x;
            }),
            last: linear(8, 2),
          },
          (run, x) => {
            run.call("block", run.call("first", x));
            return run.failInCode("x.bar is not a function");
          },
        ),
        { inputs: [[2, 4]] },
      );
    const inside = display(own(true));
    expect(inside.nodes.get("block#throw")).toMatchObject({ name: "throw", status: "failed", failure: { message: "x.foo is not a function", shapes: [] } });
    expect(inside.nodes.get("block")!.failure).toBeNull();
    expect(display(own(true), { expanded: new Map([["block", false]]) }).nodes.get("block")!.failure!.message).toBe("x.foo is not a function");
    const outside = display(own(false));
    expect(outside.nodes.get("#throw")!.failure!.message).toBe("x.bar is not a function");
    expect([...outside.nodes.values()].filter(({ failure }) => failure !== null)).toHaveLength(1);
  });

  it("opens the way to it", () => {
    expect(display(fixtures.failing(), { depth: 1 }).nodes.has("body.second.0")).toBe(false);
    expect(graph.nodes.has("body.second.0")).toBe(true);
  });
});

describe("without a pass", () => {
  it("shows what a Sequential declares, as declared", () => {
    const graph = display(fixtures.withoutTrace());
    expect(graph.nodes.get("")!.content!.edges.map(({ from, to, kind, label }) => [from, to, kind, label])).toEqual([
      ["0", "1", "declared", ""],
      ["1", "2", "declared", ""],
    ]);
    expect(graph.canvas.nodes.map((node) => node.kind)).toEqual(["module"]);
  });

  it("invents no edges for a class whose forward is unknown", () => {
    const model = { ...fixtures.gpt({ blocks: 2 }), trace: null };
    expect(display(model).nodes.get("")!.content!.edges).toEqual([]);
  });
});

describe("many parallel lines", () => {
  it("run together with their number", () => {
    const edges = display(fixtures.mixture(64))
      .nodes.get("")!
      .content!.edges.filter((edge) => edge.to === "#stack:0");
    expect(edges).toHaveLength(1);
    expect(edges[0]).toMatchObject({ bundled: 64, label: "(64) 32×64" });
  });
});
