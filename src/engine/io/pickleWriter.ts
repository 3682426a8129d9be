/** Writes Python's pickle format, protocol 2, as far as PyTorch's files need it (Lib/pickletools.py). */
export class PickleWriter {
  readonly #parts: number[] = [0x80, 2];
  readonly #memo = new Map<unknown, number>();

  /** A module's member: "torch._utils", "_rebuild_tensor_v2". */
  global(module: string, name: string): void {
    if (this.recall(`${module} ${name}`)) return;
    this.#parts.push(0x63, ...utf8(`${module}\n${name}\n`));
    this.memoize(`${module} ${name}`);
  }

  none(): void {
    this.#parts.push(0x4e);
  }

  boolean(value: boolean): void {
    this.#parts.push(value ? 0x88 : 0x89);
  }

  /** A whole number as int, of any size; another one as float. */
  number(value: number | bigint): void {
    if (typeof value === "bigint" || (Number.isInteger(value) && !Object.is(value, -0))) this.#integer(BigInt(value));
    else this.#parts.push(0x47, ...new Uint8Array(new Float64Array([value]).buffer).reverse());
  }

  #integer(value: bigint): void {
    if (value >= 0n && value < 0x100n) this.#parts.push(0x4b, Number(value));
    else if (value >= 0n && value < 0x10000n) this.#parts.push(0x4d, Number(value) & 0xff, Number(value) >> 8);
    else if (BigInt.asIntN(32, value) === value) this.#parts.push(0x4a, ...littleEndian(Number(value)));
    else {
      const bytes: number[] = [];
      let rest = value;
      // Two's complement, with a last byte whose upper bit is the sign.
      do {
        bytes.push(Number(rest & 0xffn));
        rest >>= 8n;
      } while (!((rest === 0n && bytes.at(-1)! < 0x80) || (rest === -1n && bytes.at(-1)! >= 0x80)));
      if (bytes.length < 256) this.#parts.push(0x8a, bytes.length, ...bytes);
      else this.#parts.push(0x8b, ...littleEndian(bytes.length), ...bytes);
    }
  }

  string(value: string): void {
    if (this.recall(`"${value}`)) return;
    const bytes = utf8(value);
    this.#parts.push(0x58, ...littleEndian(bytes.length));
    for (const byte of bytes) this.#parts.push(byte);
    this.memoize(`"${value}`);
  }

  emptyDict(): void {
    this.#parts.push(0x7d);
  }

  emptyList(): void {
    this.#parts.push(0x5d);
  }

  emptyTuple(): void {
    this.#parts.push(0x29);
  }

  mark(): void {
    this.#parts.push(0x28);
  }

  /** What came since the mark as a tuple. */
  tuple(): void {
    this.#parts.push(0x74);
  }

  /** Keys and values since the mark go into the dict before it. */
  setItems(): void {
    this.#parts.push(0x75);
  }

  /** What came since the mark goes into the list before it. */
  appends(): void {
    this.#parts.push(0x65);
  }

  /** Calls the function below with the tuple on top. */
  reduce(): void {
    this.#parts.push(0x52);
  }

  /** Sets the state of the object below to what is on top. */
  build(): void {
    this.#parts.push(0x62);
  }

  /** What is on top names something that is stored elsewhere. */
  persistentId(): void {
    this.#parts.push(0x51);
  }

  /** Puts what was written for `value` before, if it was; true then. */
  recall(value: unknown): boolean {
    const index = this.#memo.get(value);
    if (index === undefined) return false;
    if (index < 256) this.#parts.push(0x68, index);
    else this.#parts.push(0x6a, ...littleEndian(index));
    return true;
  }

  /** Has what is on top stand for `value` from now on. */
  memoize(value: unknown): void {
    const index = this.#memo.size;
    this.#memo.set(value, index);
    if (index < 256) this.#parts.push(0x71, index);
    else this.#parts.push(0x72, ...littleEndian(index));
  }

  finish(): Uint8Array {
    this.#parts.push(0x2e);
    return Uint8Array.from(this.#parts);
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function littleEndian(value: number): readonly number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff];
}
