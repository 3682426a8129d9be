import { expect, test } from "vitest";
import { initialArrangement } from "../../src/picture/model/arrangement.js";
import { revealing } from "../../src/picture/model/arranging.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import type { DisplayContent } from "../../src/picture/model/displayGraph.js";
import { border } from "../../src/picture/model/dataFlow.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { rgnet } from "../describe/snapshots.js";

/** Lines that end at what is not drawn. */
function loose({ nodes, edges }: DisplayContent): string[] {
  const drawn = new Set([border, ...nodes.map(({ id }) => id)]);
  return [
    ...edges.flatMap(({ from, to }) => (drawn.has(from) && drawn.has(to) ? [] : [`${from} -> ${to}`])),
    ...nodes.flatMap(({ content }) => (content ? loose(content) : [])),
  ];
}

test.each(["0", "1", "2", "3"])("member %s of a folded row, opened, has its own lines", (member) => {
  const model = new PictureModel(rgnet());
  const { canvas } = buildDisplayGraph(model, revealing(model, initialArrangement, `0.block ${member}.0`));
  expect(loose(canvas)).toEqual([]);
});
