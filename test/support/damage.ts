/** Random damage to data and to text, the same for the same seed. */
export class Damage {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to 1 (Mulberry32). */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number below `count`. */
  below(count: number): number {
    return Math.floor(this.random() * count);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** The value with one to three places of it gone, or replaced by something odd. */
  of(value: unknown): unknown {
    let damaged: unknown = structuredClone(value);
    for (let times = 1 + this.below(3); times > 0; times--) damaged = this.#once(damaged);
    return damaged;
  }

  #once(root: unknown): unknown {
    const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
    const visit = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, member] of Object.entries(value)) {
        places.push({ holder: value as Record<string, unknown>, key });
        visit(member);
      }
    };
    visit(root);
    if (places.length === 0 || this.random() < 0.02) return this.#odd();
    const { holder, key } = this.pick(places);
    const how = this.random();
    if (how < 0.3) {
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
    } else if (how < 0.45) {
      // Something that is right elsewhere.
      const other = this.pick(places);
      holder[key] = structuredClone(other.holder[other.key]);
    } else if (how < 0.55 && !Array.isArray(holder)) {
      holder[`${key}x`] = this.#odd();
    } else {
      holder[key] = this.#odd();
    }
    return root;
  }

  #odd(): unknown {
    const odd: readonly unknown[] = [
      null,
      true,
      -1,
      0.5,
      1e308,
      2 ** 53,
      "",
      "toString",
      "__proto__",
      "x".repeat(5000),
      [],
      {},
      [[]],
      [null],
      { kind: "state" },
    ];
    return structuredClone(this.pick(odd));
  }

  /** The text with lines gone, doubled or moved, numbers and names changed, or one to four pieces of it gone, doubled or replaced by odd characters. */
  ofText(text: string): string {
    const how = this.random();
    if (how < 0.3) return this.#ofLines(text);
    if (how < 0.6) return this.#ofWords(text);
    return this.#ofPieces(text);
  }

  #ofLines(text: string): string {
    const lines = text.split("\n");
    for (let times = 1 + this.below(3); times > 0; times--) {
      const line = this.below(lines.length);
      const how = this.random();
      if (how < 0.4) lines.splice(line, 1);
      else if (how < 0.7) lines.splice(this.below(lines.length), 0, lines[line] ?? "");
      else lines.splice(this.below(lines.length), 0, ...lines.splice(line, 1));
    }
    return lines.join("\n");
  }

  #ofWords(text: string): string {
    const words = [...text.matchAll(/[A-Za-z_]\w*|\d+(\.\d+)?/g)];
    let damaged = text;
    const chosen = Array.from({ length: 1 + this.below(2) }, () => this.pick(words)).sort((a, b) => b.index - a.index);
    for (const { 0: word, index } of chosen) {
      const instead = /^\d/.test(word)
        ? this.pick(["0", "1", "7", "1e9", "-1", "0.5", "NaN", "1n", "2 ** 40"])
        : this.random() < 0.8
          ? this.pick(words)[0]
          : "undefined";
      damaged = damaged.slice(0, index) + instead + damaged.slice(index + word.length);
    }
    return damaged;
  }

  #ofPieces(text: string): string {
    let damaged = text;
    for (let times = 1 + this.below(4); times > 0; times--) {
      const from = this.below(damaged.length + 1);
      const to = Math.min(damaged.length, from + this.below(this.random() < 0.5 ? 4 : 60));
      const piece = damaged.slice(from, to);
      const how = this.random();
      const instead = how < 0.35 ? "" : how < 0.5 ? piece + piece : how < 0.8 ? this.pick(oddPieces) : String.fromCharCode(this.below(0x3000));
      damaged = damaged.slice(0, from) + instead + damaged.slice(to);
    }
    return damaged;
  }

  /** The bytes with some of them changed, gone or added. */
  ofBytes(bytes: Buffer): Buffer {
    const from = this.below(bytes.length + 1);
    const to = Math.min(bytes.length, from + this.below(8));
    const more = Buffer.from(Array.from({ length: this.below(8) }, () => this.below(256)));
    return Buffer.concat([bytes.subarray(0, from), more, bytes.subarray(to)]);
  }
}

const oddPieces = [
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  "`",
  '"',
  "'",
  "/*",
  "//",
  "\\",
  "\n",
  "\u2028",
  "\0",
  "\uFEFF",
  "null",
  "undefined",
  "NaN",
  "-1",
  "1e9",
  "1n",
  "Infinity",
  "await ",
  "yield ",
  "throw 1;",
  "while (false) {}",
  "net",
  "torch.",
  "new ",
  "class ",
  "this",
  "=>",
  "...",
  "?.",
  "import ",
  "export ",
  "delete net;",
  "Symbol()",
  "new Proxy({}, {})",
  "😀",
];
