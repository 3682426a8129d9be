import { cases, type CaseName, type Peer } from "./cases.js";

/** Milliseconds that each case's engines are given in all. */
const budget = 1500;
const leastRounds = 5;

/** Median milliseconds per run of every engine that has the case, measured in turns so that what else the machine does hits all alike. */
export async function measure(name: CaseName, peers: readonly Peer[]): Promise<ReadonlyMap<string, number>> {
  const runs: { name: string; run: () => void | Promise<void>; times: number[]; repeats: number }[] = [];
  for (const peer of peers) {
    const prepare = peer.cases[name];
    if (prepare === undefined) continue;
    try {
      const run = await prepare();
      const warmUp = Math.min(await time(run, 1), await time(run, 1));
      // Short runs are timed many at once: the clock and the turn-taking cost microseconds.
      runs.push({ name: peer.name, run, times: [], repeats: Math.max(1, Math.round(5 / Math.max(warmUp, 0.001))) });
    } catch (error) {
      console.error(`${peer.name} is left out of "${name}": ${String(error)}`);
    }
  }
  const start = performance.now();
  for (let round = 0; round < leastRounds || performance.now() - start < budget; round++) {
    for (const entry of runs) entry.times.push((await time(entry.run, entry.repeats)) / entry.repeats);
    if (performance.now() - start > 20 * budget) break;
  }
  for (const peer of peers) peer.cleanUp?.();
  return new Map(runs.map(({ name: peer, times }) => [peer, median(times)]));
}

async function time(run: () => void | Promise<void>, repeats: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) {
    const pending = run();
    if (pending !== undefined) await pending;
  }
  return performance.now() - start;
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
