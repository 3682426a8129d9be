import type { FindingLevels, FindingSeverity, ModelSnapshot, TensorId, ValueId } from "../../protocol/index.js";
import { indexOf, type ModelIndex } from "../modelIndex.js";
import type { Finding } from "./finding.js";
import { findingKinds } from "./kinds.generated.js";

const noLevels: FindingLevels = {};

/** A finding in the few characters that a picture has room for. */
export interface FindingMark {
  readonly mark: string;
  readonly severity: FindingSeverity;
  readonly text: string;
}

const noMarks: readonly FindingMark[] = [];

/** What the run that a snapshot is of proved about its model, the gravest first. Made once for a snapshot and the user's settings. */
export class Findings {
  readonly #at = new Map<string, Finding[]>();
  readonly #ranks = new Map<string, ReadonlyMap<string, number>>();

  constructor(
    private readonly index: ModelIndex,
    readonly all: readonly Finding[],
  ) {
    for (const finding of all) {
      for (const path of new Set([finding.place.path, ...finding.elsewhere.map((other) => other.path)])) {
        const known = this.#at.get(path);
        if (known) known.push(finding);
        else this.#at.set(path, [finding]);
      }
    }
  }

  /** Those about a module and its tensors and calls. */
  of(path: string): readonly Finding[] {
    return (this.#at.get(path) ?? []).filter(({ place }) => place.path === path);
  }

  /** Those about a module by itself, and those that reached it from elsewhere; what is about one of its own tensors is told with that. */
  about(path: string): readonly Finding[] {
    return (this.#at.get(path) ?? []).filter(({ place }) => place.path !== path || place.tensor === null);
  }

  ofTensor(tensor: TensorId): readonly Finding[] {
    return this.all.filter(({ place }) => place.tensor === tensor);
  }

  ofValue(value: ValueId): readonly Finding[] {
    return this.all.filter(({ place }) => place.values.includes(value));
  }

  /** What the box of a module says of findings: of its own and of those in it, and of what reached it from elsewhere. Each mark once, the gravest first. */
  marks(path: string): readonly FindingMark[] {
    if (this.all.length === 0) return noMarks;
    const within = this.index.within(path).flatMap((module) => this.of(module.path).flatMap(markOf));
    const reached = (this.#at.get(path) ?? []).flatMap(({ elsewhere, severity, text }) =>
      elsewhere.filter((other) => other.path === path).map(({ mark }) => ({ mark, severity, text })),
    );
    return distinctMarks([...within, ...reached]);
  }

  /** What a node says of findings that stands for a value of the pass. */
  marksOfValue(value: ValueId): readonly FindingMark[] {
    return distinctMarks(this.all.filter(({ place }) => place.values.includes(value)).flatMap(markOf));
  }

  /** The modules with a finding of a kind, and in which order to show them: its own place before where else it shows, and no box around these. */
  ranks(code: string): ReadonlyMap<string, number> {
    let ranks = this.#ranks.get(code);
    if (!ranks) {
      const found = this.all.filter((finding) => finding.code === code);
      const places = new Set(found.map(({ place }) => place.path));
      const elsewhere = new Set(found.flatMap((finding) => finding.elsewhere.map(({ path }) => path)).filter((path) => !places.has(path)));
      const shown = new Set([...places, ...elsewhere]);
      const isAround = (path: string): boolean => this.index.within(path).some((module) => module.path !== path && shown.has(module.path));
      const paths = [...places, ...[...elsewhere].filter((path) => !isAround(path))];
      this.#ranks.set(code, (ranks = new Map(paths.map((path, rank) => [path, rank]))));
    }
    return ranks;
  }
}

function markOf({ mark, severity, text }: Finding): FindingMark[] {
  return mark === null ? [] : [{ mark, severity, text }];
}

export function distinctMarks(marks: readonly FindingMark[]): readonly FindingMark[] {
  const byMark = new Map<string, FindingMark>();
  for (const each of marks.toSorted((a, b) => gravity[a.severity] - gravity[b.severity])) if (!byMark.has(each.mark)) byMark.set(each.mark, each);
  return [...byMark.values()];
}

const made = new WeakMap<ModelSnapshot, WeakMap<FindingLevels, Findings>>();

/** The findings about a model, with the severities that the user wants. */
export function findingsOf(model: ModelSnapshot, levels: FindingLevels = noLevels): Findings {
  const index = indexOf(model);
  let byLevels = made.get(model);
  if (!byLevels) made.set(model, (byLevels = new WeakMap()));
  let findings = byLevels.get(levels);
  if (!findings) byLevels.set(levels, (findings = new Findings(index, withLevels(levels === noLevels ? find(index) : findingsOf(model).all, levels))));
  return findings;
}

function find(index: ModelIndex): readonly Finding[] {
  return findingKinds.flatMap(({ code, severity, find }) => [...find(index)].map((found) => ({ code, severity, ...found })));
}

const gravity: Readonly<Record<FindingSeverity, number>> = { error: 0, warning: 1, information: 2 };

function withLevels(all: readonly Finding[], levels: FindingLevels): readonly Finding[] {
  return all
    .flatMap((finding) => {
      const level = Object.hasOwn(levels, finding.code) ? levels[finding.code]! : finding.severity;
      return level === "off" ? [] : [{ ...finding, severity: level }];
    })
    .sort((a, b) => gravity[a.severity] - gravity[b.severity]);
}
