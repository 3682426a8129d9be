import type { Rectangle, Point } from "../geometry.js";
import { estimateText, fonts, type FontName, type MeasureText } from "../text.js";
import { type About, cornerRadius, type Paint, type Surface } from "./surface.js";

type SvgAttributes = Readonly<Record<string, string | number>>;

/** Where the elements of a drawing go: into a text, or into a page. */
export interface SvgWriter {
  element(name: "rect" | "path" | "text", attributes: SvgAttributes, text?: string): void;
  beginGroup(title: string, path?: string): void;
  endGroup(): void;
}

/** Draws with elements of SVG. Texts stay texts, of the classes of `fonts`. Every text says how wide it was measured, so that it fits in whatever face the reader has. */
export class SvgElements implements Surface {
  #opacity = 1;

  constructor(
    private readonly writer: SvgWriter,
    readonly measure: MeasureText,
  ) {}

  opacity(value: number): void {
    this.#opacity = value;
  }

  rectangle(x: number, y: number, width: number, height: number, radius: number, paint: Paint): void {
    const rounded: SvgAttributes = radius > 0 ? { rx: number(Math.min(radius, width / 2, height / 2)) } : {};
    this.writer.element("rect", { ...place({ x, y, width, height }), ...rounded, ...this.#paint(paint) });
  }

  line(points: readonly Point[], radius: number, paint: Paint): void {
    let path = `M${pair(points[0]!)}`;
    for (let i = 1; i < points.length - 1; i++) {
      const [before, corner, after] = [points[i - 1]!, points[i]!, points[i + 1]!];
      const r = cornerRadius(before, corner, after, radius);
      path += `L${pair(towards(corner, before, r))}Q${pair(corner)} ${pair(towards(corner, after, r))}`;
    }
    this.#path(`${path}L${pair(points.at(-1)!)}`, paint);
  }

  curve(from: Point, control1: Point, control2: Point, to: Point, paint: Paint): void {
    this.#path(`M${pair(from)}C${pair(control1)} ${pair(control2)} ${pair(to)}`, paint);
  }

  polygon(points: readonly Point[], paint: Paint): void {
    this.#path(`M${points.map(pair).join("L")}Z`, paint);
  }

  text(x: number, y: number, text: string, font: FontName, color: string, anchor: "start" | "middle" | "end"): void {
    this.writer.element(
      "text",
      {
        class: font,
        x: number(x),
        y: number(y),
        textLength: number(this.measure(text, font)),
        lengthAdjust: "spacingAndGlyphs",
        ...colored("fill", color),
        ...(anchor === "start" ? {} : { "text-anchor": anchor }),
        ...this.#faded(),
      },
      text,
    );
  }

  beginGroup(title: string, path?: string): void {
    this.writer.beginGroup(title, path);
  }

  endGroup(): void {
    this.writer.endGroup();
  }

  #path(path: string, paint: Paint): void {
    this.writer.element("path", { d: path, ...this.#paint(paint) });
  }

  #paint({ fill, stroke, lineWidth = 1, dash }: Paint): SvgAttributes {
    return {
      ...(fill ? colored("fill", fill) : { fill: "none" }),
      ...(stroke && {
        ...colored("stroke", stroke),
        ...(lineWidth === 1 ? {} : { "stroke-width": number(lineWidth) }),
        ...(dash && { "stroke-dasharray": dash.join(" ") }),
      }),
      ...this.#faded(),
    };
  }

  #faded(): SvgAttributes {
    return this.#opacity < 1 ? { opacity: this.#opacity } : {};
  }
}

/** The style sheet that the classes of texts belong to. */
export function fontStyles(fontFamily: string): string {
  const styles = Object.entries(fonts).map(([name, { size, weight }]) => `.${name}{font:${weight} ${size}px ${fontFamily}}`);
  return `text{white-space:pre}${styles.join("")}`;
}

/** Writes an SVG document. */
export class SvgSurface extends SvgElements {
  readonly #parts: string[];

  constructor(measure: MeasureText = estimateText) {
    const parts: string[] = [];
    super(
      {
        element: (name, attributes, text) => parts.push(`<${name}${written(attributes)}${text === undefined ? "/>" : `>${escape(text)}</${name}>`}`),
        beginGroup: (title) => parts.push(`<g><title>${escape(title)}</title>`),
        endGroup: () => parts.push("</g>"),
      },
      measure,
    );
    this.#parts = parts;
  }

  /** The document that shows an area of what was drawn, `scale` CSS pixels for each of its units. */
  document(area: Rectangle, scale: number, about: About, fontFamily: string, background: string | null): string {
    const { x, y, width, height } = area;
    const back = background ? `<rect${written({ ...place(area), ...colored("fill", background) })}/>` : "";
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" width="${number(width * scale)}" height="${number(height * scale)}" viewBox="${[x, y, width, height].map(number).join(" ")}" role="img">` +
      `<title>${escape(about.title)}</title>${about.description === "" ? "" : `<desc>${escape(about.description)}</desc>`}<style>${escape(fontStyles(fontFamily))}</style>${back}\n${this.#parts.join("\n")}\n</svg>\n`
    );
  }
}

function written(attributes: SvgAttributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join("");
}

function place({ x, y, width, height }: Rectangle): SvgAttributes {
  return { x: number(x), y: number(y), width: number(width), height: number(height) };
}

/** How see-through a colour is stands apart from it: not every viewer of SVG knows rgba(). */
function colored(attribute: "fill" | "stroke", color: string): SvgAttributes {
  const [, rgb, alpha] = /^rgba\(\s*([^,]+,[^,]+,[^,]+),\s*([\d.]+)\s*\)$/.exec(color) ?? [];
  return rgb === undefined ? { [attribute]: color } : { [attribute]: `rgb(${rgb})`, [`${attribute}-opacity`]: alpha! };
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function pair({ x, y }: Point): string {
  return `${number(x)} ${number(y)}`;
}

function towards(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: from.x + ((to.x - from.x) * distance) / length, y: from.y + ((to.y - from.y) * distance) / length };
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Also leaves out control characters, which XML forbids. */
function escape(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "").replace(/[&<>"']/g, (character) => entities[character]!);
}
