import type { LayerKind, Theme } from "../theme.js";
import type { Surface } from "./surface.js";

type Pattern = "solid" | "double" | "dotted" | "notched";

/** Neighbours in color differ in pattern: the families can be told apart without any color. */
const patterns: Readonly<Record<LayerKind, Pattern>> = {
  dense: "solid",
  embedding: "double",
  recurrent: "dotted",
  normalization: "notched",
  convolution: "double",
  activation: "dotted",
  attention: "notched",
  structure: "solid",
  container: "solid",
  operation: "solid",
};

const width = 3;
const dot = { height: 3, gap: 2.5 };
const notch = 3;

/** The bar at the left of a box, in the color and pattern of its family of layers. */
export function paintKindBar(surface: Surface, x: number, y: number, height: number, kind: LayerKind, theme: Theme): void {
  const fill = theme.kinds[kind];
  switch (patterns[kind]) {
    case "solid":
      surface.rectangle(x, y, width, height, 1.5, { fill });
      break;
    case "double":
      for (const offset of [-0.5, 2.25]) surface.rectangle(x + offset, y, 1.5, height, 0.75, { fill });
      break;
    case "dotted": {
      const count = Math.max(1, Math.floor((height + dot.gap) / (dot.height + dot.gap)));
      const step = count > 1 ? (height - dot.height) / (count - 1) : 0;
      for (let index = 0; index < count; index++) surface.rectangle(x, y + index * step, width, dot.height, 1, { fill });
      break;
    }
    case "notched": {
      const part = (height - notch) / 2;
      for (const top of [y, y + part + notch]) surface.rectangle(x, top, width, part, 1, { fill });
      break;
    }
  }
}
