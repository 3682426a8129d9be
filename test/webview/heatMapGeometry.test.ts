import { describe, expect, test } from "vitest";
import { axisNames } from "../../src/describe/axisNames.js";
import { colourScale, greatestHeight, heatMapGeometry } from "../../webview/inspector/heatMapGeometry.js";

describe("the drawing of a matrix", () => {
  test.each([
    [64, 2],
    [2, 64],
    [64, 64],
    [8, 4],
    [1, 10],
    [64, 1],
  ])("of %i rows and %i columns is no higher than its place", (rows, columns) => {
    const { down, across, cellHeight, cellWidth } = heatMapGeometry(rows, columns, 300);
    expect(down * cellHeight).toBeLessThanOrEqual(greatestHeight);
    expect(across * cellWidth).toBeLessThanOrEqual(Math.max(300, 64 * 5));
    expect(down * across).toBe(rows * columns);
  });

  test("a tall one lies on its side, others stand", () => {
    expect(heatMapGeometry(64, 2, 300)).toMatchObject({ transposed: true, across: 64, down: 2 });
    expect(heatMapGeometry(8, 4, 300).transposed).toBe(false);
  });
});

describe("the scale of colours", () => {
  const even = Array.from({ length: 100 }, (_, at) => (at - 50) / 50);

  test("reaches to the largest magnitude", () => {
    expect(colourScale({ values: even })).toEqual({ limit: 1, clipped: null, constant: null });
  });

  test("ends before outliers that would blacken the rest", () => {
    expect(colourScale({ values: [...even, 400] })).toMatchObject({ limit: 0.98, clipped: 400 });
  });

  test("does not end at zero where most values are", () => {
    expect(colourScale({ values: [...Array.from({ length: 200 }, () => 0), 3] })).toMatchObject({ limit: 3, clipped: null });
  });

  test("knows a constant, which NaN or an infinity is not part of", () => {
    expect(colourScale({ values: [0, 0] }).constant).toBe(0);
    expect(colourScale({ values: [2, null] }).constant).toBeNull();
    expect(colourScale({ values: [2, "Infinity"] }).constant).toBeNull();
  });
});

test("axes have names where the layer is known, and numbers elsewhere", () => {
  expect(axisNames({ axes: ["out", "in"] }, [8, 4])).toEqual(["out", "in"]);
  expect(axisNames({ axes: ["out", "in", "height", "width"] }, [8, 4, 3, 3])).toEqual(["height", "width"]);
  expect(axisNames({ axes: ["out"] }, [8])).toEqual(["out"]);
  expect(axisNames({}, [2, 8, 4])).toEqual(["dim 1", "dim 2"]);
  expect(axisNames({}, [])).toEqual([]);
  expect(axisNames({ axes: ["out", "in"] }, [8]), "of a tensor that is another now").toEqual(["dim 0"]);
});
