import Flatbush from "flatbush";
import type { MeasureText } from "../text.js";
import type { LayoutProblem, LayoutSolution } from "./problem.js";
import type { Point } from "../geometry.js";
import { PlacedBoxes, type Rectangle } from "./placedBoxes.js";
import { ringRadius, type Stub } from "./stubs.js";

/** A text beside its edge. `x` is its left end, `y` its baseline. */
export interface PlacedLabel {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly text: string;
}

const height = 10;
const arrow = 7;
const clearance = 4;

const lineWidth = 1;

/** Of a label from other lines on its far side, so that it is clear whose it is. */
const apart = 9;

interface Box extends Rectangle {
  /** Towards which side no other line may be near. */
  readonly far?: "left" | "right" | "above" | "below";
}

/** A place beside a line, at a point of it. */
interface LinePlace extends Box {
  readonly at: Point;
}

/** What is to be written beside the lines of a container, and beside the stubs of those that are cut. */
export interface LabelTexts {
  readonly edges: readonly string[];
  /** Edges whose text stands nowhere else: they have the first choice of places. */
  readonly needed: ReadonlySet<number>;
  readonly stubs: readonly string[];
  /** By edge, which operand it is, where its place does not say so; else "". */
  readonly operands: readonly string[];
  /** How far what is drawn of each node reaches beyond its right and lower side. */
  readonly overhang: readonly number[];
}

export interface PlacedLabels {
  readonly edges: readonly (PlacedLabel | null)[];
  readonly stubs: readonly (PlacedLabel | null)[];
  readonly operands: readonly (PlacedLabel | null)[];
}

/** By solution, then by the texts: containers of one structure share their solution, not always their shapes. */
const kept = new WeakMap<LayoutSolution, { readonly measure: MeasureText; readonly byTexts: Map<string, PlacedLabels> }>();

/** Labels of a solution stay where they are while their texts do. */
export function labelsOf(problem: LayoutProblem, solution: LayoutSolution, stubs: readonly Stub[], texts: LabelTexts, measure: MeasureText): PlacedLabels {
  let known = kept.get(solution);
  if (known?.measure !== measure) kept.set(solution, (known = { measure, byTexts: new Map() }));
  const key = [...texts.edges, ...texts.stubs, ...texts.operands, ...texts.overhang].join("\n");
  let labels = known.byTexts.get(key);
  if (!labels) known.byTexts.set(key, (labels = placeLabels(problem, solution, stubs, texts, measure)));
  return labels;
}

/**
 * Puts each edge's label beside a straight piece of its line where it touches no box, no other line and no other label; null where there is
 * no such place. Edges of one source that carry the same shape are labelled once, and where it shares its line with one that carries another, it has
 * none. A stub has its label beside its ring.
 */
