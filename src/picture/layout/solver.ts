import type { ElkNode } from "elkjs/lib/elk-api.js";
import { chainSolution } from "./chain.js";
import { isSound } from "./sound.js";
import { isInDeclaredOrder } from "./declaredOrder.js";
import { withGrids, withoutGrids } from "./grids.js";
import { elkGraph, readSolutions } from "./layered.js";
import { longChainSolution } from "./longChain.js";
import { edgesToCut } from "./longEdges.js";
import { withMainPath } from "./mainPath.js";
import { inOperandOrder } from "./operandOrder.js";
import { plainSolution } from "./plain.js";
import { problemKey, type LayoutProblem, type LayoutSolution } from "./problem.js";
import { withoutRails, withRails } from "./rails.js";
import { clearTimeout, console, performance, setTimeout } from "../surroundings.js";

/** ELK, wherever it runs. */
export interface Elk {
  layout(graph: ElkNode): Promise<ElkNode>;
  /** Ends a layout that takes too long; the next one starts afresh. */
  restart(): void;
  dispose(): void;
}

export interface Solved {
  readonly solution: LayoutSolution;
  /** True where the deadline, or the size, left no choice but the plain layout. */
  readonly isPlain: boolean;
}

/** More nodes than this in one container overflow ELK's stack or take seconds. */
const mostNodes = 1000;

/** Nodes in one call: enough to spread the cost of a call, few enough to lose little when the deadline strikes. */
const batchNodes = 400;

/** Solutions kept; the oldest go first. */
const mostKept = 4000;

/** Lays out containers, each distinct problem once. */
export class LayoutSolver {
  readonly #kept = new Map<string, LayoutSolution>();

  constructor(readonly elk: Elk | null) {}

  /**
   * Solutions in the order of `problems`. What is not solved by `deadline` (milliseconds, as performance.now() counts) gets the plain layout.
   * `isCurrent` turning false ends the work early, with plain layouts that nobody will see.
   */
  async solve(problems: readonly LayoutProblem[], deadline: number, isCurrent: () => boolean): Promise<Solved[]> {
    const keys = problems.map(problemKey);
    const missing = new Map<string, LayoutProblem>();
    keys.forEach((key, index) => {
      if (this.#kept.has(key) || missing.has(key)) return;
      const chain = chainSolution(problems[index]!) ?? longChainSolution(problems[index]!);
      if (chain && isSound(problems[index]!, chain)) this.#keep(key, problems[index]!, chain);
      else missing.set(key, problems[index]!);
    });
    const plain = new Map<string, LayoutSolution>();
    const solvable = [...missing].filter(([, problem]) => problem.nodes.length <= mostNodes);
    if (this.elk) {
      for (const batch of batches(solvable)) {
        if (!isCurrent()) break;
        await this.#solveBatch(this.elk, batch, deadline);
      }
    }
    return keys.map((key, index) => {
      const solution = this.#kept.get(key);
      if (solution) return { solution, isPlain: false };
      let simple = plain.get(key);
      if (!simple) plain.set(key, (simple = inOperandOrder(problems[index]!, plainSolution(problems[index]!))));
      return { solution: simple, isPlain: true };
    });
  }

  async #solveBatch(elk: Elk, batch: readonly (readonly [string, LayoutProblem])[], deadline: number): Promise<void> {
    const gridded = batch.map(([, problem]) => withGrids(problem));
    const railed = gridded.map(({ problem }) => {
      const cut = edgesToCut(problem);
      return withRails(withMainPath(problem, cut), cut);
    });
    const problems = railed.map(({ problem }) => problem);
    try {
      const solutions = await layout(elk, problems, deadline);
      if (solutions === null) return;
      // Order costs crossings elsewhere: it is asked for where it does not come by itself.
      const disordered = problems.flatMap((problem, index) => (isInDeclaredOrder(problem, solutions[index]!) ? [] : [index]));
      const ordered =
        disordered.length > 0
          ? await layout(
              elk,
              disordered.map((index) => ({ ...problems[index]!, isInOrder: true })),
              deadline,
            )
          : null;
      ordered?.forEach((solution, place) => (solutions[disordered[place]!] = solution));
      solutions.forEach((solution, index) => {
        const [key, problem] = batch[index]!;
        const whole = withoutGrids(problem, gridded[index]!, withoutRails(gridded[index]!.problem, railed[index]!, solution));
        if (isSound(problem, whole)) this.#keep(key, problem, whole);
        else console.warn("Layout gave no place to some of what it was given, a plain one is shown");
      });
    } catch (error) {
      // One container that ELK cannot do must not take the others with it.
      if (batch.length === 1) console.warn(`Layout failed, a plain one is shown: ${String(error)}`);
      else for (const single of batch) await this.#solveBatch(elk, [single], deadline);
    }
  }

  #keep(key: string, problem: LayoutProblem, solution: LayoutSolution): void {
    this.#kept.set(key, inOperandOrder(problem, solution));
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!);
  }
}

/** Null where the deadline came first. */
async function layout(elk: Elk, problems: readonly LayoutProblem[], deadline: number): Promise<LayoutSolution[] | null> {
  const left = deadline - performance.now();
  if (left <= 0) return null;
  let timer: unknown;
  try {
    const timeout = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), left)));
    const root = await Promise.race([elk.layout(elkGraph(problems)), timeout]);
    if (root !== null) return readSolutions(problems, root);
    elk.restart();
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function batches(problems: readonly (readonly [string, LayoutProblem])[]): (readonly [string, LayoutProblem])[][] {
  const result: (readonly [string, LayoutProblem])[][] = [];
  let size = Infinity;
  for (const entry of problems) {
    size += entry[1].nodes.length;
    if (size > batchNodes) {
      result.push([]);
      size = entry[1].nodes.length;
    }
    result.at(-1)!.push(entry);
  }
  return result;
}
