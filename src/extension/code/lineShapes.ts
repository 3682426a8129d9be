import { indexOf } from "../../describe/modelIndex.js";
import { shapesText } from "../../describe/shapes.js";
import type { ModelSnapshot, Operand, StepId, TraceStep } from "../../protocol/index.js";
import type { CodeMeaning, Place } from "./codeIndex.js";
import { namedShape } from "./dimensions.js";

/** What came out of a line of code in the last run, as text; null where nothing did that is known. */
export interface LineShapes {
  /** Of the layers that are made there, when they were called: "2×8", "2×8 | 4×8". */
  readonly layers: string | null;
  /** Of the statement, each time that it ran: "2×8", "3 x 2×8" where it ran three times within one call. */
  readonly statement: string | null;
  /** Elements of the parameters of what is made there, each tensor once; null where nothing is. */
  readonly parameters: number | null;
}

/** More shapes than these are a range where that says them all, else the first and how many. */
const most = 3;

export function lineShapes({ modules, calls }: CodeMeaning): LineShapes {
  // A list of layers is never called itself: its layers say what they gave.
  const called = outermostOf(modules.filter(({ model, module }) => indexOf(model).calls(module.path).length > 0));
  const outermost = outermostOf(modules);
  return {
    layers: alternatives(
      called.flatMap(({ model, module }) =>
        indexOf(model)
          .calls(module.path)
          .map(({ step }) => textOf(model, step.outputs))
          .filter(Boolean),
      ),
    ),
    statement: statementText(calls),
    parameters: outermost.length > 0 ? sum(outermost.map(({ model, module }) => indexOf(model).totals(module.path).parameters)) : null,
  };
}

/** Of modules that one line makes, those that lie in no other: a whole Sequential, not its layers. One module in several places counts once. */
function outermostOf(places: readonly Place[]): readonly Place[] {
  const seen = new Set<string>();
  return places.filter(({ model, module }) => {
    const above = indexOf(model).ancestry(module.path).slice(0, -1);
    const key = `${module.identity} ${model.name}`;
    if (seen.has(key) || places.some((other) => other.model === model && above.includes(other.module))) return false;
    seen.add(key);
    return true;
  });
}

/** What a statement gave, in the order that it ran. */
export interface StatementValue {
  readonly model: ModelSnapshot;
  readonly outputs: readonly Operand[];
}

export function statementValues(calls: CodeMeaning["calls"]): readonly StatementValue[] {
  return executionsOf(calls).map(({ model, last: { outputs } }) => ({ model, outputs }));
}

interface Execution {
  readonly model: ModelSnapshot;
  readonly parent: StepId | null;
  readonly columns: Set<number>;
  /** What began last: operands are there before what takes them begins, so this gives the statement's own value. */
  last: TraceStep;
}

/** Each time that a statement ran: within one call of a module a place in the code comes again only when the statement does. */
function executionsOf(calls: CodeMeaning["calls"]): readonly Execution[] {
  const found: Execution[] = [];
  for (const { model, step } of calls) {
    const column = step.location!.column;
    const open = found.findLast((each) => each.model === model && each.parent === step.parent);
    if (open && !open.columns.has(column)) {
      open.columns.add(column);
      open.last = step;
    } else found.push({ model, parent: step.parent, columns: new Set([column]), last: step });
  }
  return found;
}

function statementText(calls: CodeMeaning["calls"]): string | null {
  const executions = executionsOf(calls);
  const texts = executions.map(({ model, last }) => textOf(model, last.outputs)).filter(Boolean);
  const turns = Math.max(0, ...countsOf(executions.map(({ model, parent }) => `${parent} ${model.name}`)));
  const text = alternatives(texts);
  return turns > 1 && new Set(texts).size === 1 ? `${turns} x ${text}` : text;
}

function textOf(model: ModelSnapshot, outputs: readonly Operand[]): string {
  return shapesText(model, outputs, most, (value) => namedShape(model, value));
}

function alternatives(texts: readonly string[]): string | null {
  const distinct = [...new Set(texts)];
  if (distinct.length === 0) return null;
  if (distinct.length <= most) return distinct.join(" | ");
  return rangeOf(distinct) ?? `${distinct.slice(0, most - 1).join(" | ")} | … ${distinct.at(-1)}`;
}

/** Shapes that differ in one axis alone, with that axis as a range: "1…12×64". Null where they differ otherwise. */
function rangeOf(texts: readonly string[]): string | null {
  const shapes = texts.map((text) => text.split("×"));
  const [first] = shapes as [string[]];
  if (shapes.some((shape) => shape.length !== first.length)) return null;
  const differing = first.flatMap((size, axis) => (shapes.every((shape) => shape[axis] === size) ? [] : [axis]));
  if (differing.length !== 1 || shapes.some((shape) => !/^\d+$/.test(shape[differing[0]!]!))) return null;
  const sizes = shapes.map((shape) => Number(shape[differing[0]!]));
  return first.map((size, axis) => (axis === differing[0] ? `${Math.min(...sizes)}…${Math.max(...sizes)}` : size)).join("×");
}

function countsOf(keys: readonly string[]): readonly number[] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts.values()];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
