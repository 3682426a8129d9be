import { describe, expect, it, vi } from "vitest";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import type { Direction } from "../../src/picture/geometry.js";
import { CutLines } from "../../src/picture/drawing/cutLines.js";
import { elkInProcess } from "../../src/picture/layout/elkInProcess.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { initialArrangement, type Arrangement } from "../../src/picture/model/arrangement.js";
import { border } from "../../src/picture/model/dataFlow.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { layoutScene, type Scene, type SceneBox } from "../../src/picture/scene.js";
import { englishWords } from "../../src/picture/words.js";
import type { PictureSettings } from "../../src/picture/state.js";
import { estimateText } from "../../src/picture/text.js";
import { SceneFlow } from "../../src/picture/sceneFlow.js";
import * as fixtures from "./fixtures.js";
import { linear, relu, sequential, snapshot, spec } from "./specs.js";
import { collisions, overlap } from "./geometry.js";

// Layouts are work; a busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

const solver = new LayoutSolver(elkInProcess());
const plainSolver = new LayoutSolver(null);

type Arranged = Partial<Arrangement & Pick<PictureSettings, "showBookkeeping">>;

function scene(model: ModelSnapshot, direction: Direction = "down", { showBookkeeping, ...arrangement }: Arranged = {}, by = solver): Promise<Scene> {
  const graph = buildDisplayGraph(new PictureModel(model), { ...initialArrangement, ...arrangement }, showBookkeeping);
  return layoutScene(graph, by, { direction, measure: estimateText, words: englishWords, deadline: performance.now() + 30_000, isCurrent: () => true });
}

const models: [string, ModelSnapshot, Arranged][] = [
  ["mlp", fixtures.mlp(), {}],
  ["rgnet", fixtures.rgnet(), {}],
  ["rgnet unfolded", fixtures.rgnet(), { depth: "all", unfolded: new Set(["0.block 0"]) }],
  ["tied", fixtures.tied(), {}],
  ["resnet", fixtures.resnet(), {}],
  ["resnet, all open", fixtures.resnet([2, 2, 2, 2]), { depth: "all" }],
  ["gpt", fixtures.gpt(), {}],
  ["gpt with bookkeeping", fixtures.gpt(), { showBookkeeping: true }],
  ["gpt unfolded", fixtures.gpt(), { unfolded: new Set(["h.0"]) }],
  ["unet", fixtures.unet(), {}],
  ["unet closed", fixtures.unet(), { depth: 1 }],
  ["failing", fixtures.failing(), {}],
  ["failing in its own code", fixtures.failingInCode(), {}],
  ["unrolled", fixtures.unrolled(), {}],
  ["mixture", fixtures.mixture(), {}],
  ["mixture unfolded", fixtures.mixture(16), { unfolded: new Set(["experts.0"]) }],
  ["dense", fixtures.dense(), {}],
  ["albert", fixtures.sharedLayer(), {}],
  ["without trace", fixtures.withoutTrace(), {}],
];

const ways = [
  ["down", "layered"],
  ["right", "layered"],
  ["down", "plain"],
  ["right", "plain"],
] as const;

describe.each(ways)("a picture that flows %s, %s", (direction, layout) => {
  describe.each(models)("%s", (_, model, arrangement) => {
    it("keeps boxes apart, inside what holds them, and clear of lines and labels", async () => {
      const picture = await scene(model, direction, arrangement, layout === "plain" ? plainSolver : solver);
      expect(collisions(picture)).toEqual([]);
    });

    it("keeps what is written on a box inside it", async () => {
      for (const { face } of (await scene(model, direction, arrangement, layout === "plain" ? plainSolver : solver)).boxes) {
        for (const text of face.texts) {
          const width = estimateText(text.text, text.font);
          const start = text.anchor === "start" ? text.x : text.anchor === "end" ? text.x - width : text.x - width / 2;
          expect(start, text.text).toBeGreaterThanOrEqual(0);
          expect(start + width, text.text).toBeLessThanOrEqual(face.width);
        }
        const parts = [
          ...face.texts.map((text) => ({
            x: text.anchor === "end" ? text.x - estimateText(text.text, text.font) : text.x,
            y: text.y - 9,
            width: text.anchor === "middle" ? 0 : estimateText(text.text, text.font),
            height: 10,
            text: text.text,
          })),
          ...face.badges.map((badge) => ({ x: badge.x, y: badge.y, width: badge.width, height: 16, text: badge.text })),
          ...(face.glyph ? [{ ...face.glyph, text: "distribution" }] : []),
        ];
        parts.forEach((part, i) => parts.slice(i + 1).forEach((other) => expect(overlap(part, other), `${part.text} over ${other.text}`).toBe(false)));
      }
    });
  });
});

