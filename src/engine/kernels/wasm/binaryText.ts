/**
 * WebAssembly as text: a character for each of the most frequent bytes and two for each of the others, all printable ASCII that strings hold as it is. Unlike
 * Base64 it keeps what repeats alike, so that a bundle that is compressed holds no more than the bytes would take: 28 KiB where Base64 took 41.
 * scripts/build-kernels.mjs writes it.
 */
export interface BinaryText {
  /** All bytes, the most frequent first, in hexadecimal. */
  readonly order: string;
  readonly text: string;
}

/** Characters that stand for a byte by themselves; the two after them say by how many of these the next one is further on. */
const singles = 91;

/** The place of a character in printable ASCII without \" and \\. */
function place(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code - 32 - (code > 0x22 ? 1 : 0) - (code > 0x5c ? 1 : 0);
}

/** The bytes that a text stands for. */
export function bytesOf({ order, text }: BinaryText): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => parseInt(order.slice(2 * i, 2 * i + 2), 16));
  const result = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const first = place(text, i);
    result[length++] = bytes[first < singles ? first : singles * (first - singles + 1) + place(text, ++i)]!;
  }
  return result.slice(0, length);
}
