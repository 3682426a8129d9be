import { describe, expect, test } from "vitest";
import { ModelIndex } from "../../src/describe/modelIndex.js";
import { measuredColumns, parameterRows, toCsv, toMarkdown } from "../../src/describe/parameterRows.js";
import { searchTensors } from "../../src/describe/search.js";
import { linear, relu, rgnet, sequential, snapshot, tensor, tied } from "./snapshots.js";

const nested = new ModelIndex(rgnet());
const names = (query: string, index = nested) => parameterRows(index, searchTensors(query, index), null).map((row) => row.name);

describe("rows", () => {
  test("a shared parameter has one row", () => {
    const index = new ModelIndex(tied());
    expect(names("", index)).toEqual(["0.weight", "0.bias", "2.weight", "2.bias", "6.weight", "6.bias"]);
  });

  test("a search keeps tensors one by one, not all of a matching module", () => {
    expect(names("bias in_features=4")).toEqual([]);
    expect(names("params>=32 1.0")).toEqual(["0.block 1.0.weight"]);
    expect(names("shape:1x4")).toEqual(["1.weight"]);
    expect(names("type:Linear bias")).toHaveLength(9);
  });

  test("a query that cannot be understood hides nothing", () => {
    expect(names("param>1")).toHaveLength(18);
  });
});

describe("order", () => {
  const odd = tensor([3], { kind: "uniform", low: 0, high: 1 });
  odd.values.fill(Number.NaN);
  const index = new ModelIndex(snapshot("odd", sequential(linear(10, 3, undefined, odd), relu(), linear(3, 2)), [1, 10]));
  const ordered = (column: "count" | "std" | "name", descending: boolean) => parameterRows(index, null, { column, descending }).map((row) => row.name);

  test("by number, both ways", () => {
    expect(ordered("count", true)).toEqual(["0.weight", "2.weight", "0.bias", "2.bias"]);
    expect(ordered("count", false)).toEqual(["2.bias", "0.bias", "2.weight", "0.weight"]);
  });

  test("what has no value comes last either way", () => {
    expect(ordered("std", true).at(-1)).toBe("0.bias");
    expect(ordered("std", false).at(-1)).toBe("0.bias");
  });

  test("numbers in names count as numbers", () => {
    const many = new ModelIndex(snapshot("many", sequential(...Array.from({ length: 12 }, () => linear(1, 1))), [1, 1]));
    const sorted = parameterRows(many, null, { column: "name", descending: false }).map((row) => row.name);
    expect(sorted.indexOf("2.bias")).toBeLessThan(sorted.indexOf("10.bias"));
  });
});

describe("copies", () => {
  const quoted = snapshot("quoted", sequential(['a "b", c|d', linear(2, 1)]), [1, 2]);
  const rows = parameterRows(new ModelIndex(quoted), null, null);

  test("CSV quotes what needs it and keeps numbers in full", () => {
    const [head, first] = toCsv(rows).split("\r\n");
    expect(head).toMatch(/^name,shape,initialization,count,std,mean,/);
    expect(first).toMatch(/^"a ""b"", c\|d\.weight","\[1, 2\]",kaimingUniform_,2,/);
    expect(first).toContain(String(quoted.tensors[0]!.statistics!.finite!.mean));
  });

  test("CSV has no cell that a table program carries out", () => {
    const [row] = parameterRows(nested, searchTensors("", nested), null);
    const cells = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "plain"].map(
      (name) =>
        toCsv([{ ...row!, name }])
          .split("\r\n")[1]!
          .split(",")[0],
    );
    expect(cells).toEqual(["'=1+1", "'+1", "'-1", "'@SUM(1)", "'\t=1", "plain"]);
  });

  test("Markdown keeps its columns whatever a name holds", () => {
    const lines = toMarkdown(rows).trimEnd().split("\n");
    const cells = (line: string) => line.replace(/\\./g, "").split("|").length;
    expect(lines).toHaveLength(4);
    expect(new Set(lines.map(cells)).size).toBe(1);
  });
});

test("every column is there at every width, the telling ones first; in a narrow table the name gives way", () => {
  const measured = (width: number) => measuredColumns(parameterRows(nested, null, null), width, 7);
  expect(
    measured(320)
      .map(({ column }) => column.id)
      .slice(0, 4),
  ).toEqual(["name", "shape", "distribution", "initialization"]);
  expect(measured(320).map(({ column }) => column.id)).toEqual(measured(2000).map(({ column }) => column.id));
  expect(measured(320)[0]!.width).toBe(140);
});
