import type { Failure, SourceLocation } from "../protocol/index.js";
import type { Mismatch } from "./mismatch.js";
import type { ModelIndex } from "./modelIndex.js";

/** A change of the code that mends a finding for certain, as far as a run tells: where each place stands in the code, an editor finds out. */
export type Repair =
  /** Another value for an argument of a layer's constructor, which is called at `location`. `position`: its place among those given by position. */
  | {
      readonly kind: "argument";
      readonly location: SourceLocation;
      readonly argument: string;
      readonly position: number;
      readonly from: number;
      readonly to: number;
    }
  /** A Flatten before a layer: among the layers of its Sequential, where that is what calls it, else in the call at `location`. */
  | { readonly kind: "flatten"; readonly location: SourceLocation; readonly isCall: boolean }
  /** One of the layers of a Sequential less. `layer`: what it is called. */
  | { readonly kind: "removeLayer"; readonly location: SourceLocation; readonly layer: string }
  /** The list that a field holds, of modules, as an nn.ModuleList. `location`: where the file uses what is in it. */
  | { readonly kind: "moduleList"; readonly location: SourceLocation; readonly field: string }
  /** The call of Module's own constructor, first in the constructor around `location`. */
  | { readonly kind: "superCall"; readonly location: SourceLocation };

/** What makes a layer take what came. */
export function repairsOf(index: ModelIndex, { layer }: Mismatch): readonly Repair[] {
  const module = layer && index.module(layer.path);
  if (!layer || !module?.location) return [];
  const { location } = module;
  const { argument, takes, came, shape, step } = layer;
  const call = index.model.trace!.steps[step]!.location;
  if (came !== null && shape.length > 2 && shape.slice(1).reduce((product, size) => product * size, 1) === takes) {
    if (index.parent(layer.path)?.isSequence) return [{ kind: "flatten", location, isCall: false }];
    return call ? [{ kind: "flatten", location: call, isCall: true }] : [];
  }
  const given = module.arguments[argument];
  if (came === null || !onlyOneMadeThere(index, location) || [given].flat().length !== 1) return [];
  return [{ kind: "argument", location, argument, position: Object.keys(module.arguments).indexOf(argument), from: takes, to: came }];
}

/** Whether the call of a constructor made one layer alone: what makes several would make all of them others. */
export function onlyOneMadeThere(index: ModelIndex, { file, line, column }: SourceLocation): boolean {
  const here = index.madeAt(file, line).filter((other) => other.location!.column === column);
  return new Set(here.map(({ identity }) => identity)).size === 1;
}

/** What JavaScript, and Module in Python, say of a constructor that leaves out the one of its base class. */
const leftOutSuper =
  /^(?:ReferenceError: )?Must call super constructor in derived class|cannot assign (?:module|parameters?|buffer)s? before Module\.__init__\(\) call/m;

/** What mends the code that a run ended in. */
export function repairsOfFailure({ message, location }: Failure): readonly Repair[] {
  return location && leftOutSuper.test(message) ? [{ kind: "superCall", location }] : [];
}
