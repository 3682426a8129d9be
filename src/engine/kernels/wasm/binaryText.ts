/**
 * WebAssembly as text: a character for each of the most frequent bytes and two for each of the others, all printable ASCII that strings hold as it is. Unlike
 * Base64 it keeps what repeats alike, so that a bundle that is compressed holds no more than the bytes would take. What a
 * binary has in common with another one, further away than compression looks back, is not there again: 16 KiB for all where Base64 took 41.
 * scripts/build-kernels.mjs writes it.
 */
export interface BinaryText {
  /** The most frequent bytes, in hexadecimal; all others follow in ascending order. */
  readonly first: string;
  readonly text: string;
  /** What is as in another binary; null where the text is all there is. */
  readonly copies: {
    readonly of: BinaryText;
    /** How many bytes of the text come first, how much further on in the other binary what follows them lies than what was copied last, and how many bytes it is; again and again. */
    readonly runs: readonly number[];
  } | null;
  /** Where in the binary the flags stand of the memory that it imports. */
  readonly memoryFlagsAt: number;
}

/** Characters that stand for a byte by themselves; the two after them say by how many of these the next one is further on. */
const singles = 91;

/** The place of a character in printable ASCII without \" and \\. */
function place(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code - 32 - (code > 0x22 ? 1 : 0) - (code > 0x5c ? 1 : 0);
}

/** The binary that a text stands for. */
export function bytesOf(binary: BinaryText): Uint8Array<ArrayBuffer> {
  const own = decoded(binary);
  if (binary.copies === null) return own;
  const { of, runs } = binary.copies;
  const other = bytesOf(of);
  const result = new Uint8Array(own.length + runs.reduce((sum, value, i) => (i % 3 === 2 ? sum + value : sum), 0));
  let [length, taken, end] = [0, 0, 0];
  for (let i = 0; i < runs.length; i += 3) {
    result.set(own.subarray(taken, taken + runs[i]!), length);
    taken += runs[i]!;
    length += runs[i]!;
    const from = end + runs[i + 1]!;
    end = from + runs[i + 2]!;
    result.set(other.subarray(from, end), length);
    length += runs[i + 2]!;
  }
  result.set(own.subarray(taken), length);
  return result;
}

function decoded({ first, text }: BinaryText): Uint8Array<ArrayBuffer> {
  const bytes = [...new Set([...first.match(/../g)!.map((digits) => parseInt(digits, 16)), ...Array(256).keys()])];
  const result = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = place(text, i);
    result[length++] = bytes[code < singles ? code : singles * (code - singles + 1) + place(text, ++i)]!;
  }
  return result.slice(0, length);
}