describe("lines of one source to many layers", () => {
  it("are drawn, and run together", async () => {
    const picture = await scene(fixtures.gpt({ blocks: 12 }), "down", { unfolded: new Set(["h.0"]) });
    const mask = picture.edges.filter((edge) => edge.container?.node.id === "h" && edge.edge.fromPort === "in:1");
    expect(mask).toHaveLength(12);
    const rails = mask.map(({ points }) => Math.max(...points!.map(({ x }) => x)));
    expect(new Set(rails.map((x) => x.toFixed(3))).size).toBe(1);
  });

  it.each([
    ["dense", fixtures.dense()],
    ["unet", fixtures.unet()],
    ["resnet", fixtures.resnet([2, 2, 2, 2])],
  ])("are never cut in a model like %s", async (_, model) => {
    expect((await scene(model, "down", { depth: "all" })).edges.filter((edge) => edge.points === null)).toEqual([]);
  });

  it("are cut where there are too many; what is left says where it comes from and how many there are", async () => {
    const picture = await scene(fixtures.gpt({ blocks: 430 }), "down", {
      unfolded: new Set(["h.0"]),
      expanded: new Map([
        ["h.0", true],
        ["h.0.attn", true],
        ["h.0.mlp", true],
      ]),
    });
    const cut = picture.edges.filter((edge) => edge.points === null);
    expect(cut).toHaveLength(429);
    const stubs = cut.flatMap((edge) => edge.stubs);
    expect(stubs.filter(({ end }) => end === "target").map(({ label }) => label?.text)).toEqual(cut.map(() => "tril"));
    expect(stubs.filter(({ end }) => end === "source").map(({ label }) => label?.text)).toEqual(["429 more"]);
    expect(collisions(await scene(fixtures.dense(47)))).toEqual([]);
    const sources = (await scene(fixtures.dense(47))).edges.flatMap((edge) => edge.stubs.flatMap(({ label }) => label?.text ?? []));
    expect(sources).toContain("12 sources");
  });

  it("go along the margin past all boxes when a cut one is drawn through", async () => {
    for (const direction of ["down", "right"] as const) {
      const picture = await scene(fixtures.dense(30), direction);
      const lines = new CutLines(picture);
      const edges = picture.edges.map((edge) => lines.whole(edge));
      const slants = edges.flatMap(({ points }) => points!.slice(1).map(({ x, y }, i) => Math.min(Math.abs(x - points![i]!.x), Math.abs(y - points![i]!.y))));
      expect(Math.max(...slants)).toBeCloseTo(0, 5);
      expect(collisions({ ...picture, edges }).filter((found) => found.includes("through"))).toEqual([]);
    }
  });
});

describe("the longest way through a model", () => {
  it("is one straight line through all boxes on it", async () => {
    const picture = await scene(fixtures.gpt({ blocks: 6 }), "down", { depth: "all", unfolded: new Set(["h.0"]) });
    const axis = ({ x, width }: SceneBox) => x + width / 2;
    const on = ["h.0.ln_1", "h.0.attn.c_attn", "h.0.attn.c_proj", "h.2.mlp.gelu", "h.5.ln_2", "ln_f", "lm_head", "wte"].map((id) =>
      axis(picture.byId.get(id)!),
    );
    for (const x of on) expect(x).toBeCloseTo(on[0]!, 0);
  });
});

