import { describe, expect, it, vi } from "vitest";
import * as torch from "../../src/engine/index.js";
import { renderSvg } from "../../src/picture/renderSvg.js";
import type { Scene } from "../../src/picture/scene.js";
import { nodeTitle } from "../../src/picture/model/displayGraph.js";
import { englishWords } from "../../src/picture/words.js";
import { collisions } from "./geometry.js";
import { sceneOf, traced } from "./traced.js";

vi.setConfig({ testTimeout: 60_000 });

const { nn } = torch;
type Tensor = torch.Tensor;

/** The lines in the root, "from > to", the border as "|", nodes by what is written on them. */
function lines(scene: Scene): string[] {
  const title = (id: string) => (id === "" ? "|" : nodeTitle(scene.byId.get(id)!.node, englishWords));
  return scene.edges.filter(({ container }) => container?.node.id === "").map(({ from, to }) => `${title(from)} > ${title(to)}`);
}

class Diagonals extends nn.Module {
  override forward(x: Tensor): Tensor[] {
    return [x.diagonal().relu(), x.diagonal(1).relu(), x.unsqueeze(0).diagonal(0, 1, 2).relu(), torch.ones(1, 1).diagonal().relu()];
  }
}

class Shuffle extends nn.Module {
  branch = new nn.Linear(2, 2);
  override forward(x: Tensor): Tensor {
    const [a, b] = x.chunk(2, 1) as [Tensor, Tensor];
    return torch.cat([a, this.branch(b)], 1);
  }
}

class Reversible extends nn.Module {
  f = new nn.Linear(2, 2);
  g = new nn.Linear(2, 2);
  override forward(x: Tensor): Tensor {
    const [a, b] = x.split(2, 1) as [Tensor, Tensor];
    const first = a.add(this.f(b));
    return torch.cat([first, b.add(this.g(first))], 1);
  }
}

class Cell extends nn.Module {
  gates = new nn.Linear(4, 16);
  override forward(x: Tensor): Tensor {
    const [i, f, g, o] = this.gates(x).chunk(4, 1) as [Tensor, Tensor, Tensor, Tensor];
    return i.sigmoid().mul(g.tanh()).add(f.sigmoid()).tanh().mul(o.sigmoid());
  }
}

class Rotary extends nn.Module {
  override forward(x: Tensor): Tensor {
    const first = x.at(torch.slice(), torch.slice(0, 2));
    const second = x.at(torch.slice(), torch.slice(2));
    return torch.cat([second.neg(), first], 1);
  }
}

class Reshaped extends nn.Module {
  l = new nn.Linear(2, 2);
  override forward(x: Tensor): Tensor {
    return this.l(x.reshape(-1, 2)).transpose(0, 1);
  }
}

/** Takes one step of a sequence after the other. */
class Steps extends nn.Module {
  cell = new nn.Linear(4, 4);
  override forward(x: Tensor): Tensor {
    let state = torch.zeros(1, 4);
    for (let t = 0; t < 3; t++) state = this.cell(x.narrow(0, t, 1).add(state));
    return state;
  }
}

describe("parts of a tensor", () => {
  it("of a channel shuffle go to the branch and past it", async () => {
    expect(lines(await sceneOf(traced(new Shuffle(), [3, 4]), { depth: 1 })).sort()).toEqual([
      "1 of 2 > cat",
      "2 of 2 > branch",
      "branch > cat",
      "cat > |",
      "| > 1 of 2",
      "| > 2 of 2",
    ]);
  });

  it("of a reversible block are one node each, however many take them", async () => {
    const found = lines(await sceneOf(traced(new Reversible(), [3, 4]), { depth: 1 }));
    expect(found.filter((line) => line.endsWith(" of 2")).sort()).toEqual(["| > 1 of 2", "| > 2 of 2"]);
    expect(found.filter((line) => line.startsWith("2 of 2")).sort()).toEqual(["2 of 2 > +", "2 of 2 > f"]);
  });

  it("tell the gates of a cell apart", async () => {
    const found = lines(await sceneOf(traced(new Cell(), [3, 4]), { depth: 1 }));
    expect(found.filter((line) => / of 4 >/.test(line)).sort()).toEqual(["1 of 4 > sigmoid", "2 of 4 > sigmoid", "3 of 4 > tanh", "4 of 4 > sigmoid"]);
  });

  it("are named by index where the tensor was sliced", async () => {
    expect(lines(await sceneOf(traced(new Rotary(), [3, 4]), { depth: "all" })).filter((line) => line.startsWith("["))).toEqual(
      expect.arrayContaining([expect.stringMatching(/^\[:, 0:2\] > cat$/), expect.stringMatching(/^\[:, 2:\] > (−|neg)$/)]),
    );
  });

  it("are few: what only reshapes stays part of its line", async () => {
    expect(lines(await sceneOf(traced(new Reshaped(), [3, 4]), { depth: 1 }))).toEqual(["| > l", "l > |"]);
  });

  it("that a folded loop takes turn by turn are one node", async () => {
    const found = lines(await sceneOf(traced(new Steps(), [3, 4]), { depth: 1 }));
    expect(found.filter((line) => line.startsWith("| > ["))).toHaveLength(1);
  });

  it("touch nothing", async () => {
    for (const module of [new Shuffle(), new Reversible(), new Cell(), new Rotary(), new Steps()])
      for (const direction of ["down", "right"] as const) expect(collisions(await sceneOf(traced(module, [3, 4]), { depth: "all" }, direction))).toEqual([]);
  });

  it("are operations like all others where all bookkeeping is asked for", async () => {
    const { snapshot } = traced(new Reshaped(), [3, 4]);
    expect(await renderSvg(snapshot, { depth: 1, settings: { showBookkeeping: true } })).toMatch(/>reshape<.*>transpose</s);
    expect(await renderSvg(snapshot, { depth: 1 })).not.toMatch(/>reshape</);
  });
});

it("diagonals are parts, except of a matrix that is nothing else", async () => {
  const svg = await renderSvg(traced(new Diagonals(), [4, 4]).snapshot, { depth: "all" });
  expect([...svg.matchAll(/>(\.diagonal[^<]*)</g)].map(([, text]) => text).toSorted()).toEqual([".diagonal()", ".diagonal(0, 1, 2)", ".diagonal(1)"]);
});

class Windows extends nn.Module {
  override forward(x: Tensor): Tensor[] {
    return [x.unfold(1, 3, 2).relu(), x.asStrided([2, 3], [1, 1], 1).relu(), x.unfold(1, 9, 1).relu()];
  }
}

it("windows are parts, in the words of the language, except of one that is all", async () => {
  const { snapshot } = traced(new Windows(), [2, 9]);
  const shown = async (language: "typescript" | "python") => {
    const svg = await renderSvg({ ...snapshot, language }, { depth: "all" });
    return [...svg.matchAll(/>(\.\w+\([^<]*)</g)].map(([, text]) => text).toSorted();
  };
  expect(await shown("typescript")).toEqual([".asStrided([2, 3], [1, 1], 1)", ".unfold(1, 3, 2)"]);
  expect(await shown("python")).toEqual([".as_strided([2, 3], [1, 1], 1)", ".unfold(1, 3, 2)"]);
});
