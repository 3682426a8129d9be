import { writeName } from "../../describe/arguments.js";
import type { ForwardTrace, Language, OperationStep, StepId, TensorPart, ValueId } from "../../protocol/index.js";
import type { FlowEdge } from "./dataFlow.js";

/** Which part of a tensor flows on. */
export interface PartShown {
  /** The operation that took it. */
  readonly step: StepId;
  /** Part of a part of a part. */
  readonly chain: readonly TensorPart[];
  /** Where a folded loop takes another part in every turn, that of the last. */
  readonly until: readonly TensorPart[] | null;
  readonly outputShape: string;
}

/** What of a tensor flows along an edge: the operations in it that took a part, from the first to the last. */
export interface PartTaken {
  readonly step: StepId;
  /** Of which it is a part. */
  readonly whole: ValueId;
  readonly value: ValueId;
  readonly chain: readonly TensorPart[];
  /** Places of the first and the last of them among the operations that are folded into the edge. */
  readonly from: number;
  readonly to: number;
}

/** The part that an edge carries; null where it carries all. What leaves no element out (an axis of size 1 selected, a slice of everything) is no part. */
export function partTaken({ via, value }: Pick<FlowEdge, "via" | "value">, { steps, values }: ForwardTrace): PartTaken | null {
  let taken: PartTaken | null = null;
  via.forEach((id, place) => {
    const step = steps[id] as OperationStep;
    if (!step.parts) return;
    const after = via[place + 1];
    const isResult = after === undefined ? (each: ValueId) => each === value : (each: ValueId) => steps[after]!.inputs.some((input) => input.value === each);
    const output = step.outputs.findIndex((operand) => isResult(operand.value));
    const part = step.parts[output];
    const whole = step.inputs[0]?.value;
    if (!part || whole === undefined) return;
    const result = step.outputs[output]!.value;
    if (countOf(values[whole]?.shape) === countOf(values[result]?.shape)) return;
    taken = taken
      ? { ...taken, value: result, chain: [...taken.chain, part], to: place }
      : { step: id, whole, value: result, chain: [part], from: place, to: place };
  });
  return taken;
}

function countOf(shape: readonly number[] | undefined): number | undefined {
  return shape?.reduce((product, size) => product * size, 1);
}

/** With the calls that take parts (`.asStrided(`) as the language writes them. */
export function partIn(language: Language, { chain, until, ...part }: PartShown): PartShown {
  const written = (each: TensorPart): TensorPart => ({ ...each, index: each.index.replace(/^\.\w+/, (call) => writeName(call, language)) });
  return { ...part, chain: chain.map(written), until: until && until.map(written) };
}

/** "1 of 2", "[:, :58]"; in a folded loop the parts of its first and its last turn. */
export function partText({ chain, until }: PartShown, pieceOf: (number: number, of: number) => string): string {
  const text = (each: readonly TensorPart[]) => each.map(({ index, piece }) => (piece ? pieceOf(piece.number, piece.of) : index)).join(" ");
  return until ? `${text(chain)} … ${text(until)}` : text(chain);
}
