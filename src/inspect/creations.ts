import type { Distribution } from "../protocol/index.js";
import { isBookkeeping } from "./operations.js";

/** Of the functions that make a tensor from nothing (torch's creation ops): what the elements follow; null where no simple density exists. */
const creations: Readonly<Record<string, (args: readonly unknown[]) => Distribution | null>> = {
  zeros: () => constant(0),
  zerosLike: () => constant(0),
  ones: () => constant(1),
  onesLike: () => constant(1),
  full: (args) => constant(args[1]),
  fullLike: (args) => constant(args[1]),
  rand: () => ({ kind: "uniform", low: 0, high: 1 }),
  randLike: () => ({ kind: "uniform", low: 0, high: 1 }),
  randn: () => ({ kind: "normal", mean: 0, std: 1 }),
  randnLike: () => ({ kind: "normal", mean: 0, std: 1 }),
  normal: ([mean, std]) => (typeof mean === "number" && typeof std === "number" ? { kind: "normal", mean, std } : null),
  arange: () => null,
  empty: () => null,
  eye: () => null,
  linspace: () => null,
  logspace: () => null,
  randint: () => null,
  randperm: () => null,
  tensor: () => null,
};

function constant(value: unknown): Distribution | null {
  return typeof value === "number" ? { kind: "constant", value } : null;
}

export function isCreation(name: string): boolean {
  return Object.hasOwn(creations, name);
}

export function distributionOfCreation(name: string, args: readonly unknown[]): Distribution | null {
  return creations[name]!(args);
}

/** What elements follow after an operation on those that followed `distribution`: known where each is multiplied and shifted by a number, or moved. */
export function distributionAfter(distribution: Distribution | null, name: string, args: readonly unknown[]): Distribution | null {
  if (distribution === null || isBookkeeping(name)) return distribution;
  const [, number, ...rest] = args;
  if (name === "neg") return scaled(distribution, -1, 0);
  if (typeof number !== "number" || rest.length > 0) return null;
  switch (name) {
    case "mul":
      return scaled(distribution, number, 0);
    case "div":
      return scaled(distribution, 1 / number, 0);
    case "add":
      return scaled(distribution, 1, number);
    case "sub":
      return scaled(distribution, 1, -number);
    default:
      return null;
  }
}

function scaled(distribution: Distribution, factor: number, shift: number): Distribution | null {
  const at = (value: number): number => value * factor + shift;
  if (factor === 0 || !Number.isFinite(factor)) return null;
  switch (distribution.kind) {
    case "constant":
      return { kind: "constant", value: at(distribution.value) };
    case "normal":
      return { kind: "normal", mean: at(distribution.mean), std: distribution.std * Math.abs(factor) };
    case "uniform": {
      const [low, high] = [at(distribution.low), at(distribution.high)].sort((a, b) => a - b) as [number, number];
      return { kind: "uniform", low, high };
    }
    default:
      return null;
  }
}
