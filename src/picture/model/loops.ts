import { shortestRow } from "./rows.js";

/** One step of a container's own, in the order they ran. */
export interface LoopStep {
  /** Equal for steps that a loop could repeat: an operation's name, or what tells a module or its row, and what a call of it runs. */
  readonly sign: string;
  /** What it is drawn at; null for what is drawn as part of an edge. */
  readonly node: string | null;
  /** What a loop could call in turn: the members of a row or what lies in them, told by the first, or one module over and over. Null for operations. */
  readonly turn: string | null;
  /** By operand, the place of the step that gave it; null for what comes from outside. */
  readonly takes: readonly (number | null)[];
  /** By operand, which of the results of that step it is. */
  readonly outputs: readonly number[];
}

/** What a loop repeats. */
export interface Loop {
  /** The first that each turn calls. */
  readonly turn: string;
  /** What runs once in every turn, or in every turn of a loop in it: by node id, the id of the first of them. */
  readonly nodes: ReadonlyMap<string, string>;
}

/** Calls of one thing that a turn may hold. */
const mostCalls = 16;

/**
 * Finds loops: three turns or more that run the same steps, at least one call among them, and take what they take in one way: from outside, or from the same
 * place of the same turn or of so many turns before. What a turn gives is taken in one way too, wherever that is. Of what surrounds the first and the last
 * call, as much belongs to the loop as is like the steps between: those after the last call first, the rest before the first. A loop may hold loops.
 *
 * `returned`: places of the steps whose results the container gives out.
 */
export function findLoops(steps: readonly LoopStep[], returned: readonly number[] = []): readonly Loop[] {
  return new Finder(steps, returned).within(0, steps.length).filter(({ nodes }) => nodes.size > 0);
}

/** Places [start, end), of which each is like the one `period` further on. */
interface Run {
  readonly period: number;
  readonly start: number;
  readonly end: number;
}

class Finder {
  readonly #signs: readonly number[];
  /** Of calls: by sign, the places. */
  readonly #calls = new Map<number, number[]>();
  /** By place, the places of the steps that take what it gives; the number of all steps stands for the container's own result. */
  readonly #takers: readonly number[][];

  constructor(
    readonly steps: readonly LoopStep[],
    returned: readonly number[],
  ) {
    const numbers = new Map<string, number>();
    this.#signs = steps.map(({ sign }) => numbers.get(sign) ?? numbers.set(sign, numbers.size).size - 1);
    this.#takers = steps.map(() => []);
    steps.forEach(({ turn, takes }, at) => {
      for (const from of takes) if (from !== null) this.#takers[from]?.push(at);
      if (turn === null) return;
      const sign = this.#signs[at]!;
      const places = this.#calls.get(sign);
      if (places) places.push(at);
      else this.#calls.set(sign, [at]);
    });
    for (const from of returned) this.#takers[from]?.push(steps.length);
  }

  /** The loops among the steps from `from` up to `to`: that which takes in most of them, and those before, after and in it. */
  within(from: number, to: number): Loop[] {
    const loops: Loop[] = [];
    const pending: (readonly [number, number])[] = [[from, to]];
    for (let next = pending.pop(); next; next = pending.pop()) {
      const run = this.#longest(...next);
      if (!run) continue;
      loops.push(this.#loopOf(run));
      pending.push([next[0], run.start], [run.end, next[1]]);
    }
    return loops;
  }

  #longest(from: number, to: number): Run | null {
    let longest: Run | null = null;
    for (const period of this.#periods(from, to)) {
      for (const run of this.#runs(period, from, to)) if (run.end - run.start > (longest ? longest.end - longest.start : 0)) longest = run;
    }
    return longest;
  }

  /** Distances between calls of one thing that come twice in a row, the shortest first. */
  #periods(from: number, to: number): number[] {
    const periods = new Set<number>();
    for (const all of this.#calls.values()) {
      const places = all.filter((place) => place >= from && place < to);
      const isPlace = new Set(places);
      places.forEach((place, at) => {
        for (const other of places.slice(at + 1, at + 1 + mostCalls)) {
          const period = other - place;
          if (isPlace.has(other + period)) periods.add(period);
        }
      });
    }
    return [...periods].sort((a, b) => a - b);
  }

