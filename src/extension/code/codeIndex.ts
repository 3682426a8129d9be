import { type Filling, indexOf } from "../../describe/modelIndex.js";
import type { ModelSnapshot, ModuleSnapshot, SourceLocation, TraceStep } from "../../protocol/index.js";
import { type Construction, constructionsIn, roleOfName } from "./constructions.js";
import type { OpenText, Position, RanTexts } from "./ranTexts.js";

/** A module in one of its places, with the model it is in. */
export interface Place {
  readonly model: ModelSnapshot;
  readonly module: ModuleSnapshot;
}

/** Columns of a line, from 0; `end` is the first one after. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What the run did on a line of code, or on some columns of it, in the order of the models. */
export interface CodeMeaning {
  /** Whose variable is declared there, or else whose constructor is called. */
  readonly models: readonly ModelSnapshot[];
  /** Whose constructor is called, in each of their places. */
  readonly modules: readonly Place[];
  /** What gave parameters and buffers their values there. */
  readonly fillings: readonly (Filling & { readonly model: ModelSnapshot })[];
  /** Of the traced pass. */
  readonly calls: readonly { readonly model: ModelSnapshot; readonly step: TraceStep }[];
}

/** What stands for modules of the last run. */
export type Definition = { readonly span: Span } & (
  | { readonly kind: "places"; readonly places: readonly Place[] }
  /** A definition that was edited since. */
  | { readonly kind: "edited" }
);

/**
 * From a document (a file or a cell, saved or not), its version and a place in it to what the last run made and called there, and back. Lines that moved
 * since the run are followed; of lines that changed nothing is said.
 */
export class CodeIndex {
  constructor(
    private readonly texts: RanTexts,
    private readonly models: readonly ModelSnapshot[],
  ) {}

  /** True for a document that went into the run. */
  has(key: string): boolean {
    return this.texts.has(key);
  }

  /** What a line of the document means, or a span of it; null where the line was edited since the run, or the run did not see the document. */
  at(document: OpenText, line: number, span?: Span): CodeMeaning | null {
    const then = this.texts.lineThen(document, line);
    if (then === null) return null;
    const { key: file } = document;
    const isHere = (location: SourceLocation | null): boolean =>
      location?.file === file && location.line === then + 1 && (!span || (span.start < location.column && location.column <= span.end));
    const ofModels = <T>(found: (model: ModelSnapshot) => readonly T[]): readonly T[] => this.models.flatMap(found);
    return {
      models: this.models.filter(({ location }) => isHere(location)),
      modules: ofModels((model) =>
        indexOf(model)
          .madeAt(file, then + 1)
          .filter(({ location }) => isHere(location))
          .map((module) => ({ model, module })),
      ),
      fillings: ofModels((model) =>
        indexOf(model)
          .initializedAt(file, then + 1)
          .filter(({ initialization }) => isHere(initialization.location))
          .map((filling) => ({ model, ...filling })),
      ),
      calls: ofModels((model) =>
        indexOf(model)
          .stepsAt(file, then + 1)
          .map((id) => model.trace!.steps[id]!)
          .filter(({ location }) => isHere(location))
          .map((step) => ({ model, step })),
      ),
    };
  }

  /** Where a location of the run is in the document now. `exact` is false when its line was edited; the nearest place is given then. */
  now(document: OpenText, location: SourceLocation): { readonly position: Position; readonly exact: boolean } {
    return this.texts.now(document, location);
  }

  /**
   * What stands at `position` if it is a definition: a constructor call, a name that it is assigned to, or a class. `line` is the text of that line and
   * `word` the name at the position.
   */
  definitionAt(document: OpenText, position: Position, line: string, word: Span | null): Definition | null {
    const { language } = document;
    const direct = constructionsIn(line, language).find(({ start, end }) => start <= position.character && position.character < end);
    const name = word && line.slice(word.start, word.end);
    const role = word && name ? roleOfName(line, word.start, name, language) : undefined;
    if (role?.kind === "class") return places(word!, this.placesOf(name!));

    const span = direct ?? word;
    if (!span) return null;
    const construction = direct ?? (role?.kind === "construction" ? role.construction : undefined);
    if (this.texts.lineThen(document, position.line) === null) {
      // An edited line that makes a module of a class that there is, is worth a word.
      return construction && this.placesOf(classOf(construction)).length > 0 ? { kind: "edited", span } : null;
    }
    // Locations of constructor calls point at `new` or, through some source maps, at the class after it.
    const made = construction ? this.at(document, position.line, construction)!.modules : [];
    if (made.length > 0) return places(span, made);
    if (!word || direct) return null;
    // A variable that holds a model without making it on this line, e.g. `const net = build();`.
    const held = this.at(document, position.line, word)!.models;
    return places(
      word,
      held.map((model) => ({ model, module: model.root })),
    );
  }

  /** True when a model, a module or a class is called so: a use of the name may mean it. */
  couldName(word: string): boolean {
    return this.models.some((model) => model.name === word || indexOf(model).modules.some(({ name, type }) => name === word || type === word));
  }

  /** Every module of a class. */
  placesOf(type: string): readonly Place[] {
    return this.models.flatMap((model) =>
      indexOf(model)
        .modules.filter((module) => module.type === type)
        .map((module) => ({ model, module })),
    );
  }
}

function places(span: Span, found: readonly Place[]): Definition | null {
  return found.length > 0 ? { kind: "places", span: { start: span.start, end: span.end }, places: found } : null;
}

function classOf({ callee }: Construction): string {
  return callee.split(".").at(-1)!;
}
