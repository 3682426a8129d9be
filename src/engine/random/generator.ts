const wordCount = 624;
const middle = 397;

/** Everything a Generator's next draws depend on. */
export interface GeneratorState {
  readonly seed: number;
  readonly words: Int32Array;
  readonly position: number;
  readonly nextNormal: number | null;
}

/**
 * PyTorch's CPU generator (torch.Generator): the 32-bit Mersenne Twister of Matsumoto and Nishimura (1998), and the second value of a
 * Box-Muller pair kept for the next normal draw.
 */
export class Generator {
  private readonly words = new Int32Array(wordCount);
  /** Index of the next word to hand out; at the end, the words are twisted first. */
  private position = wordCount;
  private currentSeed = 0;
  /** @internal Standard normal left over from the last pair. */
  nextNormal: number | null = null;

  /** The seed is 67280421310721 until manualSeed is called, as PyTorch's. */
  constructor() {
    this.manualSeed(67280421310721);
  }

  /** Starts the sequence that belongs to `seed`; only its low 32 bits matter. Returns the generator. */
  manualSeed(seed: number): this {
    this.currentSeed = seed;
    let word = Number(BigInt.asIntN(32, BigInt(seed)));
    for (let i = 0; i < wordCount; i++) {
      this.words[i] = word;
      word = (Math.imul(word ^ (word >>> 30), 1812433253) + i + 1) | 0;
    }
    this.position = wordCount;
    this.nextNormal = null;
    return this;
  }

  /** The last seed. */
  initialSeed(): number {
    return this.currentSeed;
  }

  /** Seeds from the system's randomness and returns the seed. */
  seed(): number {
    const [low, high] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number];
    this.manualSeed((high & 0x1fffff) * 2 ** 32 + low);
    return this.currentSeed;
  }

  getState(): GeneratorState {
    return { seed: this.currentSeed, words: this.words.slice(), position: this.position, nextNormal: this.nextNormal };
  }

  setState(state: GeneratorState): this {
    this.currentSeed = state.seed;
    this.words.set(state.words);
    this.position = state.position;
    this.nextNormal = state.nextNormal;
    return this;
  }

  /** The next draw, an integer in [0, 2^32). */
  random(): number {
    if (this.position === wordCount) this.twist();
    return temper(this.words[this.position++]!) >>> 0;
  }

  /** Two draws as one integer in [0, 2^64), the first one high. */
  random64(): bigint {
    const high = this.random();
    return (BigInt(high) << 32n) | BigInt(this.random());
  }

  /** Two draws as a number in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.random() & 0x1fffff;
    return (high * 2 ** 32 + this.random()) * 2 ** -53;
  }

  /** Writes the next `count` draws to the head of `target`, as signed 32-bit integers. */
  draw(target: Int32Array, count: number): void {
    let written = 0;
    while (written < count) {
      if (this.position === wordCount) this.twist();
      const end = Math.min(wordCount, this.position + count - written);
      for (let i = this.position; i < end; i++) target[written++] = temper(this.words[i]!);
      this.position = end;
    }
  }

  /** @internal Lets `take` draw from the words by itself: it changes them as it goes and returns the new position. */
  advance(take: (words: Int32Array, position: number) => number): void {
    this.position = take(this.words, this.position);
  }

  private twist(): void {
    const words = this.words;
    let i = 0;
    for (; i < wordCount - middle; i++) words[i] = words[i + middle]! ^ mix(words[i]!, words[i + 1]!);
    for (; i < wordCount - 1; i++) words[i] = words[i + middle - wordCount]! ^ mix(words[i]!, words[i + 1]!);
    words[i] = words[middle - 1]! ^ mix(words[i]!, words[0]!);
    this.position = 0;
  }
}

function mix(a: number, b: number): number {
  return (((a & 0x80000000) | (b & 0x7fffffff)) >>> 1) ^ (-(b & 1) & 0x9908b0df);
}

function temper(word: number): number {
  word ^= word >>> 11;
  word ^= (word << 7) & 0x9d2c5680;
  word ^= (word << 15) & 0xefc60000;
  return word ^ (word >>> 18);
}

/** The generator of every random function that is given none (torch.default_generator). */
export const defaultGenerator = new Generator();

/** Seeds the default generator (torch.manual_seed) and returns it. */
export function manualSeed(seed: number): Generator {
  return defaultGenerator.manualSeed(seed);
}

/** The default generator's last seed (torch.initial_seed). */
export function initialSeed(): number {
  return defaultGenerator.initialSeed();
}

/** Seeds the default generator from the system's randomness (torch.seed) and returns the seed. */
export function seed(): number {
  return defaultGenerator.seed();
}

/** The default generator's state, for setRngState (torch.get_rng_state). */
export function getRngState(): GeneratorState {
  return defaultGenerator.getState();
}

/** Puts the default generator back to a state of getRngState (torch.set_rng_state). */
export function setRngState(state: GeneratorState): void {
  defaultGenerator.setState(state);
}
