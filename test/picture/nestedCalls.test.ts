import { beforeAll, describe, expect, test } from "vitest";
import { border } from "../../src/picture/model/dataFlow.js";
import type { PictureModel } from "../../src/picture/model/pictureModel.js";
import { turnText } from "../../src/picture/model/displayGraph.js";
import { SceneFlow } from "../../src/picture/sceneFlow.js";
import { englishWords } from "../../src/picture/words.js";
import { collisions } from "./geometry.js";
import { linesToNowhere, modelsOf } from "./modelFile.js";
import { notFinite, sceneOf } from "./traced.js";

let models: ReadonlyMap<string, PictureModel>;
beforeAll(async () => {
  models = await modelsOf("support/models/nestedCalls");
});

const sceneFor = (name: string, arrangement: Parameters<typeof sceneOf>[1] = { depth: "all" }, direction: "down" | "right" = "down") =>
  sceneOf(models.get(name)!, arrangement, direction);

/** The boxes around one another, from the outermost to a box. */
function around({ parents }: { readonly parents: ReadonlyMap<string, string | null> }, id: string): string[] {
  const line = [id];
  for (let outer = parents.get(id); outer !== null && outer !== undefined; outer = parents.get(outer)) line.unshift(outer);
  return line;
}

describe("a module that calls itself", () => {
  test("has each call in the call that made it, and the output comes from the innermost", async () => {
    const scene = await sceneFor("repeats");
    expect(around(scene, "^^.^^.^^")).toEqual(["", "^^", "^^.^^", "^^.^^.^^"]);
    expect(["step", "^^.step", "^^.^^.step"].map((id) => scene.parents.get(id))).toEqual(["", "^^", "^^.^^"]);
    expect(new SceneFlow(scene).next("#output:0", "upstream")).toEqual(["^^.^^.^^"]);
    expect(new SceneFlow(scene).next("step", "downstream")).toEqual(["^^.step"]);
  });

  test("shows in each call what that call does, and says which call it is", async () => {
    const scene = await sceneFor("repeats");
    const calls = ["", "^^", "^^.^^", "^^.^^.^^"].map((id) => scene.byId.get(id)!.node);
    expect(calls.map(({ turn }) => turnText(turn!, englishWords))).toEqual(["call 1 of 4", "call 2 of 4", "call 3 of 4", "call 4 of 4"]);
    // The last gives back what it was given.
    expect(calls.map(({ expandable, detail }) => [expandable, detail])).toEqual([
      [true, "Linear"],
      [true, "Linear"],
      [true, "Linear"],
      [false, ""],
    ]);
    // Its parameters are counted where it is called first.
    expect(calls.map(({ parameters }) => parameters)).toEqual([20, 0, 0, 0]);
  });

  test("can be closed at any call", async () => {
    const scene = await sceneFor("repeats", { depth: "all", expanded: new Map([["^^", false]]) });
    expect(scene.boxes.map(({ node: { id } }) => id)).toEqual(["#input:0", "", "step", "^^", "#output:0"]);
    expect(scene.edges.filter(({ container }) => container?.node.id === "").map(({ edge: { from, to } }) => `${from} > ${to}`.replaceAll(border, "|"))).toEqual(
      ["| > step", "step > ^^", "^^ > |"],
    );
    const all = await sceneFor("repeats", { depth: 0 });
    expect(all.boxes.map(({ node: { id } }) => id)).toEqual(["#input:0", "", "#output:0"]);
  });

  test("is found, and opened, in the first of its calls", () => {
    const model = models.get("repeats")!;
    expect(model.places.way("step")).toEqual([
      { path: "", node: "" },
      { path: "step", node: "step" },
    ]);
  });

  test("nests more calls than a glance takes in, open and closed", async () => {
    const open = await sceneFor("deep");
    expect(around(open, Array.from({ length: 40 }, () => "^^").join("."))).toHaveLength(41);
    expect(new SceneFlow(open).next("#output:0", "upstream")).toEqual([Array.from({ length: 40 }, () => "^^").join(".")]);
    const first = await sceneFor("deep", {});
    const deepest = first.boxes.reduce((most, box) => (box.depth > most.depth ? box : most));
    expect(first.boxes.length).toBeLessThan(25);
    expect(deepest.node).toMatchObject({ content: null });
  });
});

test("modules that call one another stand in one another", async () => {
  const scene = await sceneFor("even");
  const odd = "odd";
  const second = `${odd}.^^`;
  expect(around(scene, `${second}.odd.^^`)).toEqual(["", odd, second, `${second}.odd`, `${second}.odd.^^`]);
  expect(scene.byId.get(second)!.node).toMatchObject({ path: "", type: "Even", name: "even" });
  expect(scene.parents.get(`${second}.odd.step`)).toBe(`${second}.odd`);
  expect(new SceneFlow(scene).next("#output:0", "upstream")).toEqual([`${second}.odd.^^`]);
});

test("a tree has two calls in each call of a branch, and none in those of leaves", async () => {
  const scene = await sceneFor("treeLSTM");
  const called = (id: string) => scene.byId.get(id)!.node.content!.nodes.flatMap(({ kind, name }) => (kind === "module" ? [name] : []));
  expect(called("")).toEqual(["treeLSTM", "treeLSTM", "gates"]);
  expect(called("^^")).toEqual(["treeLSTM", "treeLSTM", "gates"]);
  expect(called("^^.^^")).toEqual(["words", "leaf"]);
  expect(called("^^@2.^^@2")).toEqual(["treeLSTM", "treeLSTM", "gates"]);
  // Five words and four branches, of which the root is one.
  const calls = scene.boxes.filter(({ node }) => node.kind === "module" && node.path === "");
  expect(calls).toHaveLength(9);
  expect(new Set(calls.map(({ node }) => node.turn!.ordinal)).size).toBe(9);
  const joined = scene.edges.filter(({ to }) => to === "#cat:0").map(({ from }) => from);
  expect(joined).toEqual(["^^", "^^@2"]);
});

test.each(["repeats", "deep", "even", "treeLSTM"])("every line of %s has its ends, nothing lies over anything, all numbers are finite", async (name) => {
  for (const direction of ["down", "right"] as const) {
    for (const arrangement of [{}, { depth: 1 }, { depth: 3 }, { depth: "all" }] as const) {
      const scene = await sceneFor(name, arrangement, direction);
      expect(linesToNowhere(scene)).toEqual([]);
      expect(collisions(scene)).toEqual([]);
      expect(notFinite(scene)).toEqual([]);
      expect(scene.isPlain).toBe(false);
    }
  }
});
