import { TorchError } from "../errors.js";

/** A pickle that is damaged, or that asks for more than plain data and tensors (pickle.UnpicklingError). */
export class UnpicklingError extends TorchError {}

/** A dict, whose keys may be other things than strings. */
export class PickledDict extends Map<unknown, unknown> {}

/** What a pickle may ask for by name: a value as it is, or a function of the arguments that the pickle gives. */
export type PickledGlobal = { readonly value: unknown } | { readonly call: (args: readonly unknown[]) => unknown };

export interface PickleHost {
  /** Throws for what is not known: nothing that a pickle names is ever looked up anywhere else. */
  global(module: string, name: string): PickledGlobal;
  /** What is stored outside of the pickle under an identifier. */
  persistent(id: unknown): unknown;
  /** Sets the state of an object (`__setstate__`, or its attributes). */
  build(target: unknown, state: unknown): void;
}

const mark = Symbol("mark");

/**
 * Reads a pickle of protocol 2 to 5 without running anything: it gives numbers, strings, lists, tuples (as arrays, tuples frozen), dicts, sets, and what `host`
 * makes of names. Every opcode that is not needed for these is an error (Lib/pickletools.py lists them).
 */
export function unpickle(bytes: Uint8Array, host: PickleHost): unknown {
  return new Unpickler(bytes, host).read();
}

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #host: PickleHost;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #at = 0;

  constructor(bytes: Uint8Array, host: PickleHost) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#host = host;
  }

  read(): unknown {
    for (;;) {
      const opcode = this.#byte();
      if (opcode === 0x2e) return this.#pop();
      this.#run(opcode);
    }
  }

  #run(opcode: number): void {
    const stack = this.#stack;
    switch (opcode) {
      case 0x80: // PROTO
        return void this.#byte();
      case 0x95: // FRAME
        return void this.#length(8);
      case 0x28: // MARK
        return void stack.push(mark);
      case 0x30: // POP
        return void this.#pop();
      case 0x31: // POP_MARK
        return void this.#popToMark();
      case 0x4e: // NONE
        return void stack.push(null);
      case 0x88: // NEWTRUE
        return void stack.push(true);
      case 0x89: // NEWFALSE
        return void stack.push(false);
      case 0x4b: // BININT1
        return void stack.push(this.#byte());
      case 0x4d: // BININT2
        return void stack.push(this.#length(2));
      case 0x4a: // BININT
        return void stack.push(this.#need(4).getInt32(0, true));
      case 0x8a: // LONG1
        return void stack.push(integerOf(this.#take(this.#byte())));
      case 0x8b: // LONG4
        return void stack.push(integerOf(this.#take(this.#length(4))));
      case 0x47: // BINFLOAT
        return void stack.push(this.#need(8).getFloat64(0, false));
      case 0x58: // BINUNICODE
        return void stack.push(this.#text(this.#length(4)));
      case 0x8c: // SHORT_BINUNICODE
        return void stack.push(this.#text(this.#byte()));
      case 0x8d: // BINUNICODE8
        return void stack.push(this.#text(this.#length(8)));
      case 0x54: // BINSTRING
        return void stack.push(this.#text(this.#length(4)));
      case 0x55: // SHORT_BINSTRING
        return void stack.push(this.#text(this.#byte()));
      case 0x42: // BINBYTES
        return void stack.push(this.#take(this.#length(4)).slice());
      case 0x43: // SHORT_BINBYTES
        return void stack.push(this.#take(this.#byte()).slice());
      case 0x7d: // EMPTY_DICT
        return void stack.push(new PickledDict());
      case 0x5d: // EMPTY_LIST
        return void stack.push([]);
      case 0x29: // EMPTY_TUPLE
        return void stack.push(Object.freeze([]));
      case 0x8f: // EMPTY_SET
        return void stack.push(new Set());
      case 0x74: // TUPLE
        return void stack.push(Object.freeze(this.#popToMark()));
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return void stack.push(Object.freeze(this.#popLast(opcode - 0x84)));
      case 0x61: // APPEND
        return this.#append([this.#pop()]);
      case 0x65: // APPENDS
        return this.#append(this.#popToMark());
      case 0x73: // SETITEM
        return this.#setItems(this.#popLast(2));
      case 0x75: // SETITEMS
        return this.#setItems(this.#popToMark());
      case 0x90: // ADDITEMS
        return this.#addItems(this.#popToMark());
      case 0x91: // FROZENSET
        return void stack.push(new Set(this.#popToMark()));
      case 0x63: // GLOBAL
        return void stack.push(this.#global(this.#line(), this.#line()));
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popLast(2);
        return void stack.push(this.#global(String(module), String(name)));
      }
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const [callee, args] = this.#popLast(2);
        return void stack.push(this.#call(callee, args));
      }
      case 0x62: {
        // BUILD
        const state = this.#pop();
        return this.#host.build(this.#top(), state);
      }
      case 0x51: // BINPERSID
        return void stack.push(this.#host.persistent(this.#pop()));
      case 0x71: // BINPUT
        return void this.#memo.set(this.#byte(), this.#top());
      case 0x72: // LONG_BINPUT
        return void this.#memo.set(this.#length(4), this.#top());
      case 0x94: // MEMOIZE
        return void this.#memo.set(this.#memo.size, this.#top());
      case 0x68: // BINGET
        return this.#recall(this.#byte());
      case 0x6a: // LONG_BINGET
        return this.#recall(this.#length(4));
      default:
        throw new UnpicklingError(
          `the pickle has an operation 0x${opcode.toString(16)} at byte ${this.#at - 1}, which files of tensors and plain data do not need`,
        );
    }
  }

  #global(module: string, name: string): PickledGlobal {
    return this.#host.global(module, name);
  }

  #call(callee: unknown, args: unknown): unknown {
    if (typeof callee !== "object" || callee === null || !("call" in callee) || !Array.isArray(args))
      throw this.#damaged("calls something that is no function");
    return (callee as Extract<PickledGlobal, { readonly call: unknown }>).call(args);
  }

  #append(values: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#damaged("appends to something that is no list");
    for (const value of values) list.push(value);
  }

  #setItems(items: readonly unknown[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map) || items.length % 2 !== 0) throw this.#damaged("sets an item of something that is no dict");
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  #addItems(items: readonly unknown[]): void {
    const set = this.#top();
    if (!(set instanceof Set)) throw this.#damaged("adds to something that is no set");
    for (const item of items) set.add(item);
  }

  #recall(index: number): void {
    if (!this.#memo.has(index)) throw this.#damaged(`recalls entry ${index}, which was never put`);
    this.#stack.push(this.#memo.get(index));
  }

  #top(): unknown {
    const top = this.#stack.at(-1);
    if (top === undefined || top === mark) throw this.#damaged("takes more than there is");
    return top;
  }

  #pop(): unknown {
    const top = this.#top();
    this.#stack.pop();
    return unwrapped(top);
  }

  #popLast(count: number): unknown[] {
    const values = this.#stack.splice(Math.max(this.#stack.length - count, 0));
    if (values.length < count || values.includes(mark)) throw this.#damaged("takes more than there is");
    return values.map(unwrapped);
  }

  #popToMark(): unknown[] {
    const start = this.#stack.lastIndexOf(mark);
    if (start < 0) throw this.#damaged("takes more than there is");
    const values = this.#stack.splice(start);
    values.shift();
    return values.map(unwrapped);
  }

  #byte(): number {
    return this.#need(1).getUint8(0);
  }

  #length(bytes: 2 | 4 | 8): number {
    const view = this.#need(bytes);
    const length = bytes === 2 ? view.getUint16(0, true) : bytes === 4 ? view.getUint32(0, true) : Number(view.getBigUint64(0, true));
    return length;
  }

  #need(count: number): DataView {
    if (this.#at + count > this.#bytes.length) throw this.#damaged("ends in the middle");
    const view = new DataView(this.#view.buffer, this.#view.byteOffset + this.#at, count);
    this.#at += count;
    return view;
  }

  #take(count: number): Uint8Array {
    if (this.#at + count > this.#bytes.length) throw this.#damaged("ends in the middle");
    return this.#bytes.subarray(this.#at, (this.#at += count));
  }

  #text(count: number): string {
    return new TextDecoder().decode(this.#take(count));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#damaged("ends in the middle");
    const text = this.#text(end - this.#at);
    this.#at++;
    return text;
  }

  #damaged(what: string): UnpicklingError {
    return new UnpicklingError(`the pickle is damaged: at byte ${this.#at} it ${what}`);
  }
}

/** A name that stands for a value is that value wherever it is not called. */
function unwrapped(value: unknown): unknown {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype && "value" in value ? value.value : value;
}

/** Little-endian two's complement: a number where one holds it exactly, else a bigint. */
function integerOf(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  const signed = BigInt.asIntN(8 * bytes.length, value);
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed;
}
