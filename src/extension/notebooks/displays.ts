/** What a cell's `display(...)` showed. */
export interface Display {
  readonly text: string;
  /** Whether it is a model: what it is called is known when the cell has ended. */
  readonly isModel: boolean;
}

// A command to an application within a text, as terminals know it: what is shown comes in its place among the prints (src/python/_layerscope/cells.py).
const opening = "\x1b_layerscope:display:";
const closing = "\x1b\\";

/** Takes displays out of what a cell prints, which comes in pieces. */
export class DisplayReader {
  /** The beginning of a display of which the rest is still to come. */
  #pending = "";

  read(piece: string): readonly (string | Display)[] {
    let text = this.#pending + piece;
    this.#pending = "";
    const parts: (string | Display)[] = [];
    const add = (printed: string): void => void (printed !== "" && parts.push(printed));
    for (;;) {
      const start = text.indexOf(opening);
      if (start < 0) break;
      const end = text.indexOf(closing, start + opening.length);
      add(text.slice(0, start));
      if (end < 0) {
        this.#pending = text.slice(start);
        return parts;
      }
      parts.push(displayOf(text.slice(start + opening.length, end)));
      text = text.slice(end + closing.length);
    }
    const cut = beginning(text);
    this.#pending = text.slice(text.length - cut);
    add(text.slice(0, text.length - cut));
    return parts;
  }

  /** What was begun and not ended was no display. */
  end(): string {
    const text = this.#pending;
    this.#pending = "";
    return text;
  }
}

/** How many characters at the end of a text may begin a display. */
function beginning(text: string): number {
  for (let count = Math.min(opening.length - 1, text.length); count > 0; count--) if (opening.startsWith(text.slice(-count))) return count;
  return 0;
}

/** Whatever else printed it has it as text. */
function displayOf(json: string): string | Display {
  try {
    const { text, isModel } = JSON.parse(json) as Partial<Record<keyof Display, unknown>>;
    if (typeof text === "string" && typeof isModel === "boolean") return { text, isModel };
  } catch {
    // It is no display.
  }
  return json;
}
