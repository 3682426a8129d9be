import { describe, expect, test } from "vitest";
import { findLoops, type LoopStep } from "../../src/picture/model/loops.js";

/** Each takes what the one before it gives. "E" calls the next module of a row, "C" one module over and over, anything else is an operation of that name. */
function steps(names: string): LoopStep[] {
  return names
    .split(" ")
    .map((name, at) =>
      name === "E"
        ? { sign: "[experts.0]", node: `E${at}`, turn: "experts.0", takes: [at === 0 ? null : at - 1], outputs: [0] }
        : name === "C"
          ? { sign: "[cell]", node: `cell@${at}`, turn: "cell", takes: [at === 0 ? null : at - 1], outputs: [0] }
          : { sign: name, node: `${name}${at}`, turn: null, takes: [at === 0 ? null : at - 1], outputs: [0] },
    );
}

const folded = (names: string) => findLoops(steps(names)).map(({ nodes }) => [...nodes].map(([node, first]) => `${node}=${first}`).join(" "));

describe("loops over equal modules", () => {
  test("what follows each call is one operation", () => {
    expect(folded("E add E add E add")).toEqual(["E0=E0 E2=E0 E4=E0 add1=add1 add3=add1 add5=add1"]);
  });

  test("so is what comes before each call", () => {
    expect(folded("cat eq at E mul eq at E mul eq at E mul sum")).toEqual([
      "eq1=eq1 eq5=eq1 eq9=eq1 at2=at2 at6=at2 at10=at2 E3=E3 E7=E3 E11=E3 mul4=mul4 mul8=mul4 mul12=mul4",
    ]);
  });

  test("a step outside of the loop is not taken for one of its own", () => {
    expect(folded("add E add E add E add")).toEqual(["E1=E1 E3=E1 E5=E1 add2=add2 add4=add2 add6=add2"]);
  });

  test("different steps between the calls are no loop", () => {
    expect(folded("E add E mul E add")).toEqual([]);
    expect(folded("E add E E add")).toEqual([]);
  });

  test("the calls of one module are drawn as the first of them, with what is between them", () => {
    expect(folded("C C C")).toEqual(["cell@0=cell@0 cell@1=cell@0 cell@2=cell@0"]);
    expect(folded("C add C add C add")).toEqual(["cell@0=cell@0 cell@2=cell@0 cell@4=cell@0 add1=add1 add3=add1 add5=add1"]);
  });

  test("two turns are no loop", () => {
    expect(folded("E add E add")).toEqual([]);
    expect(folded("C add C")).toEqual([]);
  });
});

test("turns that take another result of the turn before are no loop", () => {
  const turns = [0, 1, 0, 1, 0].map((output, at) => ({
    sign: "[cell]",
    node: `cell@${at}`,
    turn: "cell",
    takes: [at === 0 ? null : at - 1],
    outputs: [output],
  }));
  expect(findLoops(turns.map((each) => ({ ...each, outputs: [0] })))).toHaveLength(1);
  expect(findLoops(turns)).toEqual([]);
});
