import { expect, test } from "vitest";
import { PlacedBoxes, type Rectangle } from "../../src/picture/layout/placedBoxes.js";
import { Dice } from "./generated.js";

test("a box is apart from those placed before it exactly where it is apart from each of them", () => {
  const dice = new Dice(7);
  let found = 0;
  for (let round = 0; round < 30; round++) {
    const boxes: Rectangle[] = [];
    const placed = new PlacedBoxes();
    for (let count = 0; count < 120; count++) {
      const [x0, y0] = [Math.round(dice.roll() * 900 - 100), Math.round(dice.roll() * 300 - 50)];
      const box = { x0, y0, x1: x0 + Math.round(dice.roll() * 150), y1: y0 + Math.round(dice.roll() * 70) };
      const meets = boxes.some((other) => box.x0 < other.x1 + 3 && other.x0 < box.x1 + 3 && box.y0 < other.y1 && other.y0 < box.y1);
      expect(placed.isApart(box, 3)).toBe(!meets);
      if (meets) continue;
      placed.add(box);
      boxes.push(box);
      found++;
    }
  }
  expect(found).toBeGreaterThan(300);
});