function placeLabels(problem: LayoutProblem, solution: LayoutSolution, stubs: readonly Stub[], texts: LabelTexts, measure: MeasureText): PlacedLabels {
  const segments: { a: Point; b: Point }[] = [];
  for (const points of [...solution.edges, ...stubs.map((stub) => stub.points)]) {
    for (let i = 1; points && i < points.length; i++) segments.push({ a: points[i - 1]!, b: points[i]! });
  }
  const obstacles = new Flatbush(Math.max(1, problem.nodes.length + segments.length));
  solution.nodes.forEach(({ x, y }, index) => {
    const { width, height } = problem.nodes[index]!;
    const overhang = texts.overhang[index]!;
    obstacles.add(x, y, x + width + overhang, y + height + overhang);
  });
  for (const { a, b } of segments) obstacles.add(Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y));
  if (problem.nodes.length + segments.length === 0) obstacles.add(-1, -1);
  obstacles.finish();

  const lines = new Flatbush(Math.max(1, segments.length));
  for (const { a, b } of segments) lines.add(Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y));
  if (segments.length === 0) lines.add(-1, -1);
  lines.finish();
  const isClearOfLines = ({ x0, y0, x1, y1, far }: Box) => {
    switch (far) {
      case "right":
        return !lines.collides(x1, y0, x1 + apart, y1);
      case "left":
        return !lines.collides(x0 - apart, y0, x0, y1);
      case "above":
        return !lines.collides(x0, y0 - apart, x1, y0);
      case "below":
        return !lines.collides(x0, y1, x1, y1 + apart);
      default:
        return true;
    }
  };

  const placed = new PlacedBoxes();
  const isApart = (box: Rectangle) => placed.isApart(box, 3);
  const isFree = (box: Box, clear = 1.5) =>
    box.x0 >= Math.min(2, 2 * clear) &&
    box.y0 >= 0 &&
    box.x1 <= solution.width - 2 &&
    box.y1 <= solution.height &&
    !obstacles.collides(box.x0 - clear, box.y0 - clear, box.x1 + clear, box.y1 + clear) &&
    isClearOfLines(box) &&
    isApart(box);

  const put = (text: string, boxes: Iterable<Box>): PlacedLabel | null => {
    for (const box of text ? boxes : []) {
      // Its baseline is 2 above its lower edge, that of a number on it: what is written reaches 1 higher.
      if (!isFree(box) || !isApart({ ...box, y0: box.y0 - 1 })) continue;
      placed.add(box);
      return { x: box.x0, y: box.y1 - 2, width: box.x1 - box.x0, text };
    }
    return null;
  };
  const operandLabels = texts.operands.map((text, index): PlacedLabel | null => {
    const points = solution.edges[index];
    if (!text || !points) return null;
    const places = [...besideArrow(points, measure(text, "small"), problem.direction === "down")].filter((place) => isApart(asLine(place)));
    const box = places.find((place) => isFree(place)) ?? places.find((place) => isFree(place, 0.25));
    if (!box) return null;
    placed.add(asLine(box));
    return { x: box.x0, y: box.y1, width: box.x1 - box.x0, text };
  });
  const stubLabels = stubs.map((stub, index) => put(texts.stubs[index]!, besideRing(stub.points[0]!, measure(texts.stubs[index]!, "small"))));
  const edgesFrom = new Map<number, number[]>();
  problem.edges.forEach(({ from }, index) => edgesFrom.set(from, [...(edgesFrom.get(from) ?? []), index]));
  const labelled = new Set<string>();
  const edgeLabels: (PlacedLabel | null)[] = texts.edges.map(() => null);
  const label = (text: string, index: number) => {
    const points = solution.edges[index];
    if (!text || !points) return;
    const { from, fromPort } = problem.edges[index]!;
    const group = `${from} ${fromPort} ${text}`;
    if (labelled.has(group)) return;
    const different = edgesFrom.get(from)!.filter((other) => texts.edges[other] !== "" && texts.edges[other] !== text);
    const places = [...candidates(points, measure(text, "small"), problem.direction === "down")].filter(
      ({ at }) => !different.some((other) => isOn(solution.edges[other] ?? [], at)),
    );
    edgeLabels[index] = put(text, places);
    if (edgeLabels[index]) labelled.add(group);
  };
  texts.edges.forEach((text, index) => texts.needed.has(index) && label(text, index));
  texts.edges.forEach((text, index) => !texts.needed.has(index) && label(text, index));
  return { edges: edgeLabels, stubs: stubLabels, operands: operandLabels };
}

/** Right of the ring before left of it, then above and below. */
function* besideRing({ x, y }: Point, width: number): Generator<Box> {
  const away = ringRadius + clearance;
  for (const y0 of [y - height / 2, y - height + 1, y - 1]) {
    for (const x0 of [x + away, x - away - width]) yield { x0, y0, x1: x0 + width, y1: y0 + height };
  }
  for (const y0 of [y - away - height, y + away]) yield { x0: x - width / 2, y0, x1: x + width / 2, y1: y0 + height };
}

