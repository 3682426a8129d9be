import type { Rectangle, Point } from "../geometry.js";
import { estimateText, fonts, type FontName, type MeasureText } from "../text.js";
import { cornerRadius, type Paint, type Surface } from "./surface.js";

/** What a document says of itself; `description` may be "". */
interface About {
  readonly title: string;
  readonly description: string;
}

/**
 * Writes an SVG document. Texts stay texts; fonts are classes of a style sheet. Every text says how wide it was measured, so that it fits in whatever face
 * the reader has.
 */
export class SvgSurface implements Surface {
  readonly #parts: string[] = [];
  #opacity = 1;

  constructor(readonly measure: MeasureText = estimateText) {}

  opacity(value: number): void {
    this.#opacity = value;
  }

  rectangle(x: number, y: number, width: number, height: number, radius: number, paint: Paint): void {
    const rounded = radius > 0 ? ` rx="${number(Math.min(radius, width / 2, height / 2))}"` : "";
    this.#parts.push(`<rect x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"${rounded}${this.#paint(paint)}/>`);
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
    const anchored = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
    const faded = this.#opacity < 1 ? ` opacity="${this.#opacity}"` : "";
    const width = number(this.measure(text, font));
    this.#parts.push(
      `<text class="${font}" x="${number(x)}" y="${number(y)}" textLength="${width}" lengthAdjust="spacingAndGlyphs"${colored("fill", color)}${anchored}${faded}>${escape(text)}</text>`,
    );
  }

  beginGroup(title: string): void {
    this.#parts.push(`<g><title>${escape(title)}</title>`);
  }

  endGroup(): void {
    this.#parts.push("</g>");
  }

  /** The document that shows an area of what was drawn, `scale` CSS pixels for each of its units. */
  document({ x, y, width, height }: Rectangle, scale: number, about: About, fontFamily: string, background: string | null): string {
    const styles = Object.entries(fonts)
      .map(([name, { size, weight }]) => `.${name}{font:${weight} ${size}px ${fontFamily}}`)
      .join("");
    const back = background
      ? `<rect x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"${colored("fill", background)}/>`
      : "";
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" width="${number(width * scale)}" height="${number(height * scale)}" viewBox="${[x, y, width, height].map(number).join(" ")}" role="img">` +
      `<title>${escape(about.title)}</title>${about.description === "" ? "" : `<desc>${escape(about.description)}</desc>`}<style>text{white-space:pre}${escape(styles)}</style>${back}\n${this.#parts.join("\n")}\n</svg>\n`
    );
  }

  #path(path: string, paint: Paint): void {
    this.#parts.push(`<path d="${path}"${this.#paint(paint)}/>`);
  }

  #paint({ fill, stroke, lineWidth = 1, dash }: Paint): string {
    let text = fill ? colored("fill", fill) : ' fill="none"';
    if (stroke)
      text += `${colored("stroke", stroke)}${lineWidth === 1 ? "" : ` stroke-width="${number(lineWidth)}"`}${dash ? ` stroke-dasharray="${dash.join(" ")}"` : ""}`;
    if (this.#opacity < 1) text += ` opacity="${this.#opacity}"`;
    return text;
  }
}

/** How see-through a colour is stands apart from it: not every viewer of SVG knows rgba(). */
function colored(attribute: "fill" | "stroke", color: string): string {
  const [, rgb, alpha] = /^rgba\(\s*([^,]+,[^,]+,[^,]+),\s*([\d.]+)\s*\)$/.exec(color) ?? [];
  return rgb === undefined ? ` ${attribute}="${escape(color)}"` : ` ${attribute}="rgb(${escape(rgb)})" ${attribute}-opacity="${alpha}"`;
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
