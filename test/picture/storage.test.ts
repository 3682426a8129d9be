import { beforeAll, describe, expect, test } from "vitest";
import type { PictureModel } from "../../src/picture/model/pictureModel.js";
import { border } from "../../src/picture/model/dataFlow.js";
import type { Scene } from "../../src/picture/scene.js";
import { display } from "./display.js";
import { collisions } from "./geometry.js";
import { linesToNowhere, modelsOf } from "./modelFile.js";
import { linear, moduleList, snapshot, spec } from "./specs.js";
import { notFinite, sceneOf } from "./traced.js";

let models: ReadonlyMap<string, PictureModel>;
beforeAll(async () => {
  models = await modelsOf("support/models/storage");
});

const sceneFor = (name: string, depth: number | "all" = 1) => sceneOf(models.get(name)!, { depth });
const modulesIn = (scene: Scene, id = "") => scene.byId.get(id)!.node.content!.nodes.flatMap(({ kind, name }) => (kind === "module" ? [name] : []));
const linesIn = (scene: Scene, id = "") => scene.byId.get(id)!.node.content!.edges.map(({ from, to }) => `${from} > ${to}`.replaceAll(border, "|"));

describe("what a list or dictionary holds, called from outside of it", () => {
  test("stands where it is called, under its whole name: the blocks of a UNet++", async () => {
    const scene = await sceneFor("unetPlusPlus");
    expect(scene.byId.has("blocks")).toBe(false);
    expect(scene.byId.get("blocks.x_0_1")!.node).toMatchObject({ name: "blocks.x_0_1", path: "blocks.x_0_1", type: "Sequential" });
    expect(scene.parents.get("blocks.x_3_1")).toBe("");
    const lines = linesIn(scene);
    expect(lines).toContain("blocks.x_0_0 > pool");
    expect(lines).toContain("pool > blocks.x_1_0");
    // Each block below the three, and those before it at its depth, that it takes from.
    const tops = ["x_0_0", "x_1_0", "x_0_1", "x_1_1", "x_0_2", "x_0_3", "x_0_4"].map((name) => scene.byId.get(`blocks.${name}`)!.y);
    expect(tops).toEqual(tops.toSorted((a, b) => a - b));
  });

  test("is in the order of the code: a decoder's loop begins with what its turn calls first", async () => {
    const scene = await sceneFor("seq2seq");
    const [query, score, cell, head] = ["query", "score", "cell", "head"].map((name) => scene.byId.get(`decoder.${name}`)!.y);
    expect([query! < score!, score! < cell!, cell! < head!]).toEqual([true, true, true]);
    expect(modulesIn(scene).slice(0, 4)).toEqual(["embed", "encoder", "decoder.memory", "embed"]);
    const back = scene.edges.filter(({ edge }) => edge.isBack).map(({ from, to }) => `${from} > ${to}`);
    expect(back).toContain("decoder.cell > decoder.query");
  });

  test("folds over several lists, and shows what nothing calls", async () => {
    const scene = await sceneFor("twoLists");
    expect(scene.byId.get("norms.0")!.node.row.members).toHaveLength(4);
    expect(scene.byId.get("mixes.0")!.node.row.members).toHaveLength(4);
    expect(scene.byId.get("mixes.4")!.node.status).toBe("notCalled");
    expect(linesIn(scene)).toEqual(["| > norms.0", "norms.0 > mixes.0", "| > #add:0", "mixes.0 > #add:0", "#add:0 > norms.0", "#add:0 > #add:0", "#add:0 > |"]);
  });

  test("stands in the module that calls it, wherever it is declared", async () => {
    const scene = await sceneFor("shared", "all");
    expect(modulesIn(scene)).toEqual(["trunk"]);
    expect(modulesIn(scene, "trunk")).toEqual(["body", "heads.0", "heads.1"]);
    expect(linesIn(scene, "trunk")).toEqual(["| > trunk.body", "trunk.body > trunk.^heads.0^", "trunk.^heads.0^ > trunk.^heads.1^", "trunk.^heads.1^ > |"]);
    // What it holds is said there, since it is called nowhere else.
    expect(scene.byId.get("trunk.^heads.1^")!.node).toMatchObject({ path: "heads.1", parameters: 36, calls: 1, turn: null });
  });

  test("keeps its frame where nothing runs between the members that are called", () => {
    const layers = moduleList([linear(4, 8), linear(8, 8), linear(8, 2)]);
    const net = snapshot(
      "net",
      spec("Net", "", { layers }, (run, x) =>
        ["layers.0", "layers.1", "layers.2"].reduce((value, name) => run.op("view", [run.call(name, value)], [2, 8], { bookkeeping: true }), x),
      ),
      { inputs: [[2, 4]] },
    );
    const graph = display(net, { depth: "all" });
    expect(graph.nodes.get("layers")!.content!.edges.map(({ from, to, via }) => `${from} > ${to} ${via.join()}`.replaceAll(border, "|"))).toEqual([
      "| > layers.0 ",
      "layers.0 > layers.1 view",
      "layers.1 > layers.2 view",
      "layers.2 > | ",
    ]);
  });
});

test.each(["unetPlusPlus", "seq2seq", "twoLists", "shared"])(
  "%s is drawn with all ends of its lines, in finite numbers, nothing over anything",
  async (name) => {
    for (const direction of ["down", "right"] as const) {
      for (const arrangement of [{}, { depth: "all" }, { depth: 1, unfolded: new Set(["norms.0", "mixes.0", "embed"]) }] as const) {
        const scene = await sceneOf(models.get(name)!, arrangement, direction);
        expect(linesToNowhere(scene)).toEqual([]);
        expect(notFinite(scene)).toEqual([]);
        expect(collisions(scene)).toEqual([]);
        expect(scene.isPlain).toBe(false);
      }
    }
  },
);
