import type { Distribution, TensorStatistics } from "../../protocol/index.js";
import { density } from "../../describe/density.js";

/** Ink of the pictures inside hovers. An image cannot read the theme's variables, so it is drawn for the kind of theme in force. */
export interface ImageColors {
  readonly bars: string;
  readonly curve: string;
  readonly axis: string;
}

const width = 120;
const height = 28;

/**
 * A histogram with the density that the initialization follows in theory over it, as an SVG data address; undefined where there is nothing
 * to draw. Equal values are a spike: they have no width to spread over.
 */
export function histogramImage(statistics: TensorStatistics, distribution: Distribution | null, colors: ImageColors): string | undefined {
  const { finite, histogram } = statistics;
  if (!finite) return undefined;
  const base = height - 1;
  const shapes: string[] = [`<path d="M0 ${base + 0.5}H${width}" stroke="${colors.axis}"/>`];
  if (!histogram) {
    shapes.push(`<rect x="${width / 2 - 1.5}" y="2" width="3" height="${base - 2}" fill="${colors.bars}"/>`);
  } else {
    const { low, high, bins } = histogram;
    const binWidth = (high - low) / bins.length;
    const total = bins.reduce((sum, count) => sum + count, 0);
    const expected =
      distribution && distribution.kind !== "constant"
        ? Array.from({ length: width + 1 }, (_, x) => density(distribution, low + ((high - low) * x) / width) * binWidth * total)
        : [];
    const top = Math.max(...bins, ...expected);
    const scale = (base - 2) / top;
    bins.forEach((count, bin) => {
      const barHeight = count * scale;
      const x = (bin * width) / bins.length;
      shapes.push(
        `<rect x="${round(x)}" y="${round(base - barHeight)}" width="${round(width / bins.length - 0.5)}" height="${round(barHeight)}" fill="${colors.bars}"/>`,
      );
    });
    if (expected.length > 0) {
      const path = expected.map((value, x) => `${x === 0 ? "M" : "L"}${x} ${round(base - value * scale)}`).join("");
      shapes.push(`<path d="${path}" fill="none" stroke="${colors.curve}" stroke-width="1.5"/>`);
    }
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${shapes.join("")}</svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
