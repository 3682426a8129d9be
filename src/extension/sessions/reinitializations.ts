import { indexOf } from "../../describe/modelIndex.js";
import { initializationCode } from "../../describe/initialization.js";
import type { EarlierChange, InitializationTarget, ModelSnapshot, Reinitialization } from "../../protocol/index.js";

/** Something that was reinitialized, and how the code had initialized it before. */
interface Applied {
  readonly model: string;
  readonly reinitialization: Reinitialization;
  readonly inCode: string;
}

/**
 * What was reinitialized from the editor in the models of one file. A run makes them as the code says: what was done before it is offered again, or done
 * again where the user wants it kept, for as long as the code initializes the same parameters in the same way.
 */
export class Reinitializations {
  /** In the live models, in order. */
  #applied: readonly Applied[] = [];
  /** Before the last run, and no more. */
  #earlier: readonly Applied[] = [];
  #kept: readonly Applied[] = [];

  get earlier(): readonly EarlierChange[] {
    return [...this.#kept.map((each) => ({ ...each, kept: true })), ...this.#earlier.map((each) => ({ ...each, kept: false }))].map(
      ({ model, reinitialization, kept }) => ({ model, reinitialization, kept }),
    );
  }

  /** A model was reinitialized; `before`: as it was until then. */
  applied(before: ModelSnapshot, reinitialization: Reinitialization): void {
    this.#applied = [...this.#applied, { model: before.name, reinitialization, inCode: inCode(before, reinitialization.target) }];
    this.#earlier = [];
  }

  undone(model: string): void {
    const last = this.#applied.findLastIndex((each) => each.model === model);
    const undone = this.#applied[last];
    this.#applied = this.#applied.filter((_, at) => at !== last);
    this.#kept = this.#kept.filter((each) => each.reinitialization !== undone?.reinitialization);
  }

  /** A run has made the models anew, or gone on with them, as a cell does: these say what can still be undone. Gives what is to be done again with them. */
  ran(models: readonly ModelSnapshot[]): readonly EarlierChange[] {
    this.#kept = this.#kept.filter((each) => isThere(each, models));
    const kept = new Set(this.#kept.map(({ reinitialization }) => reinitialization));
    const live = new Set(
      models.flatMap(({ name, undoDepth }) => (undoDepth === 0 ? [] : this.#applied.filter(({ model }) => model === name).slice(-undoDepth))),
    );
    const [still, gone] = [this.#applied.filter((each) => live.has(each)), this.#applied.filter((each) => !live.has(each))];
    this.#earlier = [...this.#earlier, ...gone].filter(
      ({ model, reinitialization }) => models.some(({ name }) => name === model) && !kept.has(reinitialization),
    );
    this.#applied = still;
    return this.earlier.filter(({ reinitialization, kept }) => kept && !still.some((each) => each.reinitialization === reinitialization));
  }

  /**
   * A look has made the models anew as the text is now, which is no run: what was done stays done, where the code still initializes the same in the same way, and is
   * offered again where it does not. Gives what is to be done again with them.
   */
  looked(models: readonly ModelSnapshot[]): readonly EarlierChange[] {
    const done = this.#applied.filter((each) => isThere(each, models));
    const others = this.#applied.filter((each) => !done.includes(each) && models.some(({ name }) => name === each.model));
    this.#kept = this.#kept.filter((each) => isThere(each, models));
    this.#earlier = [...this.#earlier, ...others];
    this.#applied = done;
    return done.map(({ model, reinitialization }) => ({
      model,
      reinitialization,
      kept: this.#kept.some((each) => each.reinitialization === reinitialization),
    }));
  }

  /** Gives what is to be done now. */
  answer(answer: "apply" | "keep" | "forget"): readonly EarlierChange[] {
    const wanted = this.earlier.filter(({ kept }) => !kept);
    if (answer === "forget") this.#kept = [];
    if (answer === "keep") this.#kept = [...this.#kept, ...this.#earlier];
    this.#earlier = [];
    return answer === "forget" ? [] : wanted;
  }
}

/** Whether the code still initializes what was reinitialized, in the same way. */
function isThere({ model, reinitialization: { target }, inCode: before }: Applied, models: readonly ModelSnapshot[]): boolean {
  const found = models.find(({ name }) => name === model);
  return found !== undefined && inCode(found, target) !== "" && inCode(found, target) === before;
}

/** How the code initializes what a reinitialization reaches; "" where it reaches nothing. */
function inCode(model: ModelSnapshot, target: InitializationTarget): string {
  const index = indexOf(model);
  const reached =
    target.kind === "type"
      ? index.modules.filter(({ type }) => type === target.type).flatMap(({ parameters }) => parameters.map((use) => index.tensor(use)))
      : index.parametersWithin(target.kind === "model" ? "" : target.path);
  return reached.map(({ names: [name], initialization }) => `${name} ${initializationCode(initialization, model.language)}`).join("\n");
}
