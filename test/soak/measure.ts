import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What one look at this process and its children found; megabytes by what a process is. */
export interface Look {
  readonly megabytes: Readonly<Record<string, number>>;
  readonly handles: number;
  readonly children: number;
}

interface Child {
  readonly name: string;
  readonly megabytes: number;
}

/** The processes that this one has started, by the script that each runs. */
export function children(): readonly Child[] {
  const lines = execFileSync("ps", ["-A", "-o", "ppid=,rss=,args="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [, parent, kilobytes, script] = /^\s*(\d+)\s+(\d+)\s.*?(\w+)\.js\b/.exec(line) ?? [];
    return Number(parent) === process.pid && script ? [{ name: script, megabytes: Number(kilobytes) / 1024 }] : [];
  });
}

export function look(): Look {
  collect();
  const found = children();
  const megabytes: Record<string, number> = { host: process.memoryUsage.rss() / 2 ** 20 };
  for (const { name, megabytes: more } of found) megabytes[name] = Math.max(megabytes[name] ?? 0, more);
  return { megabytes, handles: readdirSync("/proc/self/fd").length, children: found.length };
}

/** The first fifth left out, in which all is still being compiled. */
export function halves(looks: readonly Look[]): readonly [readonly Look[], readonly Look[]] {
  const steady = looks.slice(Math.ceil(looks.length / 5));
  const half = Math.floor(steady.length / 2);
  return [steady.slice(0, half), steady.slice(half)];
}

/** How the second half of the looks compares with the first: 1.1 is a tenth more. */
export function growth(looks: readonly Look[]): Readonly<Record<string, number>> {
  const [first, second] = halves(looks);
  const names = Object.keys(first[0]?.megabytes ?? {});
  const mean = (some: readonly Look[], name: string): number => some.reduce((sum, { megabytes }) => sum + (megabytes[name] ?? 0), 0) / some.length;
  return Object.fromEntries(names.map((name) => [name, mean(second, name) / mean(first, name)]));
}
