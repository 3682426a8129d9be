import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { cases, type CaseName } from "./cases.js";

type Request = { readonly prepare: CaseName } | { readonly repeat: number } | { readonly memory: CaseName };

/** An engine in a process of its own, so that no other's heap and threads weigh on it. */
export class Contestant {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
  ) {
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"] });
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  /** The number that is the answer; null where the engine does not have the case or cannot do it. */
  private async ask(request: Request): Promise<number | null> {
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    const line = await this.lines.next();
    if (line.done) throw new Error(`${this.name} has ended`);
    const reply = JSON.parse(line.value) as { readonly milliseconds?: number | null; readonly megabytes?: number; readonly error?: string };
    if (reply.error !== undefined) console.error(`${this.name} is left out of ${JSON.stringify(request)}: ${reply.error}`);
    return reply.milliseconds ?? reply.megabytes ?? null;
  }

  /** Makes the case's data and runs it; the milliseconds of a warm run. */
  prepare(name: CaseName): Promise<number | null> {
    return this.ask({ prepare: name });
  }

  /** Milliseconds of so many runs. */
  async time(repeats: number): Promise<number> {
    return (await this.ask({ repeat: repeats })) ?? NaN;
  }

  /** By how many megabytes making and running the case once raised the process's peak. Only meaningful in a fresh process. */
  memory(name: CaseName): Promise<number | null> {
    return this.ask({ memory: name });
  }

  end(): void {
    this.child.kill();
  }
}

/** Milliseconds that the engines of a case are given in all, those aside whose single run takes longer than `slow`. */
const budget = 5000;
const leastRounds = 5;
const slow = 500;
/** Milliseconds that each of the slow ones is given, if a run does not take longer. */
const slowBudget = 5000;
/** Milliseconds of a turn, if a run does not take longer: the first runs after another engine's find nothing in the caches. */
const turn = 40;

/** What one engine took for a case. */
export interface Result {
  readonly engine: string;
  /** Median per run. */
  readonly milliseconds: number;
  /** How many times as long as the reference engine: the median of the rounds' ratios, so that a machine whose speed swings does not count. */
  readonly times: number;
}

/** Every engine that has the case, measured in turns so that what else the machine does hits all alike. */
export async function measure(name: CaseName, contestants: readonly Contestant[], reference: string): Promise<readonly Result[]> {
  const entries: { contestant: Contestant; times: number[]; repeats: number; rounds: number }[] = [];
  for (const contestant of contestants) {
    const warm = await contestant.prepare(name);
    if (warm !== null)
      entries.push({
        contestant,
        times: [],
        repeats: Math.max(1, Math.round(turn / Math.max(warm, 0.001))),
        rounds: warm > slow ? Math.min(leastRounds, Math.ceil(slowBudget / warm)) : Infinity,
      });
  }
  let spent = 0;
  for (let round = 0; round < leastRounds || (spent > 0 && spent < budget); round++) {
    for (const { contestant, times, repeats, rounds } of entries) {
      if (round >= rounds) continue;
      const milliseconds = await contestant.time(repeats);
      times.push(milliseconds / repeats);
      if (rounds === Infinity) spent += milliseconds;
    }
  }
  const references = entries.find(({ contestant }) => contestant.name === reference)!.times;
  return entries.map(({ contestant, times }) => ({
    engine: contestant.name,
    milliseconds: median(times),
    times: median(references.slice(0, times.length).map((reference, round) => times[round]! / reference)),
  }));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** A median in the case's unit. */
export function inUnit(name: CaseName, milliseconds: number): number {
  const { unit, work } = cases[name] as { unit: string; work?: number };
  if (work !== undefined) return work / milliseconds / 1e6;
  return unit === "per s" ? 1000 / milliseconds : milliseconds;
}
