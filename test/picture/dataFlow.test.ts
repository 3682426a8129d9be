import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { border, canvasPath } from "../../src/picture/model/dataFlow.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";
import * as fixtures from "./fixtures.js";
import { renderSvg } from "../../src/picture/renderSvg.js";
import { linear, relu, sequential, snapshot, spec, weight, type Spec } from "./specs.js";

const flowOf = (model: ModelSnapshot, showBookkeeping = false) => new PictureModel(model).flow(showBookkeeping)!;

/** Edges of a container as "from port > to port (shape)", the border as "|". */
function edges(model: ModelSnapshot, path: string, showBookkeeping = false): string[] {
  const flow = flowOf(model, showBookkeeping);
  const name = (end: string) => (end === border ? "|" : end);
  return flow.containers
    .get(path)!
    .edges.map((edge) => `${name(edge.from)} ${edge.fromPort} > ${name(edge.to)} ${edge.toPort} (${model.trace!.values[edge.value]!.shape.join()})`);
}

describe("data flow inside containers", () => {
  it("runs from the model's input through every child to its output", () => {
    const net = fixtures.mlp();
    expect(edges(net, canvasPath)).toEqual(["#input:0 out:0 >  in:0 (2,4)", " out:0 > #output:0 in:0 (2,1)"]);
    expect(edges(net, "")).toEqual(["| in:0 > 0 in:0 (2,4)", "0 out:0 > 1 in:0 (2,8)", "1 out:0 > 2 in:0 (2,8)", "2 out:0 > | out:0 (2,1)"]);
  });

  it("has one arrow for each operand", () => {
    expect(edges(fixtures.doubled(), "")).toContain("fc out:0 > #add:0 in:0 (2,4)");
    expect(edges(fixtures.doubled(), "")).toContain("fc out:0 > #add:0 in:1 (2,4)");
  });

  it("enters a container through one port for each value, however many use it inside", () => {
    const model = fixtures.gpt({ blocks: 2 });
    expect(edges(model, "h.1").filter((edge) => edge.startsWith("|"))).toEqual([
      "| in:0 > h.1.ln_1 in:0 (1,64,768)",
      "| in:1 > h.1.attn in:1 (64,64)",
      "| in:0 > h.1#add:0 in:0 (1,64,768)",
    ]);
  });

  it("passes a container that is never called itself (ModuleList)", () => {
    expect(edges(fixtures.gpt({ blocks: 2 }), "h")).toEqual([
      "| in:0 > h.0 in:0 (1,64,768)",
      "| in:1 > h.0 in:1 (64,64)",
      "h.0 out:0 > h.1 in:0 (1,64,768)",
      "| in:1 > h.1 in:1 (64,64)",
      "h.1 out:0 > | out:0 (1,64,768)",
    ]);
  });

  it("folds bookkeeping into the edge, or shows it", () => {
    const model = fixtures.gpt({ blocks: 1 });
    expect(edges(model, "h.0.attn")).toContain("h.0.attn.c_attn out:0 > h.0.attn#matmul:0 in:0 (1,12,64,64)");
    expect(edges(model, "h.0.attn", true)).toContain("h.0.attn#split:0 out:0 > h.0.attn#view:0 in:0 (1,64,768)");
  });

  it("leads from a module that is not called to what takes its tensors", () => {
    class Mixture extends torch.nn.Module {
      experts = new torch.nn.ModuleList([new torch.nn.Linear(4, 3), new torch.nn.Linear(4, 3)]);
      override forward(x: torch.Tensor): torch.Tensor {
        const weights = torch.stack([...this.experts].map((expert) => expert.weight));
        return x.matmul(weights.mean(0).t()).add(weights.sum());
      }
    }
    const inspection = inspectHere();
    const net = new Mixture();
    net(torch.rand(2, 4));
    const model = snapshotOf(inspection, net);
    expect(edges(model, "").slice(0, 2)).toEqual(["experts out:0 > #stack:0 in:0 (3,4)", "experts out:1 > #stack:0 in:1 (3,4)"]);
    expect(edges(model, "experts")).toEqual(["experts.0 out:0 > | out:0 (3,4)", "experts.1 out:0 > | out:1 (3,4)"]);
    expect(edges(model, "experts.0")).toEqual(["experts.0#weight out:0 > | out:0 (3,4)"]);
  });

  it("draws writes to slices as new versions of the tensor", () => {
    class Slices extends torch.nn.Module {
      a = new torch.nn.Linear(6, 3);
      b = new torch.nn.Linear(6, 3);
      override forward(x: torch.Tensor): torch.Tensor {
        const out = torch.zeros(2, 6);
        out.at(torch.slice(), torch.slice(0, 3)).copy_(this.a(x));
        out.at(torch.slice(), torch.slice(3, 6)).copy_(this.b(x));
        return out.relu_();
      }
    }
    const inspection = inspectHere();
    const net = new Slices();
    net(torch.rand(2, 6));
    expect(edges(snapshotOf(inspection, net), "")).toEqual([
      "| in:0 > a in:0 (2,6)",
      "#zeros:0 out:0 > #copy_:0 in:0 (2,6)",
      "a out:0 > #copy_:0 in:1 (2,3)",
      "| in:0 > b in:0 (2,6)",
      "#copy_:0 out:0 > #copy_:1 in:0 (2,6)",
      "b out:0 > #copy_:1 in:1 (2,3)",
      "#copy_:1 out:0 > #relu_:0 in:0 (2,6)",
      "#relu_:0 out:0 > | out:0 (2,6)",
    ]);
  });

  it("gives each call of a module a node of its own, and what lies in it", () => {
    expect(edges(fixtures.unrolled(3), "").filter((edge) => edge.startsWith("cell"))).toEqual([
      "cell out:0 > cell@2 in:1 (1,32)",
      "cell@2 out:0 > cell@3 in:1 (1,32)",
      "cell@3 out:0 > out in:0 (1,32)",
    ]);
    expect(edges(fixtures.unrolled(3), "cell@2")).toContain("cell@2.input out:0 > cell@2#add:0 in:0 (1,32)");
    expect(edges(fixtures.resnet([1]), "layer1.0")).toContain("layer1.0.relu@3 out:0 > | out:0 (1,256,56,56)");
  });

  it("finds a value after the module that hands it on unchanged", () => {
    const identity = spec("Identity", "", {}, (_, x) => x);
    expect(edges(snapshot("net", sequential([linear(4, 4), identity, relu()]), { inputs: [[2, 4]] }), "")).toEqual([
      "| in:0 > 0 in:0 (2,4)",
      "0 out:0 > 1 in:0 (2,4)",
      "1 out:0 > 2 in:0 (2,4)",
      "2 out:0 > | out:0 (2,4)",
    ]);
  });

  it("leads a value out of the container that made it when something outside uses it without a return", () => {
    let kept = -1;
    const leaky = spec("Leaky", "", { fc: linear(4, 4), act: relu() }, (run, x) => run.call("act", (kept = run.call("fc", x))));
    const model = snapshot(
      "net",
      spec("Net", "", { leaky }, (run, x) => run.op("add", [run.call("leaky", x), kept], [2, 4])),
      { inputs: [[2, 4]] },
    );
    expect(edges(model, "")).toEqual([
      "| in:0 > leaky in:0 (2,4)",
      "leaky out:0 > #add:0 in:0 (2,4)",
      "leaky out:1 > #add:0 in:1 (2,4)",
      "#add:0 out:0 > | out:0 (2,4)",
    ]);
    expect(edges(model, "leaky")).toContain("leaky.fc out:0 > | out:1 (2,4)");
  });

  it("stands a call of a module that lies elsewhere in the tree in the call that made it", () => {
    const act = relu();
    const inner = spec("Inner", "", { fc: linear(4, 4) }, (run, x) => run.op("mul", [run.callAt("act", act, [run.call("fc", x)])[0]!, x], [2, 4]));
    const model = snapshot(
      "net",
      spec("Net", "", { act, inner }, (run, x) => run.call("inner", x)),
      { inputs: [[2, 4]] },
    );
    expect(edges(model, "")).toEqual(["| in:0 > inner in:0 (2,4)", "inner out:0 > | out:0 (2,4)"]);
    expect(edges(model, "inner")).toEqual([
      "| in:0 > inner.fc in:0 (2,4)",
      "inner.fc out:0 > inner.^act^ in:0 (2,4)",
      "inner.^act^ out:0 > inner#mul:0 in:0 (2,4)",
      "| in:0 > inner#mul:0 in:1 (2,4)",
      "inner#mul:0 out:0 > | out:0 (2,4)",
    ]);
  });

  it("draws a parameter where it is used, never flowing from one module to another", () => {
    const scale = weight([4]);
    const model = snapshot(
      "net",
      spec("Scaled", "", { fc: linear(4, 4) }, (run, x) => run.op("mul", [run.call("fc", x), run.tensor(scale)], [2, 4]), { scale }),
      { inputs: [[2, 4]] },
    );
    expect(edges(model, "")).toContain("#scale out:0 > #mul:0 in:1 (4)");
    for (const edge of edges(fixtures.tied(), "")) expect(edge).not.toContain("(8,8)");
  });

  it("ends where forward threw", () => {
    const model = fixtures.failing();
    expect(flowOf(model).failed).toEqual(["", "body", "body.second", "body.second.0", "body.second.0#linear:0"]);
    expect(edges(model, "body.second")).toEqual(["| in:0 > body.second.0 in:0 (8,10)"]);
  });
});