  #runs(period: number, from: number, to: number): Run[] {
    const runs: Run[] = [];
    let next = from;
    for (let start = from; start + 2 * period < to; start++) {
      if (start < next || this.steps[start]!.turn === null) continue;
      let like = start;
      while (like + period < to && this.#isLike(like, period, start)) like++;
      const run = like > start ? this.#trimmed({ period, start, end: like + period }, from) : null;
      if (!run) continue;
      // A part of what is taken in several ways is no loop either.
      next = run.end;
      if (this.#isTakenInOneWay(run)) runs.push(run);
    }
    return runs;
  }

  /** Whole turns, as many as there are calls; null where there are too few. */
  #trimmed({ period, start: first, end: last }: Run, from: number): Run | null {
    let lastCall = last - 1;
    while (this.steps[lastCall]!.turn === null) lastCall--;
    const counts = new Map<number, number>();
    for (let at = first; at <= lastCall; at++) {
      if (this.steps[at]!.turn !== null) counts.set((at - first) % period, (counts.get((at - first) % period) ?? 0) + 1);
    }
    if (Math.min(...counts.values()) < shortestRow) return null;
    const length = (Math.floor((lastCall - first) / period) + 1) * period;
    const end = Math.min(last, first + length);
    let start = first;
    while (end - start < length && start > from && this.#isLike(start - 1, period, start - 1)) start--;
    return { period, start, end };
  }

  /** Whether a step and that a turn later do the same with what comes from the same places. `start`: of the loop. */
  #isLike(at: number, period: number, start: number): boolean {
    if (this.#signs[at] !== this.#signs[at + period]) return false;
    const [{ takes: one, outputs }, { takes: other, outputs: otherOutputs }] = [this.steps[at]!, this.steps[at + period]!];
    return (
      one.length === other.length &&
      one.every((from, operand) => {
        const next = other[operand]!;
        if (next === null || next < start) return from === null || from < start;
        // What a turn takes from an earlier one, the first of them take from what was there before.
        return (from === next - period && outputs[operand] === otherOutputs[operand]) || (next - period < start && (from === null || from < start));
      })
    );
  }

  /** Whether what each turn gives to steps after the loop is taken by the same number of equal ones; where turns take from one another, the last may give its own. */
  #isTakenInOneWay({ period, start, end }: Run): boolean {
    const isHandedOn = (at: number) =>
      this.steps[at]!.takes.some((from) => from !== null && from >= start && this.#turn(from, start, period) < this.#turn(at, start, period));
    let isChained = false;
    for (let at = start + period; at < end && !isChained; at++) isChained = isHandedOn(at);
    const beyond = (at: number) =>
      this.#takers[at]!.flatMap((taker) => (taker >= end ? [this.#signs[taker] ?? -1] : []))
        .sort((a, b) => a - b)
        .join();
    const turns = this.#turn(end - 1, start, period) + 1;
    for (let at = start; at + period < end; at++) {
      const isBeforeLast = this.#turn(at + period, start, period) === turns - 1;
      if (isChained && isBeforeLast) break;
      if (beyond(at) !== beyond(at + period)) return false;
    }
    return true;
  }

  #turn(at: number, start: number, period: number): number {
    return Math.floor((at - start) / period);
  }

  #loopOf({ period, start, end }: Run): Loop {
    // Steps of one turn that a loop in it repeats are one as well.
    const inner = new Map(this.within(start, start + period).flatMap(({ nodes }) => [...nodes]));
    const standsFor = new Map<string, string>();
    for (let offset = 0; offset < period; offset++) {
      const nodes: string[] = [];
      for (let at = start + offset; at < end; at += period) if (this.steps[at]!.node !== null) nodes.push(this.steps[at]!.node!);
      const [first] = nodes;
      if (first !== undefined) for (const node of nodes) standsFor.set(node, inner.get(first) ?? first);
    }
    const turn = this.steps.slice(start, end).find((step) => step.turn !== null)!.turn!;
    return { turn, nodes: standsFor };
  }
}