describe("layout", () => {
  it("is made once for each distinct container, however often it appears", async () => {
    let calls = 0;
    const elk = elkInProcess();
    const counting = new LayoutSolver({
      ...elk,
      layout: (graph) => {
        calls += graph.children!.length;
        return elk.layout(graph);
      },
    });
    await scene(fixtures.gpt({ blocks: 12 }), "down", { depth: "all", unfolded: new Set(["h.0"]) }, counting);
    // An attention, a block, the list of blocks with their mask and the model itself are no chains.
    expect(calls).toBe(4);
    await scene(fixtures.gpt({ blocks: 12 }), "down", { depth: "all", unfolded: new Set(["h.0"]) }, counting);
    expect(calls).toBe(4);
  });

  it("falls back to the plain one when time is over, and ends what runs", async () => {
    let restarts = 0;
    const stuck = new LayoutSolver({ layout: () => new Promise(() => undefined), restart: () => restarts++, dispose() {} });
    const graph = buildDisplayGraph(new PictureModel(fixtures.unet()), initialArrangement);
    const picture = await layoutScene(graph, stuck, {
      direction: "down",
      measure: estimateText,
      words: englishWords,
      // Long enough for a busy machine to get as far as the layout.
      deadline: performance.now() + 3_000,
      isCurrent: () => true,
    });
    expect(picture.isPlain).toBe(true);
    expect(restarts).toBe(1);
    expect(picture.boxes.length).toBeGreaterThan(20);
  });

  it("falls back to the plain one when there is no engine", async () => {
    const picture = await scene(fixtures.unet(), "down", {}, new LayoutSolver(null));
    expect(picture.isPlain).toBe(true);
  });

  it.each(["down", "right"] as const)("puts many boxes side by side into rows that a view holds, with their lines between them (%s)", async (direction) => {
    for (const depth of [2, "all"] as const) {
      const picture = await scene(fixtures.mixture(64), direction, { depth, unfolded: new Set(["experts.0"]) });
      expect(picture.boxes.filter(({ node }) => /^experts\.\d+$/.test(node.id))).toHaveLength(64);
      expect(collisions(picture)).toEqual([]);
      expect(Math.max(picture.width / picture.height, picture.height / picture.width)).toBeLessThan(2.5);
      expect(picture.edges.every(({ points }) => points !== null)).toBe(true);
    }
  });

  it.each(["down", "right"] as const)("draws a long chain straight, whole lines beside it, at once (%s)", async (direction) => {
    const noEngine = new LayoutSolver(null);
    const gpt = await scene(fixtures.gpt({ blocks: 60 }), direction, { depth: 2, unfolded: new Set(["h.0"]) }, noEngine);
    const blocks = gpt.boxes.filter(({ node }) => /^h\.\d+$/.test(node.id));
    expect(new Set(blocks.map(({ x, y }) => (direction === "down" ? x : y))).size).toBe(1);
    const inside = gpt.edges.filter(({ container }) => container?.node.id === "h");
    expect(inside.filter(({ edge }) => edge.from === border)).toHaveLength(61);
    expect(inside.every(({ points }) => points !== null)).toBe(true);
    expect(collisions({ ...gpt, edges: inside, boxes: blocks })).toEqual([]);
  });

  it("draws skips over one or two of a long chain beside it too", async () => {
    const layers = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [
        `layer${i}`,
        spec("Layer", `${i}`, { fc: linear(8, 8) }, (run, x, y) => run.op("add", [run.call("fc", x), y], [2, 8])),
      ]),
    );
    const model = snapshot(
      "skips",
      spec("Skips", "", layers, (run, x) => {
        const made = [x, x, x];
        for (let i = 0; i < 30; i++) made.push(run.call(`layer${i}`, made.at(-1)!, made.at(i % 4 === 0 ? -3 : -2)!));
        return made.at(-1)!;
      }),
      { inputs: [[2, 8]] },
    );
    for (const direction of ["down", "right"] as const) {
      const picture = await scene(model, direction, { depth: 1 }, new LayoutSolver(null));
      expect(collisions(picture)).toEqual([]);
      expect(picture.isPlain).toBe(false);
      expect(picture.edges.every(({ points }) => points !== null)).toBe(true);
    }
  });

  it("puts what nothing connects into rows too", async () => {
    const parts = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`part${i}`, linear(4, 4 + i)]));
    const picture = await scene(
      snapshot(
        "parts",
        spec("Parts", "", parts, (_, x) => x),
      ),
      "down",
    );
    expect(collisions(picture)).toEqual([]);
    expect(picture.width / picture.height).toBeLessThan(2.5);
    const places = Object.keys(parts).map((name) => picture.byId.get(name)!);
    expect(places.every((box, i) => i === 0 || box.y > places[i - 1]!.y || box.x > places[i - 1]!.x)).toBe(true);
  });

  it("holds thousands in one flat container", async () => {
    const flat = snapshot("flat", sequential(Array.from({ length: 3000 }, (_, i) => (i % 2 ? relu() : linear(4, 4)))), {
      inputs: [[2, 4]],
    });
    const picture = await scene(flat, "down", { unfolded: new Set(["0"]) });
    expect(picture.boxes).toHaveLength(3003);
    expect(picture.isPlain).toBe(false);
  });
});

it("puts what a failed pass did not reach after what failed", async () => {
  const block = () => spec("Block", "", { fc: linear(8, 8), act: relu() }, (run, x) => run.call("act", run.call("fc", x)));
  const parts = { first: linear(4, 8), second: linear(16, 8), third: block(), fourth: relu() };
  const model = snapshot(
    "broken",
    spec("Broken", "", parts, (run, x) => ["first", "second", "third", "fourth"].reduce((value, name) => run.call(name, value), x)),
    { inputs: [[2, 4]] },
  );
  for (const by of [solver, plainSolver]) {
    const picture = await scene(model, "down", { depth: "all" }, by);
    const [second, third, fourth] = ["second", "third", "fourth"].map((id) => picture.byId.get(id)!);
    expect(second!.node.status).toBe("failed");
    expect(third!.y).toBeGreaterThan(second!.y + second!.height);
    expect(fourth!.y).toBeGreaterThan(third!.y + third!.height);
    expect(collisions(picture)).toEqual([]);
  }
});

