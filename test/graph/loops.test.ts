import { describe, expect, test } from "vitest";
import type { ModuleSnapshot } from "../../src/protocol/index.js";
import { findLoops, type LoopStep } from "../../webview/graph/model/loops.js";
import type { Row } from "../../webview/graph/model/rows.js";

const row: Row = { kind: "repeated", members: [{ path: "experts.0" } as ModuleSnapshot] };

/** "E" calls the next module of the row, anything else is an operation of that name. */
function steps(names: string): LoopStep[] {
  return names.split(" ").map((name, at) => (name === "E" ? { sign: "[experts.0]", operation: null, row } : { sign: name, operation: `${name}${at}`, row: null }));
}

const folded = (names: string) => findLoops(steps(names)).map(({ operations }) => [...operations].map(([node, first]) => `${node}=${first}`).join(" "));

describe("loops over equal modules", () => {
  test("what follows each call is one operation", () => {
    expect(folded("E add E add E add")).toEqual(["add1=add1 add3=add1 add5=add1"]);
  });

  test("so is what comes before each call", () => {
    expect(folded("cat eq at E mul eq at E mul eq at E mul sum")).toEqual(["eq1=eq1 eq5=eq1 eq9=eq1 at2=at2 at6=at2 at10=at2 mul4=mul4 mul8=mul4 mul12=mul4"]);
  });

  test("a step outside of the loop is not taken for one of its own", () => {
    expect(folded("add E add E add E add")).toEqual(["add2=add2 add4=add2 add6=add2"]);
  });

  test("different steps between the calls are no loop", () => {
    expect(folded("E add E mul E add")).toEqual([]);
    expect(folded("E add E E add")).toEqual([]);
  });

  test("calls that only follow one another repeat nothing else", () => {
    expect(folded("E E E E")).toEqual([]);
    expect(folded("E add E add")).toEqual([]);
  });
});
