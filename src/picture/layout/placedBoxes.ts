export interface Rectangle {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** About as large as most labels: each lies in few cells. */
const cell = 64;

/** Boxes that come one by one, found by where they are: thousands of labels are each held against those nearby. */
export class PlacedBoxes {
  readonly #rows = new Map<number, Map<number, Rectangle[]>>();

  add(box: Rectangle): void {
    for (const [row, column] of cellsOf(box, 0)) {
      let cells = this.#rows.get(row);
      if (!cells) this.#rows.set(row, (cells = new Map<number, Rectangle[]>()));
      const known = cells.get(column);
      if (known) known.push(box);
      else cells.set(column, [box]);
    }
  }

  /** Whether none is over the box, or nearer than `beside` to its left or right. */
  isApart(box: Rectangle, beside: number): boolean {
    for (const [row, column] of cellsOf(box, beside)) {
      const near = this.#rows.get(row)?.get(column);
      if (near?.some((other) => box.x0 < other.x1 + beside && other.x0 < box.x1 + beside && box.y0 < other.y1 && other.y0 < box.y1)) return false;
    }
    return true;
  }
}

function* cellsOf({ x0, y0, x1, y1 }: Rectangle, beside: number): Generator<[row: number, column: number]> {
  for (let row = Math.floor(y0 / cell); row <= Math.floor(y1 / cell); row++) {
    for (let column = Math.floor((x0 - beside) / cell); column <= Math.floor((x1 + beside) / cell); column++) yield [row, column];
  }
}