/** Of a digit. */
const digitHeight = 8;

/** As high as a line of text, which a digit stands in. */
function asLine(box: Box): Box {
  return { ...box, y0: box.y0 - 1, y1: box.y1 + 1 };
}

/** Places for a number beside the end of a line, as near to the arrow as may be. */
function* besideArrow(points: readonly Point[], width: number, isDown: boolean): Generator<Box> {
  for (let i = points.length - 1; i > 0; i--) {
    const [a, b] = [points[i - 1]!, points[i]!];
    if (isDown ? a.x !== b.x : a.y !== b.y) continue;
    const length = isDown ? b.y - a.y : b.x - a.x;
    for (let back = 2; back + (isDown ? digitHeight : width) <= Math.max(length, 0) + 4; back += 5) {
      if (isDown) {
        const y0 = b.y - back - digitHeight;
        for (const away of [clearance, 2]) for (const x0 of [b.x + away, b.x - away - width]) yield { x0, y0, x1: x0 + width, y1: y0 + digitHeight };
      } else {
        const x0 = b.x - back - arrow - width;
        for (const away of [clearance - 1, 1]) for (const y0 of [b.y - away - digitHeight, b.y + away]) yield { x0, y0, x1: x0 + width, y1: y0 + digitHeight };
      }
    }
  }
  if (isDown) return;
  // A short line is all arrow: above or below that, or else at its tail.
  const end = points.at(-1)!;
  for (const [x1, away] of [
    [end.x - 1, clearance],
    [end.x - arrow + 2, 1],
  ] as const) {
    for (const y0 of [end.y - away - digitHeight, end.y + away]) yield { x0: x1 - width, y0, x1, y1: y0 + digitHeight };
  }
}

/** Places beside each piece that runs with the flow: nearest to the source first, right of (above) the line before left (below). */
function* candidates(points: readonly Point[], width: number, isDown: boolean): Generator<LinePlace> {
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1]!;
    const b = points[i]!;
    const isLast = i === points.length - 1;
    if (isDown ? a.x !== b.x : a.y !== b.y) continue;
    const from = isDown ? Math.min(a.y, b.y) : Math.min(a.x, b.x);
    const to = (isDown ? Math.max(a.y, b.y) : Math.max(a.x, b.x)) - (isLast ? arrow : 0);
    if (to - from < (isDown ? height : width + 4)) continue;
    // A long piece is labelled near its source, a short one in its middle; where that is taken, farther along.
    const middle = (from + to) / 2;
    for (const at of new Set([Math.min(middle, from + (isDown ? 18 : width / 2 + 10)), middle, Math.max(middle, to - (isDown ? 18 : width / 2 + 10))])) {
      if (isDown) {
        const y0 = at - height / 2;
        yield { at: { x: a.x, y: at }, x0: a.x + clearance, y0, x1: a.x + clearance + width, y1: y0 + height, far: "right" };
        yield { at: { x: a.x, y: at }, x0: a.x - clearance - width, y0, x1: a.x - clearance, y1: y0 + height, far: "left" };
      } else {
        const x0 = at - width / 2;
        yield { at: { x: at, y: a.y }, x0, y0: a.y - clearance + 1 - height, x1: x0 + width, y1: a.y - clearance + 1, far: "above" };
        yield { at: { x: at, y: a.y }, x0, y0: a.y + clearance - 1, x1: x0 + width, y1: a.y + clearance - 1 + height, far: "below" };
      }
    }
  }
}

/** Whether a line of level and upright pieces goes through a point. */
function isOn(points: readonly Point[], { x, y }: Point): boolean {
  return points.some((b, i) => {
    const a = points[i - 1];
    const isWithin = (value: number, from: number, to: number): boolean => Math.min(from, to) - lineWidth < value && value < Math.max(from, to) + lineWidth;
    return a !== undefined && isWithin(x, a.x, b.x) && isWithin(y, a.y, b.y);
  });
}
