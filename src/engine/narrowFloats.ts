/**
 * Floating-point numbers of two bytes. JavaScript before Float16Array has no array of them, so that theirs is an array of bits seen through a Proxy, which
 * every loop over elements can read and write: what is read is the number, what is written is rounded to the nearest one, ties to even, as PyTorch rounds,
 * which has a float32 in hand. `widened` and `narrowed` convert many at once.
 */

/** How numbers of two bytes are told from their bits. */
export interface NarrowFormat {
  decode(bits: number): number;
  /** The bits of the number nearest to a value. */
  encode(value: number): number;
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** The values of all float16 numbers, by their bits. */
let halves: Float32Array | null = null;

function allHalves(): Float32Array {
  return (halves = Float32Array.from({ length: 0x10000 }, (_, half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
  }));
}

/** Adding and taking away this rounds a double to a whole number, ties to even. */
const wholeNumbers = 2 ** 52;

/** IEEE 754 binary16: five bits of exponent, ten of fraction. */
export const float16Format: NarrowFormat = {
  decode: (bits) => (halves ?? allHalves())[bits]!,
  encode(value) {
    scratch[0] = value;
    const bits = scratchBits[0]!;
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = bits & 0x7fffffff;
    if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    if (magnitude < 0x38800000) return sign | (Math.abs(scratch[0]) * 2 ** 24 + wholeNumbers - wholeNumbers);
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  },
};

/** The high half of a float32. */
export const bfloat16Format: NarrowFormat = {
  decode(bits) {
    scratchBits[0] = bits << 16;
    return scratch[0]!;
  },
  encode(value) {
    scratch[0] = value;
    const bits = scratchBits[0]!;
    if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fc0;
    return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
  },
};

/** Beneath the Proxy: the bits, and what they mean. */
const inside = Symbol("bits");

interface Narrow {
  readonly bits: Uint16Array;
  readonly format: NarrowFormat;
}

interface NarrowArray {
  readonly [inside]: Narrow;
}

function insideOf(array: object): Narrow | undefined {
  return (array as Partial<NarrowArray>)[inside];
}

/** The bits of an array of such numbers; undefined for any other array. */
export function bitsOf(array: object): Uint16Array | undefined {
  return insideOf(array)?.bits;
}

/** What arrays do that moves elements without a look at them, or many at once. */
const methods = {
  fill(this: NarrowArray, value: number, start?: number, end?: number) {
    const { bits, format } = this[inside];
    bits.fill(format.encode(value), start, end);
    return this;
  },
  set(this: NarrowArray, source: ArrayLike<number>, offset = 0) {
    const { bits, format } = this[inside];
    const from = insideOf(source);
    if (from?.format === format) bits.set(from.bits, offset);
    else if (from !== undefined) methods.set.call(this, decoded(from), offset);
    else {
      if (offset + source.length > bits.length) throw new RangeError("offset is out of bounds");
      for (let i = 0; i < source.length; i++) bits[offset + i] = format.encode(source[i]!);
    }
  },
  subarray(this: NarrowArray, start?: number, end?: number) {
    const { bits, format } = this[inside];
    return narrowArray(format, bits.subarray(start, end));
  },
  slice(this: NarrowArray, start?: number, end?: number) {
    const { bits, format } = this[inside];
    return narrowArray(format, bits.slice(start, end));
  },
  copyWithin(this: NarrowArray, target: number, start: number, end?: number) {
    this[inside].bits.copyWithin(target, start, end);
    return this;
  },
  map(this: NarrowArray, fn: (value: number, index: number) => number) {
    const { format } = this[inside];
    const result = narrowArray(format, new Uint16Array(this[inside].bits.length));
    result.set(decoded(this[inside]).map(fn));
    return result;
  },
  sort(this: NarrowArray, compare?: (a: number, b: number) => number) {
    methods.set.call(this, decoded(this[inside]).sort(compare));
    return this;
  },
};

function decoded({ bits, format }: Narrow): Float32Array {
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = format.decode(bits[i]!);
  return values;
}

function handlerOf(format: NarrowFormat): ProxyHandler<Uint16Array> {
  const isIndex = (key: string): boolean => (key.charCodeAt(0) - 48) >>> 0 < 10;
  return {
    get(bits, key) {
      if (typeof key === "string") {
        if (isIndex(key)) {
          const each = bits[key as unknown as number];
          return each === undefined ? undefined : format.decode(each);
        }
        if (Object.hasOwn(methods, key)) return Reflect.get(methods, key) as unknown;
      }
      if (key === inside) return { bits, format };
      const value: unknown = Reflect.get(bits, key, bits);
      if (typeof value !== "function" || key === "constructor") return value;
      // Whatever else arrays can do, they do with the numbers.
      return (...args: unknown[]) => (Reflect.get(Float32Array.prototype, key) as (...args: unknown[]) => unknown).apply(decoded({ bits, format }), args);
    },
    set(bits, key, value) {
      if (typeof key === "string" && isIndex(key)) {
        bits[key as unknown as number] = format.encode(Number(value));
        return true;
      }
      return Reflect.set(bits, key, value, bits);
    },
  };
}

const handlers = new Map<NarrowFormat, ProxyHandler<Uint16Array>>([float16Format, bfloat16Format].map((format) => [format, handlerOf(format)]));

/** An array of such numbers over their bits. It has what arrays of numbers have. */
export function narrowArray(format: NarrowFormat, bits: Uint16Array): Float32Array {
  return new Proxy(bits, handlers.get(format)!) as unknown as Float32Array;
}

/** Many at once: the numbers of an array of two-byte numbers from `start` up to `end`. */
export function widened(array: object, start: number, end: number): Float32Array {
  const { bits, format } = insideOf(array)!;
  return decoded({ bits: bits.subarray(start, end), format });
}
