/**
 * Messages on the pipe between host and runner. A frame is the length of what follows (4 bytes, little-endian), one line of JSON, and after the line
 * break text that need not be looked at to know what to do with it. V8 bounds a string: what is longer travels in several frames (parts.ts).
 */

/** Bytes; V8's longest string has about as many characters. */
const largestFrame = 2 ** 29;

export function frame(head: object, body = ""): Buffer {
  const line = JSON.stringify(head);
  const length = Buffer.byteLength(line) + 1 + Buffer.byteLength(body);
  const bytes = Buffer.allocUnsafe(4 + length);
  bytes.writeUInt32LE(length);
  const at = 4 + bytes.write(`${line}\n`, 4);
  bytes.write(body, at);
  return bytes;
}

export interface Message {
  readonly head: unknown;
  readonly body: string;
}

/** Puts messages together again from the bytes that arrive. */
export class FrameReader {
  readonly #onMessage: (message: Message) => void;
  readonly #onDamage: () => void;
  #chunks: Buffer[] = [];
  #held = 0;
  #damaged = false;

  /** `onDamage`: what arrived is no message, and nothing after it can be one. */
  constructor(onMessage: (message: Message) => void, onDamage: () => void) {
    this.#onMessage = onMessage;
    this.#onDamage = onDamage;
  }

  receive(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#held += bytes.length;
    while (!this.#damaged && this.#held >= 4) {
      if (this.#chunks[0]!.length < 4) this.#chunks = [Buffer.concat(this.#chunks)];
      const length = this.#chunks[0]!.readUInt32LE();
      if (length > largestFrame) return this.#damage();
      if (this.#held < 4 + length) return;
      const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
      const rest = all.subarray(4 + length);
      this.#chunks = [rest];
      this.#held = rest.length;
      this.#read(all.subarray(4, 4 + length));
    }
  }

  #read(bytes: Buffer): void {
    const end = bytes.indexOf("\n");
    let head: unknown;
    try {
      head = JSON.parse(bytes.toString("utf8", 0, end)) as unknown;
    } catch {
      return this.#damage();
    }
    this.#onMessage({ head, body: bytes.toString("utf8", end + 1) });
  }

  #damage(): void {
    this.#damaged = true;
    this.#chunks = [];
    this.#onDamage();
  }
}