describe("a pass of any kind", () => {
  /** Modules that call one another at random, themselves included, and keep values for later uses anywhere. */
  function wild(seed: number): ModelSnapshot {
    let state = seed;
    const random = (below: number) => (state = (state * 48271) % 2147483647) % below;
    const places: [string, Spec][] = [];
    const kept: number[] = [];
    let calls = 0;
    const make = (path: string, depth: number): Spec => {
      const children = Object.fromEntries(
        Array.from({ length: depth > 0 ? random(4) : 0 }, (_, i) => [`m${i}`, make(path ? `${path}.m${i}` : `m${i}`, depth - 1)]),
      );
      const made = spec("Wild", "", children, (run, x) => {
        let value = x;
        for (let i = random(3); i >= 0; i--) {
          const old = kept.length > 0 && random(3) === 0 ? kept[random(kept.length)]! : value;
          const [target, module] = places[random(places.length)]!;
          if (calls++ < 40 && random(2)) value = run.callAt(target, module, random(2) ? [value] : [value, old])[0]!;
          else value = run.op(random(4) ? "add" : "view", [value, old].slice(0, 1 + random(2)), [2], { bookkeeping: random(3) === 0 });
          if (random(2)) kept.push(value);
        }
        return random(5) ? value : x;
      });
      places.push([path, made]);
      return made;
    };
    const root = make("", 3);
    return snapshot("wild", root, { inputs: [[2]] });
  }

  it("keeps every operand: what is drawn at an operation is what it took", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const model = wild(seed);
      // eslint-disable-next-line @typescript-eslint/unbound-method -- a function of the result that needs no `this`
      const { containers, nodeOf } = flowOf(model, true);
      const all = [...containers.values()];
      model.trace!.steps.forEach((step, id) => {
        if (step.kind !== "operation") return;
        const into = all.flatMap((flow) => flow.edges).filter((edge) => edge.to === nodeOf(id));
        expect([...new Set(into.map((edge) => edge.operand))].sort(), `seed ${seed}, step ${id}`).toEqual([...step.inputs.keys()]);
      });
      // Every port that an edge leaves inside a container is entered from outside.
      for (const [path, flow] of containers) {
        const outside = all.flatMap((other) => other.edges);
        for (const edge of flow.edges) {
          if (edge.from === border)
            expect(
              outside.some((other) => other.to === path && other.toPort === edge.fromPort),
              `seed ${seed}: ${path} ${edge.fromPort}`,
            ).toBe(true);
        }
      }
    }
  });

  it("can be drawn", async () => {
    for (let seed = 1; seed <= 30; seed++) expect(await renderSvg(wild(seed), { depth: "all" }), `seed ${seed}`).toMatch(/<\/svg>\n$/);
  }, 300_000);
});
