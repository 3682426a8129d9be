import { type Check, list, numeric, oneOf, shape, text, whole } from "../../protocol/check.js";
import type { Point, Rectangle } from "../geometry.js";
import { type FontName, fonts } from "../text.js";
import { lightTheme, type Theme } from "../theme.js";
import type { About, Paint, Surface } from "./surface.js";

/**
 * A drawing as plain data, to be kept, and drawn later on any surface in any theme: its colours are names of the theme's. Coordinates have two decimals, and each
 * way of painting is written once.
 */
export interface RecordedDrawing extends About {
  /** What of the plane the drawing takes. */
  readonly area: readonly [x: number, y: number, width: number, height: number];
  readonly paints: readonly Paint[];
  readonly marks: readonly Mark[];
}

/** A call of the surface. `paint` is an index into the drawing's paints; points are one number after the other. */
type Mark =
  | readonly ["opacity", value: number]
  | readonly ["rectangle", x: number, y: number, width: number, height: number, radius: number, paint: number]
  | readonly ["line", points: readonly number[], radius: number, paint: number]
  | readonly ["curve", points: readonly number[], paint: number]
  | readonly ["polygon", points: readonly number[], paint: number]
  | readonly ["text", x: number, y: number, text: string, font: FontName, color: string, anchor: Anchor]
  | readonly ["begin", title: string]
  | readonly ["begin", title: string, path: string]
  | readonly ["end"];

type Anchor = "start" | "middle" | "end";

/** The colours of a theme, by their names in a drawing. */
function colorsOf({ kinds, ...theme }: Theme): ReadonlyMap<string, string> {
  const { appearance: _, fontFamily: _sans, monospaceFamily: _monospace, ...colors } = theme;
  return new Map([...Object.entries(colors), ...Object.entries(kinds).map(([kind, color]) => [`kinds.${kind}`, color] as const)]);
}

const names = [...colorsOf(lightTheme).keys()];

/** A theme whose colours are their own names: what is painted with it can be recorded. */
export const namedColors: Theme = {
  ...lightTheme,
  ...(Object.fromEntries(names.map((name) => [name, name])) as Partial<Theme>),
  kinds: Object.fromEntries(Object.keys(lightTheme.kinds).map((kind) => [kind, `kinds.${kind}`])) as Theme["kinds"],
};

/** Takes what is painted with `namedColors`. */
export class RecordingSurface implements Surface {
  readonly #paints = new Map<string, number>();
  readonly #marks: Mark[] = [];

  opacity(value: number): void {
    this.#marks.push(["opacity", value]);
  }

  rectangle(x: number, y: number, width: number, height: number, radius: number, paint: Paint): void {
    this.#marks.push(["rectangle", rounded(x), rounded(y), rounded(width), rounded(height), rounded(radius), this.#paint(paint)]);
  }

  line(points: readonly Point[], radius: number, paint: Paint): void {
    this.#marks.push(["line", flat(points), radius, this.#paint(paint)]);
  }

  curve(from: Point, control1: Point, control2: Point, to: Point, paint: Paint): void {
    this.#marks.push(["curve", flat([from, control1, control2, to]), this.#paint(paint)]);
  }

  polygon(points: readonly Point[], paint: Paint): void {
    this.#marks.push(["polygon", flat(points), this.#paint(paint)]);
  }

  text(x: number, y: number, text: string, font: FontName, color: string, anchor: Anchor): void {
    this.#marks.push(["text", rounded(x), rounded(y), text, font, color, anchor]);
  }

  beginGroup(title: string, path?: string): void {
    this.#marks.push(path === undefined ? ["begin", title] : ["begin", title, path]);
  }

  endGroup(): void {
    this.#marks.push(["end"]);
  }

