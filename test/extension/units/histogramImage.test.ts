import { describe, expect, test } from "vitest";
import { histogramImage } from "../../../src/extension/editor/histogramImage.js";
import type { TensorStatistics } from "../../../src/protocol/index.js";

const colors = { bars: "#123456", curve: "#abcdef", axis: "#000000" };
const statistics = (given: Partial<TensorStatistics>): TensorStatistics => ({
  count: 4,
  sampled: 4,
  nan: 0,
  positiveInfinity: 0,
  negativeInfinity: 0,
  zeros: 0,
  finite: { min: 0, max: 1, mean: 0.5, std: 0.3 },
  histogram: { low: 0, high: 1, bins: [1, 3] },
  ...given,
});

function svg(address: string | undefined): string {
  expect(address).toMatch(/^data:image\/svg\+xml;base64,/);
  return Buffer.from(address!.split(",")[1]!, "base64").toString();
}

describe("the histogram inside a hover", () => {
  test("has a bar for each bin, in proportion", () => {
    const bars = [...svg(histogramImage(statistics({}), null, colors)).matchAll(/<rect [^>]*height="([\d.]+)" fill="#123456"/g)].map((match) =>
      Number(match[1]),
    );
    expect(bars).toHaveLength(2);
    expect(bars[1]! / bars[0]!).toBeCloseTo(3, 1);
  });

  test("has the expected density over it when the initialization has one", () => {
    const uniform = { kind: "uniform", low: 0, high: 1 } as const;
    expect(svg(histogramImage(statistics({}), uniform, colors))).toContain('stroke="#abcdef"');
    expect(svg(histogramImage(statistics({}), null, colors))).not.toContain('stroke="#abcdef"');
  });

  test("shows equal values as one spike", () => {
    const image = svg(histogramImage(statistics({ histogram: null, finite: { min: 2, max: 2, mean: 2, std: 0 } }), { kind: "constant", value: 2 }, colors));
    expect(image.match(/<rect/g)).toHaveLength(1);
  });

  test("draws nothing where no value is finite", () => {
    expect(histogramImage(statistics({ finite: null, histogram: null, nan: 4 }), null, colors)).toBeUndefined();
  });
});
