import type { ModuleSnapshot } from "../../protocol/index.js";
import { isRegular, type Stretch, type Treatment } from "./treatment.js";

/** Fewer turns than this stay as they are. */
export const shortestRow = 3;

/** More siblings than this, one after another, are no pattern that a reader recognizes when it comes again. */
const longestPeriod = 16;

/** Siblings that are drawn as one: "repeated" have weights of their own, "shared" are one module in several places. */
export interface Row {
  readonly kind: "single" | "repeated" | "shared";
  readonly members: readonly ModuleSnapshot[];
  /** The rows that repeat together, turn by turn (Linear and ReLU, Linear and ReLU, ...), in order; the row alone where it does so by itself. */
  readonly together: readonly Row[];
}

/** Of what stands for itself alone. */
export const single: Row = { kind: "single", members: [], together: [] };

/** Under which path the arrangement keeps whether a row, and all that repeats with it, is unfolded. */
export function foldOf({ together, members }: Row): string {
  return (together[0]?.members ?? members)[0]!.path;
}

/** The members that are shown when one of them is, by the first of their rows. */
export function shownTogether({ together, members }: Row, shown: ModuleSnapshot): readonly (readonly [first: string, shown: string])[] {
  const turn = members.indexOf(shown);
  return together.map((row) => [row.members[0]!.path, row.members[turn]!.path]);
}

/**
 * Puts siblings into rows: one sibling, or a period of several, that comes again and again. The siblings of each turn are numbered and not named one by
 * one (as the projections q, k and v are), equal in structure to their counterparts, and were treated alike by the forward pass, which came from each to
 * the next, and from turn to turn, in the same way. `nameOf`: as it reads in what is drawn around them.
 */
export function rowsOf(children: readonly ModuleSnapshot[], treatment: Treatment, nameOf: (child: ModuleSnapshot) => string): readonly Row[] {
  const siblings = new Siblings(children, treatment, nameOf);
  const rows: Row[] = [];
  for (let at = 0; at < children.length; ) {
    const run = siblings.longestFrom(at);
    if (run === null) {
      rows.push({ ...single, members: [children[at++]!] });
      continue;
    }
    for (; at < run.start; at++) rows.push({ ...single, members: [children[at]!] });
    const together: Row[] = [];
    for (let place = 0; place < run.period; place++) {
      const members = children.slice(run.start, run.end).filter((_, index) => index % run.period === place);
      together.push({ kind: members[0]!.identity === members[1]!.identity ? "shared" : "repeated", members, together });
    }
    rows.push(...together);
    at = run.end;
  }
  return rows;
}

/** Whole turns of a period, from `start` up to `end`. */
interface Run {
  readonly period: number;
  readonly start: number;
  readonly end: number;
}

class Siblings {
  /** Equal for those that could be counterparts. */
  readonly #signs: readonly string[];
  readonly #stretches: { readonly own: readonly Stretch[]; readonly before: readonly Stretch[] }[] = [];

  constructor(
    readonly children: readonly ModuleSnapshot[],
    readonly treatment: Treatment,
    nameOf: (child: ModuleSnapshot) => string,
  ) {
    // "block 0" and "block 1" are numbered, and so could be counterparts.
    this.#signs = children.map((child) => `${child.structure} ${nameOf(child).replace(/\d+/g, "#")} ${treatment.likeness(child)}`);
  }

  /** Of the runs that begin here, the one that takes in most siblings, with the shortest period that does; null where there is none. */
  longestFrom(start: number): Run | null {
    let longest: Run | null = null;
    const longestHere = Math.min(longestPeriod, Math.floor((this.children.length - start) / shortestRow));
    for (let period = 1; period <= longestHere; period++) {
      const run = this.#run(start, period);
      if (run && run.end - run.start > (longest ? longest.end - longest.start : 0)) longest = run;
      if (longest?.end === this.children.length) break;
    }
    return longest;
  }

  #run(start: number, period: number): Run | null {
    const end = this.#endOf(start, period);
    const turns = Math.floor((end - start) / period);
    if (turns < shortestRow) return null;
    // What stands before may be most of a turn, as where the first layer has a size of its own: the next begins where that one would.
    let led = 0;
    while (led < period - 1 && this.#isOfOneType(start - led - 1, period)) led++;
    const shift = led > 0 && start + period - led + turns * period <= end ? period - led : 0;
    return { period, start: start + shift, end: start + shift + turns * period };
  }

  #isOfOneType(at: number, period: number): boolean {
    return this.children[at] !== undefined && this.children[at]?.type === this.children[at + period]?.type;
  }

  #endOf(start: number, period: number): number {
    const { children } = this;
    const identities = Array.from({ length: period }, () => new Set<number>());
    for (let at = start; at < children.length; at++) {
      const { identity } = children[at]!;
      const place = (at - start) % period;
      const first = children[start + place]!.identity;
      const isShared = children[start + place + period]?.identity === first;
      if (isShared ? identity !== first : identities[place]!.has(identity)) return at;
      identities[place]!.add(identity);
      if (at >= start + period && (this.#signs[at] !== this.#signs[at - period] || !this.#goesOn(at, start, period))) return at;
    }
    return children.length;
  }

  /** Whether the pass came to a sibling, and to what ran in it, as in the turns before. */
  #goesOn(at: number, start: number, period: number): boolean {
    const begin = this.#at(start).own.map(({ at: place }) => place);
    return (["own", "before"] as const).every((side) => {
      // What ran before the first of all belongs to no turn.
      const first = side === "own" ? start : start + 1;
      const [earlier = null, before = null] = [at - 2 * period, at - period].map((each) => (each < first ? null : this.#at(each)[side]));
      return before === null || isRegular(earlier, before, this.#at(at)[side], begin);
    });
  }

  #at(index: number) {
    const child = this.children[index]!;
    const last = this.children[index - 1];
    return (this.#stretches[index] ??= { own: this.treatment.calls(child), before: last ? this.treatment.between(last, child) : [] });
  }
}
