import { describe, expect, it } from "vitest";
import { darkTheme, highContrastLightTheme, highContrastTheme, lightTheme, type LayerKind, type Theme } from "../../src/picture/theme.js";

type Triple = readonly [number, number, number];

/** Linear RGB as it appears to full protanopes, deuteranopes and tritanopes: Machado, Oliveira and Fernandes (2009). */
const simulations: Readonly<Record<string, readonly [Triple, Triple, Triple]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(color: string): Triple {
  const part = (at: number) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function times([a, b, c]: readonly [Triple, Triple, Triple], [x, y, z]: Triple): Triple {
  const dot = (row: Triple) => row[0] * x + row[1] * y + row[2] * z;
  return [dot(a), dot(b), dot(c)];
}

/** CIE 1976 L*a*b* under D65. */
function lab(rgb: Triple): Triple {
  const [x, y, z] = times(
    [
      [0.4124 / 0.95047, 0.3576 / 0.95047, 0.1805 / 0.95047],
      [0.2126, 0.7152, 0.0722],
      [0.0193 / 1.08883, 0.1192 / 1.08883, 0.9505 / 1.08883],
    ],
    rgb,
  ).map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116)) as [number, number, number];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function seenWith(matrix: readonly [Triple, Triple, Triple], color: string): Triple {
  return lab(times(matrix, linear(color)).map((value) => Math.max(0, Math.min(1, value))) as unknown as Triple);
}

function contrast(a: string, b: string): number {
  const [dark, light] = [a, b]
    .map((color) => {
      const [red, green, blue] = linear(color);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** What a box of its own color can be; a box of the user's own class and an operation are gray as structure is. */
const colored: readonly LayerKind[] = ["dense", "convolution", "attention", "recurrent", "embedding", "normalization", "activation", "structure"];
const themes: readonly (readonly [string, Theme])[] = [
  ["light", lightTheme],
  ["dark", darkTheme],
  ["high contrast", highContrastTheme],
  ["high contrast light", highContrastLightTheme],
];

describe.each(themes)("the colors of layers (%s)", (_, theme) => {
  it.each(Object.entries(simulations))("stay apart in %s sight", (_, matrix) => {
    colored.forEach((kind, i) =>
      colored.slice(i + 1).forEach((other) => {
        const [a, b] = [seenWith(matrix, theme.kinds[kind]), seenWith(matrix, theme.kinds[other])];
        expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]), `${kind} and ${other}`).toBeGreaterThan(13);
      }),
    );
  });

  it("are legible as text", () => {
    for (const kind of colored) expect(contrast(theme.kinds[kind], theme.background), kind).toBeGreaterThanOrEqual(4.5);
  });
});
