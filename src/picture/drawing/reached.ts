/** No place: numbers of places are not negative. */
const empty = -1;

/** What a search has reached, by number: the least cost so far, from where that comes, and whether it went on from there. Kept in plain numbers, as it is asked for millions of times. */
export class Reached {
  #keys = new Float64Array(1024).fill(empty);
  #costs = new Float64Array(1024);
  #before = new Float64Array(1024);
  #isDone = new Uint8Array(1024);
  #count = 0;

  cost(state: number): number {
    const at = this.#find(state);
    return this.#keys[at] === empty ? Infinity : this.#costs[at]!;
  }

  /** Null where the way begins. */
  before(state: number): number | null {
    const before = this.#before[this.#find(state)]!;
    return before === empty ? null : before;
  }

  /** Whether that is less than it cost so far. */
  reach(state: number, cost: number, before: number | null): boolean {
    let at = this.#find(state);
    if (this.#keys[at] === empty) {
      if (2 * ++this.#count > this.#keys.length) {
        this.#grow();
        at = this.#find(state);
      }
      this.#keys[at] = state;
      this.#before[at] = empty;
    } else if (cost >= this.#costs[at]!) return false;
    this.#costs[at] = cost;
    if (before !== null) this.#before[at] = before;
    return true;
  }

  /** Whether it is the first time. */
  finish(state: number): boolean {
    const at = this.#find(state);
    if (this.#isDone[at] === 1) return false;
    this.#isDone[at] = 1;
    return true;
  }

  /** Where it stands, or would. */
  #find(state: number): number {
    const last = this.#keys.length - 1;
    let at = Math.imul(state, 0x9e3779b1) >>> (Math.clz32(last) & 31);
    while (this.#keys[at] !== state && this.#keys[at] !== empty) at = (at + 1) & last;
    return at;
  }

  #grow(): void {
    const [keys, costs, before, isDone] = [this.#keys, this.#costs, this.#before, this.#isDone];
    const size = 2 * keys.length;
    this.#keys = new Float64Array(size).fill(empty);
    this.#costs = new Float64Array(size);
    this.#before = new Float64Array(size);
    this.#isDone = new Uint8Array(size);
    keys.forEach((key, at) => {
      if (key === empty) return;
      const place = this.#find(key);
      this.#keys[place] = key;
      this.#costs[place] = costs[at]!;
      this.#before[place] = before[at]!;
      this.#isDone[place] = isDone[at]!;
    });
  }
}
