import { expect, test } from "vitest";
import { formatBytes, formatCompact, formatPercent, formatShape, formatValue } from "../../src/describe/format.js";

test.each([
  [0, "0"],
  [7, "7"],
  [999, "999"],
  [1000, "1K"],
  [1500, "1.5K"],
  [61_706, "61.7K"],
  [999_999, "1M"],
  [124_439_808, "124M"],
  [8_030_261_248, "8B"],
])("%d parameters read %s", (count, text) => {
  expect(formatCompact(count)).toBe(text);
});

test.each([
  [0, "0"],
  [0.5, "0.5"],
  [-0.4967, "−0.4967"],
  [2.2360679, "2.236"],
  [12345.678, "12,346"],
  [1e-7, "1e-7"],
  [0.00012345, "1.23e-4"],
  [3.4028235e38, "3.4e38"],
  [Number.NaN, "NaN"],
  [-Infinity, "−∞"],
])("the value %d reads %s", (value, text) => {
  expect(formatValue(value)).toBe(text);
});

test.each([
  [128, "128 B"],
  [1024, "1 KiB"],
  [497_759_232, "475 MiB"],
])("%d bytes read %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("a share is never rounded to none or all", () => {
  expect(formatPercent(0)).toBe("0%");
  expect(formatPercent(0.00001)).toBe("<0.1%");
  expect(formatPercent(0.99999)).toBe(">99.9%");
  expect(formatPercent(1)).toBe("100%");
});

test("shapes", () => {
  expect(formatShape([8, 4])).toBe("8×4");
  expect(formatShape([])).toBe("()");
  expect(formatShape(null)).toBe("?");
});
