import { describe, expect, it } from "vitest";
import { chipsOf } from "../../src/picture/drawing/sharedChips.js";
import { routeLinks } from "../../src/picture/drawing/linkRoutes.js";
import { rails, sharedLinks } from "../../src/picture/drawing/sharedLinks.js";
import { elkInProcess } from "../../src/picture/layout/elkInProcess.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { initialArrangement, type Arrangement } from "../../src/picture/model/arrangement.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { layoutScene, type Scene } from "../../src/picture/scene.js";
import { englishWords } from "../../src/picture/words.js";
import { estimateText } from "../../src/picture/text.js";
import * as fixtures from "./fixtures.js";
import { embedding, linear, relu, sequential, snapshot, spec } from "./specs.js";
import type { Rectangle } from "../../src/picture/geometry.js";
import { writtenBeside, writtenOn } from "../../src/picture/drawing/written.js";
import { overlap } from "./geometry.js";

/** Blocks of which each calls the same layer. */
function hundred(): PictureModel {
  const shared = linear(8, 8);
  return new PictureModel(
    snapshot("hundred", sequential(Array.from({ length: 100 }, () => sequential({ lin: shared, act: relu() }, "Block"))), { inputs: [[2, 8]] }),
  );
}

function scene(model: PictureModel, arrangement: Partial<Arrangement>): Promise<Scene> {
  return layoutScene(buildDisplayGraph(model, { ...initialArrangement, ...arrangement }), new LayoutSolver(null), {
    direction: "down",
    measure: estimateText,
    words: englishWords,
    deadline: performance.now() + 30_000,
    isCurrent: () => true,
  });
}

describe("links of a layer with a hundred uses", () => {
  it("never lead to a box around it", async () => {
    const model = hundred();
    for (const arrangement of [
      { depth: "all" },
      { depth: "all", unfolded: new Set(["0"]) },
      { depth: 1, unfolded: new Set(["0"]), expanded: new Map([["3", true]]) },
    ] as const) {
      const picture = await scene(model, arrangement);
      for (const { from, to } of sharedLinks(model, picture, null)) {
        const around = (id: string): string[] => {
          const parent = picture.parents.get(id);
          return parent === null || parent === undefined ? [] : [parent, ...around(parent)];
        };
        expect(around(from)).not.toContain(to);
        expect(around(to)).not.toContain(from);
      }
    }
  });

  it("are one rail where lanes could not be told apart", async () => {
    const model = hundred();
    const picture = await scene(model, { depth: "all", unfolded: new Set(["0"]) });
    const links = routeLinks(picture, sharedLinks(model, picture, null), estimateText);
    expect(links).toHaveLength(99);
    const lines = rails(links, "down");
    // From the margin to each of the places, and once along it.
    expect(lines).toHaveLength(101);
    expect(new Set(lines.map((line) => line.at(-1)!.x)).size).toBe(1);
  });

  it("are counted at the edge of the view where they lie outside of it", async () => {
    const model = hundred();
    const picture = await scene(model, { depth: "all", unfolded: new Set(["0"]) });
    const camera = {
      width: 400,
      height: 300,
      toScreen: ({ x, y, width, height }: { x: number; y: number; width: number; height: number }) => ({ x, y, width, height }),
    };
    const chips = chipsOf(picture, sharedLinks(model, picture, null), camera, englishWords, estimateText);
    expect(chips).toHaveLength(1);
    expect(chips[0]!.text).toMatch(/^\u2193 9\d more$/);
    expect(chips[0]!.y + chips[0]!.height).toBeGreaterThanOrEqual(298);
  });

  it("are counted beside what is written where the view ends, not over it", async () => {
    const model = hundred();
    const picture = await scene(model, { depth: "all", unfolded: new Set(["0"]) });
    const written = [...picture.boxes.flatMap((box) => writtenOn(box, estimateText)), ...picture.edges.flatMap(writtenBeside)];
    // As the view is moved down, its lower edge lies on each line of text in turn, and between them.
    for (let top = 0; top < 400; top += 7) {
      const toScreen = ({ x, y, ...size }: Rectangle) => ({ x, y: y - top, ...size });
      const camera = { width: picture.width, height: 300, toScreen };
      const chips = chipsOf(picture, sharedLinks(model, picture, null), camera, englishWords, estimateText, null, written.map(toScreen));
      const below = chips.filter(({ text }) => text.startsWith("\u2193"));
      expect(below).toHaveLength(1);
      expect(written.map(toScreen).filter((area) => overlap(area, below[0]!))).toEqual([]);
    }
  });

  it("are told beside the selected box in a low and narrow view, if only by an arrow", async () => {
    const model = new PictureModel(fixtures.tied());
    const picture = await scene(model, { depth: "all" });
    const selected = picture.byId.get("2")!;
    const chipIn = (width: number, height: number) => {
      const from = { x: selected.x + selected.width / 2 - width / 2, y: selected.y + selected.height - height + 4 };
      const camera = {
        width,
        height,
        toScreen: ({ x, y, ...size }: { x: number; y: number; width: number; height: number }) => ({ x: x - from.x, y: y - from.y, ...size }),
      };
      const [chip] = chipsOf(picture, sharedLinks(model, picture, "2"), camera, englishWords, estimateText, selected);
      expect(overlap(chip!, camera.toScreen(selected))).toBe(false);
      return chip!.text;
    };
    expect(chipIn(selected.width + 160, 100)).toBe("\u2193 4");
    expect(chipIn(selected.width + 76, 100)).toBe("\u2193");
  });
});

describe("links between boxes side by side", () => {
  it.each(["down", "right"] as const)("cross neither a box nor a label where there is another way, in a picture that flows %s", async (direction) => {
    const embed = embedding(100, 32);
    const model = new PictureModel(
      snapshot(
        "pair",
        spec(
          "Pair",
          "",
          { embed, encoder: linear(32, 32), decoder: linear(32, 32), head: linear(32, 100, { weight: embed.parameters[0]![1] }) },
          (run, source, target) => {
            const memory = run.call("encoder", run.op("mul", [run.call("embed", source)], [2, 9, 32]));
            const answer = run.call("decoder", run.op("mul", [run.call("embed", target)], [2, 9, 32]));
            return run.call("head", run.op("add", [answer, memory], [2, 9, 32]));
          },
        ),
        {
          inputs: [
            [2, 9],
            [2, 9],
          ],
          inputLabels: ["source", "target"],
          inputType: "int64",
        },
      ),
    );
    const picture = await layoutScene(buildDisplayGraph(model, { ...initialArrangement, depth: "all" }), new LayoutSolver(elkInProcess()), {
      direction,
      measure: estimateText,
      words: englishWords,
      deadline: performance.now() + 30_000,
      isCurrent: () => true,
    });
    const links = routeLinks(picture, sharedLinks(model, picture, null), estimateText);
    expect(links.length).toBeGreaterThan(1);
    const labels = picture.edges.flatMap(({ label }) => (label ? [{ x: label.x, y: label.y - 9, width: label.width, height: 11, name: label.text }] : []));
    const boxes = picture.boxes
      .filter(({ node }) => node.content === null)
      .map(({ x, y, width, height, node }) => ({ x: x + 1, y: y + 1, width: width - 2, height: height - 2, name: node.id }));
    for (const { points } of links) {
      points.slice(1).forEach((to, i) => {
        const from = points[i]!;
        const line = { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(to.x - from.x) + 0.1, height: Math.abs(to.y - from.y) + 0.1 };
        expect([...labels, ...boxes].filter((each) => overlap(line, each)).map(({ name }) => name)).toEqual([]);
      });
    }
  });
});
