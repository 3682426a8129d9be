import * as l10n from "@vscode/l10n";
import type { ForwardTrace, Signal, SourceLocation } from "../protocol/index.js";
import type { Module } from "./engine.js";
import type { Recording } from "./recording.js";
import type { Reinitializer } from "./reinitialize.js";
import type { ModelTree } from "./tree.js";

/** A root module by the name that the user knows it by. */
export interface NamedModel {
  readonly name: string;
  readonly module: Module;
  /** Where its variable is declared; null for a model without one. */
  readonly location: SourceLocation | null;
  /** The file makes none: it was made by calling a class or function of the file. */
  readonly madeHere?: boolean;
}

export interface ShownPass<Origin extends ForwardTrace["origin"] = ForwardTrace["origin"]> {
  readonly recording: Recording;
  readonly origin: Origin;
  readonly inferredFrom: ForwardTrace["inferredFrom"];
  /** What another pass may start from. */
  readonly args: () => readonly unknown[];
  /** False where the inputs were too large to keep: `args` then has their shapes alone. */
  readonly keepsInputs: boolean;
}

/** What is kept of a model from one request to the next. */
export interface Model extends NamedModel {
  readonly reinitializer: Reinitializer;
  /** The pass that the model came with, before inputs were stated: of the code's own, or with inferred inputs. */
  readonly own: ShownPass<"recorded" | "inferred"> | null;
  /** The pass that is shown; null where there is none. */
  shown: ShownPass | null;
  /** Why the model came with none; "" where it did. */
  readonly traceMissing: string;
  /** What the last snapshot names: its ids are what is asked for. */
  tree: ModelTree | null;
  /** Null where none was measured since the parameters last changed. */
  signal: Signal | null;
}

export const inputsTooLarge = (): string => l10n.t("The inputs of the recorded pass were too large to keep: state an input.");
