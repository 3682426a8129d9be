import { describe, expect, test } from "vitest";
import { mapLines } from "../../../src/extension/code/lineMap.js";

const lines = (text: string): string[] => text.split("\n");

describe("lines of a run, carried to the edited text", () => {
  test("inserting a line moves the ones after it and edits none", () => {
    const { toNow, toThen } = mapLines(lines("a\nb\nc"), lines("a\nnew\nb\nc"));
    expect(toNow).toEqual([0, 2, 3]);
    expect(toThen).toEqual([0, null, 1, 2]);
  });

  test("an edited line is known as edited, its neighbours stay", () => {
    const { toNow, toThen } = mapLines(lines("a\nnew nn.Linear(4, 8)\nc"), lines("a\nnew nn.Linear(4, 16)\nc"));
    expect(toNow).toEqual([0, null, 2]);
    expect(toThen).toEqual([0, null, 2]);
  });

  test("removed lines are nowhere", () => {
    expect(mapLines(lines("a\nb\nc\nd"), lines("a\nd")).toNow).toEqual([0, null, null, 1]);
  });

  test("a text replaced as a whole keeps nothing", () => {
    const then = Array.from({ length: 20_000 }, (_, i) => `then ${i}`);
    const now = Array.from({ length: 20_000 }, (_, i) => `now ${i}`);
    const { toNow } = mapLines(then, now);
    expect(toNow.every((line) => line === null)).toBe(true);
  });
});
