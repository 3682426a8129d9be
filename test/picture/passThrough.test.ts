import { describe, expect, it, vi } from "vitest";
import * as torch from "../../src/engine/index.js";
import { isSound } from "../../src/picture/layout/sound.js";
import { elkInProcess } from "../../src/picture/layout/elkInProcess.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import type { LayoutProblem } from "../../src/picture/layout/problem.js";
import { renderSvg } from "../../src/picture/renderSvg.js";
import { SceneFlow } from "../../src/picture/sceneFlow.js";
import { notFinite, sceneOf, traced } from "./traced.js";

vi.setConfig({ testTimeout: 60_000 });

const { nn } = torch;

/** Hands on what it is given and calls nothing. */
class Through extends nn.Module {
  l = new nn.Linear(3, 3);
  override forward(x: torch.Tensor): torch.Tensor {
    return x;
  }
}

class Two extends nn.Module {
  l = new nn.Linear(3, 3);
  override forward(x: torch.Tensor, y: torch.Tensor): torch.Tensor[] {
    return [y, x];
  }
}

class Around extends nn.Module {
  inner = new Through();
  override forward(x: torch.Tensor): torch.Tensor {
    return this.inner(x);
  }
}

describe("a container whose only lines run from border to border", () => {
  it.each([
    ["one input handed on", new Through(), 1],
    ["two inputs handed on the other way round", new Two(), 2],
    ["one within another", new Around(), 1],
  ] as const)("is drawn with its lines whole: %s", async (_, module, inputs) => {
    const model = traced(module, ...Array.from({ length: inputs }, () => [2, 3]));
    for (const direction of ["down", "right"] as const) {
      const scene = await sceneOf(model, { depth: "all" }, direction);
      expect(notFinite(scene)).toEqual([]);
      expect(scene.edges.every(({ points }) => points !== null)).toBe(true);
      expect(scene.isPlain).toBe(false);
    }
    expect(await renderSvg(model.snapshot)).not.toContain("NaN");
  });

  it("leads from the input to the module to the output, and shows what was not called as not called", async () => {
    const scene = await sceneOf(traced(new Through(), [2, 3]), { depth: 1 });
    expect(scene.edges.filter(({ container }) => container === null).map(({ from, to }) => `${from} > ${to}`)).toEqual(["#input:0 > ", " > #output:0"]);
    expect(scene.byId.get("l")!.node.status).toBe("notCalled");
  });
});

const problem: LayoutProblem = {
  direction: "down",
  layerGap: 30,
  nodes: [0, 1, 2].map(() => ({ width: 40, height: 20, inPorts: [null, null], outPorts: [null] })),
  edges: [
    { from: -1, fromPort: 0, to: 0, toPort: 0 },
    { from: 0, fromPort: 0, to: 1, toPort: 0 },
    { from: 0, fromPort: 0, to: 2, toPort: 0 },
    { from: 1, fromPort: 0, to: 2, toPort: 1 },
    { from: 2, fromPort: 0, to: -1, toPort: 0 },
  ],
  inPorts: 1,
  outPorts: 1,
};

it("has its ports in the middle where nothing in it uses them, and nothing in it has lines", async () => {
  const apart: LayoutProblem = { ...problem, edges: [], inPorts: 1, outPorts: 1 };
  const [solved] = await new LayoutSolver(elkInProcess()).solve([apart], performance.now() + 10_000, () => true);
  expect(solved!.isPlain).toBe(false);
  expect([...solved!.solution.inPorts, ...solved!.solution.outPorts]).toEqual([solved!.solution.width / 2, solved!.solution.width / 2]);
});

it("shows the plain layout where the layout engine gives numbers that are none, without an exception", async () => {
  const solver = new LayoutSolver({
    layout: async (graph) => ({
      ...graph,
      children: graph.children!.map((child) => ({
        ...child,
        width: NaN,
        height: 10,
        ports: child.ports!.map((port) => ({ ...port, x: NaN, y: 0 })),
        children: child.children!.map((node) => ({ ...node, x: 0, y: 0 })),
      })),
    }),
    restart: () => {},
    dispose: () => {},
  });
  const [solved] = await solver.solve([problem], performance.now() + 10_000, () => true);
  expect(solved!.isPlain).toBe(true);
  expect(isSound(problem, solved!.solution)).toBe(true);
});

describe("what a call is given twice, or gives out again", () => {
  class Cell extends nn.Module {
    a = new nn.Linear(3, 3);
    b = new nn.Linear(3, 3);
    override forward(x: torch.Tensor, h: torch.Tensor): torch.Tensor[] {
      return [this.a(x).add(this.b(h)), x];
    }
  }
  class Turns extends nn.Module {
    cell = new Cell();
    override forward(x: torch.Tensor): torch.Tensor {
      let h = x;
      for (let turn = 0; turn < 4; turn++) {
        const [next, given] = this.cell(x, h);
        h = next!.mul(given!);
      }
      return h;
    }
  }

  it("is drawn as the turns in which it is two values tell it: the state leads on to what takes the state", async () => {
    const scene = await sceneOf(traced(new Turns(), [2, 3]), { depth: "all" });
    const flow = new SceneFlow(scene);
    expect(flow.next("cell.a", "upstream")).toEqual(["#input:0"]);
    expect(flow.next("cell.b", "upstream").toSorted()).toEqual(["#input:0", "#mul:0"]);
  });

  it("runs through the call", async () => {
    const scene = await sceneOf(traced(new Turns(), [2, 3]), { depth: "all" });
    expect(new SceneFlow(scene).next("#mul:0", "upstream").toSorted()).toEqual(["#input:0", "cell#add:0"]);
  });
});

/** Flattens what is flat already. */
class Unchanged extends nn.Module {
  l = new nn.Linear(4, 4);
  override forward(x: torch.Tensor): torch.Tensor {
    return this.l(x.flatten(1));
  }
}

class Beside extends nn.Module {
  child = new Unchanged();
  other = new nn.Linear(4, 4);
  override forward(x: torch.Tensor): torch.Tensor {
    return this.child(x).mul(this.other(x)).add(x);
  }
}

it("what a step in a module hands out as it came is not taken from that module by others", async () => {
  for (const showBookkeeping of [false, true]) {
    const scene = await sceneOf(traced(new Beside(), [3, 4]), { depth: "all" }, "down", showBookkeeping);
    const lines = scene.edges.flatMap(({ from, to }) => (to === "other" || scene.byId.get(to)?.node.name === "add" ? [`${from} > ${to}`] : []));
    expect(lines.filter((line) => line.startsWith("child"))).toEqual([]);
    expect(lines).toHaveLength(3);
  }
});