describe("labels of lines", () => {
  /** Their distance from a line, along its own straight pieces. */
  const distance = ({ x, y, width }: { x: number; y: number; width: number }, points: readonly { x: number; y: number }[]) =>
    Math.min(
      ...points.slice(1).map((to, i) => {
        const from = points[i]!;
        const dx = Math.max(0, Math.min(from.x, to.x) - x - width, x - Math.max(from.x, to.x));
        const dy = Math.max(0, Math.min(from.y, to.y) - y, y - 9 - Math.max(from.y, to.y));
        return Math.hypot(dx, dy);
      }),
    );

  it.each([
    ["gpt", fixtures.gpt()],
    ["unet", fixtures.unet()],
    ["mixture", fixtures.mixture(4)],
    ["unrolled", fixtures.unrolled()],
  ])("are nearer to their own line than to any other in %s", async (_, model) => {
    const { edges } = await scene(model, "down", { depth: "all" });
    for (const { label, points, container, from } of edges) {
      if (!label) continue;
      const others = edges.filter((other) => other.points && other.container === container && other.from !== from);
      for (const other of others) expect(distance(label, other.points!), `${label.text} from ${from}`).toBeGreaterThan(distance(label, points!));
    }
  });

  it("say what arrives from operations, on which no shape is written, and what was reshaped", async () => {
    const { edges, byId } = await scene(fixtures.gpt());
    const labelled = new Set(edges.filter(({ label }) => label).map(({ from, edge }) => `${from} ${edge.label}`));
    for (const { from, edge } of edges) {
      // What leaves a container at once is labelled outside of it.
      if (edge.to === "\0border") continue;
      const source = byId.get(from)!.node;
      if (source.kind === "operation" || (source.kind === "module" && !source.content && source.outputShape !== edge.label))
        expect(labelled).toContain(`${from} ${edge.label}`);
    }
  });
});

describe("a line through borders", () => {
  it("has one arrow, at the box where it ends", async () => {
    const picture = await scene(fixtures.gpt());
    const arrows = picture.edges.filter(({ hasArrow }) => hasArrow);
    expect(arrows.filter(({ to }) => picture.byId.get(to)!.node.content)).toEqual([]);
    for (const { node } of picture.boxes) {
      if (node.content || node.kind === "input" || node.kind === "constant") continue;
      expect(
        arrows.some(({ to }) => to === node.id),
        node.id,
      ).toBe(true);
    }
  });

  it("goes on through a title bar, between what is written there", async () => {
    const picture = await scene(fixtures.gpt(), "down", {
      expanded: new Map([
        ["h.0.attn", true],
        ["h.0.mlp", true],
      ]),
    });
    const entering = picture.edges.filter(({ edge, points }) => edge.from === "\0border" && points);
    const through = entering.filter(({ container, points }) => points![0]!.y === container!.y);
    expect(through.length).toBeGreaterThan(entering.length / 2);
  });

  it("is followed to the closed boxes at its ends", async () => {
    const flow = new SceneFlow(await scene(fixtures.gpt()));
    const between = (ids: string) => [...flow.edgesAt(ids)].map(({ from, to }) => `${from}>${to}`);
    expect(between("drop")).toEqual(expect.arrayContaining(["drop>h", "h>h.0", "h.0>h.0.ln_1", "h.0>h.0#add:0", "#add:0>drop"]));
  });
});

describe("the flow between boxes", () => {
  it("goes through the borders of open containers to the nearest closed boxes", async () => {
    const flow = new SceneFlow(await scene(fixtures.gpt(), "down", { expanded: new Map([["h.0.attn", true]]) }));
    expect(flow.next("drop", "downstream").sort()).toEqual(["h.0#add:0", "h.0.ln_1"]);
    expect(flow.next("ln_f", "upstream")).toEqual(["h.0#add:1"]);
    expect(flow.next("h.0.ln_1", "downstream")).toEqual(["h.0.attn.c_attn"]);
  });

  it("gives all that leads to a box and all that follows from it", async () => {
    const path = new SceneFlow(await scene(fixtures.unet(), "down", { depth: 1 })).path("down4");
    expect(path.has("down1") && path.has("merge4") && path.has("head")).toBe(true);
    expect(new SceneFlow(await scene(fixtures.gpt())).path("wpe").has("wte")).toBe(false);
  });
});
