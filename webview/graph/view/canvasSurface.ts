import type { Point } from "../../../src/picture/geometry.js";
import { fontText, type FontName } from "../../../src/picture/text.js";
import { cornerRadius, type Paint, type Surface } from "../../../src/picture/drawing/surface.js";

export class CanvasSurface implements Surface {
  #font: FontName | null = null;

  constructor(
    readonly context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
    readonly fontFamily: string,
  ) {}

  opacity(value: number): void {
    this.context.globalAlpha = value;
  }

  rectangle(x: number, y: number, width: number, height: number, radius: number, paint: Paint): void {
    const { context } = this;
    if (radius === 0 && !paint.stroke) {
      context.fillStyle = paint.fill!;
      context.fillRect(x, y, width, height);
      return;
    }
    context.beginPath();
    if (radius === 0) context.rect(x, y, width, height);
    else context.roundRect(x, y, width, height, radius);
    this.#finish(paint);
  }

  line(points: readonly Point[], radius: number, paint: Paint): void {
    const { context } = this;
    context.beginPath();
    context.moveTo(points[0]!.x, points[0]!.y);
    for (let i = 1; i < points.length - 1; i++) {
      const corner = points[i]!;
      const next = points[i + 1]!;
      context.arcTo(corner.x, corner.y, next.x, next.y, cornerRadius(points[i - 1]!, corner, next, radius));
    }
    context.lineTo(points.at(-1)!.x, points.at(-1)!.y);
    this.#finish(paint);
  }

  curve(from: Point, control1: Point, control2: Point, to: Point, paint: Paint): void {
    this.context.beginPath();
    this.context.moveTo(from.x, from.y);
    this.context.bezierCurveTo(control1.x, control1.y, control2.x, control2.y, to.x, to.y);
    this.#finish(paint);
  }

  polygon(points: readonly Point[], paint: Paint): void {
    this.context.beginPath();
    points.forEach(({ x, y }, index) => (index === 0 ? this.context.moveTo(x, y) : this.context.lineTo(x, y)));
    this.context.closePath();
    this.#finish(paint);
  }

  text(x: number, y: number, text: string, font: FontName, color: string, anchor: "start" | "middle" | "end"): void {
    const { context } = this;
    if (this.#font !== font) {
      this.#font = font;
      context.font = fontText(font, this.fontFamily);
    }
    context.textAlign = anchor === "middle" ? "center" : anchor;
    context.fillStyle = color;
    context.fillText(text, x, y);
  }

  beginGroup(): void {}
  endGroup(): void {}

  #finish({ fill, stroke, lineWidth = 1, dash }: Paint): void {
    const { context } = this;
    if (fill) {
      context.fillStyle = fill;
      context.fill();
    }
    if (stroke) {
      context.strokeStyle = stroke;
      context.lineWidth = lineWidth;
      if (dash) context.setLineDash(dash as number[]);
      context.stroke();
      if (dash) context.setLineDash([]);
    }
  }
}
