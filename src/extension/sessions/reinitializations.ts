import { indexOf } from "../../describe/modelIndex.js";
import { reachedTensors } from "../../describe/initializationTarget.js";
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
  /** What was kept, until the code came to initialize the same parameters otherwise. */
  readonly #ended = new Set<Reinitialization>();

  get earlier(): readonly EarlierChange[] {
    const ended = ({ reinitialization }: Applied) => this.#ended.has(reinitialization);
    return [
      ...this.#kept.map((each) => asEarlier(each, "kept")),
      ...this.#earlier.filter(ended).map((each) => asEarlier(each, "ended")),
      ...this.#earlier.filter((each) => !ended(each)).map((each) => asEarlier(each, "offered")),
    ];
  }

  /** A model was reinitialized; `before`: as it was until then. */
  applied(before: ModelSnapshot, reinitialization: Reinitialization): void {
    const applied = { model: before.name, reinitialization, inCode: inCode(before, reinitialization.target) };
    this.#applied = [...this.#applied, applied];
    this.#earlier = [];
    // Kept once more, it holds for as long as the code stays as it is now.
    if (this.#ended.has(reinitialization)) this.#kept = this.#kept.map((each) => (each.reinitialization === reinitialization ? applied : each));
    this.#ended.clear();
  }

  undone(model: string): void {
    const last = this.#applied.findLastIndex((each) => each.model === model);
    const undone = this.#applied[last];
    this.#applied = this.#applied.filter((_, at) => at !== last);
    this.#kept = this.#kept.filter((each) => each.reinitialization !== undone?.reinitialization);
  }

  /** A run has made the models anew, or gone on with them, as a cell does: these say what can still be undone. Gives what is to be done again with them. */
  ran(models: readonly ModelSnapshot[]): readonly EarlierChange[] {
    const ended = this.#endKept(models);
    const kept = new Set(this.#kept.map(({ reinitialization }) => reinitialization));
    const live = new Set(
      models.flatMap(({ name, undoDepth }) => (undoDepth === 0 ? [] : this.#applied.filter(({ model }) => model === name).slice(-undoDepth))),
    );
    const [still, gone] = [this.#applied.filter((each) => live.has(each)), this.#applied.filter((each) => !live.has(each))];
    this.#earlier = once([...this.#earlier, ...ended, ...gone]).filter(
      ({ model, reinitialization }) => models.some(({ name }) => name === model) && !kept.has(reinitialization),
    );
    this.#applied = still;
    return this.earlier.filter(({ reinitialization, standing }) => standing === "kept" && !still.some((each) => each.reinitialization === reinitialization));
  }

  /**
   * A look has made the models anew as the text is now, which is no run: what was done stays done, where the code still initializes the same in the same way, and is
   * offered again where it does not. Gives what is to be done again with them.
   */
  looked(models: readonly ModelSnapshot[]): readonly EarlierChange[] {
    const done = this.#applied.filter((each) => isThere(each, models));
    const others = this.#applied.filter((each) => !done.includes(each) && models.some(({ name }) => name === each.model));
    this.#earlier = once([...this.#earlier, ...this.#endKept(models), ...others]);
    this.#applied = done;
    return done.map((each) => asEarlier(each, this.#kept.some(({ reinitialization }) => reinitialization === each.reinitialization) ? "kept" : "offered"));
  }

  /** Gives what is to be done now. */
  answer(answer: "apply" | "keep" | "forget"): readonly EarlierChange[] {
    const wanted = this.earlier.filter(({ standing }) => standing !== "kept");
    if (answer === "forget") {
      this.#kept = [];
      this.#ended.clear();
    }
    if (answer === "keep") this.#kept = [...this.#kept, ...this.#earlier];
    this.#earlier = [];
    return answer === "forget" ? [] : wanted;
  }

  /** Ends what is kept where the code initializes the same parameters otherwise by now; gives what has ended. */
  #endKept(models: readonly ModelSnapshot[]): readonly Applied[] {
    const ended = this.#kept.filter((each) => !isThere(each, models) && models.some(({ name }) => name === each.model));
    this.#kept = this.#kept.filter((each) => isThere(each, models));
    for (const { reinitialization } of ended) this.#ended.add(reinitialization);
    return ended;
  }
}

function asEarlier({ model, reinitialization }: Applied, standing: EarlierChange["standing"]): EarlierChange {
  return { model, reinitialization, standing };
}

/** Each reinitialization in the place where it is first. */
function once(changes: readonly Applied[]): readonly Applied[] {
  return changes.filter(({ reinitialization }, at) => changes.findIndex((each) => each.reinitialization === reinitialization) === at);
}

/** Whether the code still initializes what was reinitialized, in the same way. */
function isThere({ model, reinitialization: { target }, inCode: before }: Applied, models: readonly ModelSnapshot[]): boolean {
  const found = models.find(({ name }) => name === model);
  return found !== undefined && inCode(found, target) !== "" && inCode(found, target) === before;
}

/** How the code initializes what a reinitialization reaches; "" where it reaches nothing. */
function inCode(model: ModelSnapshot, target: InitializationTarget): string {
  const index = indexOf(model);
  return reachedTensors(index, target)
    .map((id) => model.tensors[id]!)
    .map(({ names: [name], initialization }) => `${name} ${initializationCode(initialization, model.language)}`)
    .join("\n");
}