  drawing({ x, y, width, height }: Rectangle, about: About): RecordedDrawing {
    const paints = [...this.#paints.keys()].map((paint) => JSON.parse(paint) as Paint);
    return { ...about, area: [rounded(x), rounded(y), rounded(width), rounded(height)], paints, marks: this.#marks };
  }

  #paint(paint: Paint): number {
    const key = JSON.stringify(paint);
    const known = this.#paints.get(key) ?? this.#paints.size;
    this.#paints.set(key, known);
    return known;
  }
}

/** Draws what was recorded. */
export function replay({ paints, marks }: RecordedDrawing, surface: Surface, theme: Theme): void {
  const colors = colorsOf(theme);
  const color = (name: string): string => colors.get(name) ?? theme.foreground;
  const resolved = paints.map(
    ({ fill, stroke, ...paint }): Paint => ({
      ...paint,
      ...(fill !== undefined && { fill: color(fill) }),
      ...(stroke !== undefined && { stroke: color(stroke) }),
    }),
  );
  const paintOf = (index: number): Paint => resolved[index] ?? {};
  for (const mark of marks) {
    switch (mark[0]) {
      case "opacity":
        surface.opacity(mark[1]);
        break;
      case "rectangle":
        surface.rectangle(mark[1], mark[2], mark[3], mark[4], mark[5], paintOf(mark[6]));
        break;
      case "line":
        surface.line(points(mark[1]), mark[2], paintOf(mark[3]));
        break;
      case "curve": {
        const [from, control1, control2, to] = points(mark[1]);
        surface.curve(from!, control1!, control2!, to!, paintOf(mark[2]));
        break;
      }
      case "polygon":
        surface.polygon(points(mark[1]), paintOf(mark[2]));
        break;
      case "text":
        surface.text(mark[1], mark[2], mark[3], mark[4], color(mark[5]), mark[6]);
        break;
      case "begin":
        surface.beginGroup(mark[1], mark[2]);
        break;
      case "end":
        surface.endGroup();
        break;
    }
  }
}

const color = oneOf(...names);
const anchor = oneOf<Anchor>("start", "middle", "end");
const font = oneOf(...(Object.keys(fonts) as FontName[]));
/** At least so many points, each of two numbers. */
const pointsFrom =
  (least: number): Check<readonly number[]> =>
  (value) =>
    list(numeric)(value) ?? ((value as readonly number[]).length % 2 === 0 && (value as readonly number[]).length >= 2 * least ? null : " has too few points");

function members<M extends Mark>(...checks: { readonly [At in keyof M]: Check<M[At]> }): Check<M> {
  return (value) => {
    const given = value as readonly unknown[];
    if (given.length !== checks.length) return ` has not ${checks.length} members`;
    for (const [at, check] of checks.entries()) {
      const wrong = check(given[at]);
      if (wrong !== null) return `[${at}]${wrong}`;
    }
    return null;
  };
}

type Of<Name extends Mark[0]> = Extract<Mark, readonly [Name, ...unknown[]]>;
const marks: { readonly [Name in Mark[0]]: Check<Of<Name>> } = {
  opacity: members<Of<"opacity">>(oneOf("opacity"), numeric),
  rectangle: members<Of<"rectangle">>(oneOf("rectangle"), numeric, numeric, numeric, numeric, numeric, whole),
  line: members<Of<"line">>(oneOf("line"), pointsFrom(2), numeric, whole),
  curve: members<Of<"curve">>(oneOf("curve"), pointsFrom(4), whole),
  polygon: members<Of<"polygon">>(oneOf("polygon"), pointsFrom(2), whole),
  text: members<Of<"text">>(oneOf("text"), numeric, numeric, text, font, color, anchor),
  begin: (value) => list(text)(value) ?? ([2, 3].includes((value as readonly unknown[]).length) ? null : " has neither a title alone nor a path with it"),
  end: members<Of<"end">>(oneOf("end")),
};

const mark: Check<Mark> = (value) => {
  const name: unknown = Array.isArray(value) ? value[0] : null;
  return typeof name === "string" && Object.hasOwn(marks, name) ? (marks[name as Mark[0]] as Check<Mark>)(value) : " is no mark";
};

/** Groups that are begun are ended, and no others. */
const balanced: Check<readonly Mark[]> = (value) => {
  let open = 0;
  for (const [name] of value as readonly Mark[]) {
    open += name === "begin" ? 1 : name === "end" ? -1 : 0;
    if (open < 0) break;
  }
  return open === 0 ? null : " has a group that is not whole";
};

const area: Check<RecordedDrawing["area"]> = (value) =>
  list(numeric)(value) ?? ((value as readonly number[]).length === 4 && (value as readonly number[]).slice(2).every((size) => size > 0) ? null : " is no area");

/** Nothing is drawn that was not held against this: a file of somebody else's may say that it holds a drawing. */
export const checkDrawing: Check<RecordedDrawing> = shape<RecordedDrawing>({
  title: text,
  description: text,
  area,
  paints: list(shape<Paint>({}, { fill: color, stroke: color, lineWidth: numeric, dash: list(numeric) })),
  marks: (value) => list(mark)(value) ?? balanced(value),
});

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function flat(points: readonly Point[]): number[] {
  return points.flatMap(({ x, y }) => [rounded(x), rounded(y)]);
}

function points(numbers: readonly number[]): Point[] {
  return Array.from({ length: numbers.length / 2 }, (_, at) => ({ x: numbers[2 * at]!, y: numbers[2 * at + 1]! }));
}
