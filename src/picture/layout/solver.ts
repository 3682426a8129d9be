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

/** Solutions kept; those that were asked for the longest ago go first. */
const mostSolutions = 4000;

/** Lays out containers, each distinct problem once. */
export class LayoutSolver {
  readonly #kept = new Map<string, LayoutSolution>();

  constructor(
    readonly elk: Elk | null,
    readonly mostKept = mostSolutions,
  ) {}

  /**
   * Solutions in the order of `problems`. What is not solved by `deadline` (milliseconds, as performance.now() counts) gets the plain layout.
   * `isCurrent` turning false ends the work early, with plain layouts that nobody will see.
   */
  async solve(problems: readonly LayoutProblem[], deadline: number, isCurrent: () => boolean): Promise<Solved[]> {
    const keys = problems.map(problemKey);
    const missing = new Map<string, LayoutProblem>();
    // What is kept may be let go of while the rest is solved.
    const found = new Map<string, LayoutSolution>();
    keys.forEach((key, index) => {
      if (found.has(key) || missing.has(key)) return;
      const problem = problems[index]!;
      const known = this.#kept.get(key) ?? soundChain(problem);
      if (known) found.set(key, this.#keep(key, known));
      else missing.set(key, problem);
    });
    const plain = new Map<string, LayoutSolution>();
    const solvable = [...missing].filter(([, problem]) => problem.nodes.length <= mostNodes);
    if (this.elk) {
      for (const batch of batches(solvable)) {
        if (!isCurrent()) break;
        await this.#solveBatch(this.elk, batch, deadline, found);
      }
    }
    return keys.map((key, index) => {
      const solution = found.get(key);
      if (solution) return { solution, isPlain: false };
      let simple = plain.get(key);
      if (!simple) plain.set(key, (simple = inOperandOrder(problems[index]!, plainSolution(problems[index]!))));
      return { solution: simple, isPlain: true };
    });
  }

  async #solveBatch(elk: Elk, batch: readonly (readonly [string, LayoutProblem])[], deadline: number, found: Map<string, LayoutSolution>): Promise<void> {
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
        if (isSound(problem, whole)) found.set(key, this.#keep(key, inOperandOrder(problem, whole)));
        else console.warn("Layout gave no place to some of what it was given, a plain one is shown");
      });
    } catch (error) {
      // One container that ELK cannot do must not take the others with it.
      if (batch.length === 1) console.warn(`Layout failed, a plain one is shown: ${String(error)}`);
      else for (const single of batch) await this.#solveBatch(elk, [single], deadline, found);
    }
  }

  /** As the last that was asked for. */
  #keep(key: string, solution: LayoutSolution): LayoutSolution {
    this.#kept.delete(key);
    this.#kept.set(key, solution);
    if (this.#kept.size > this.mostKept) this.#kept.delete(this.#kept.keys().next().value!);
    return solution;
  }
}

function soundChain(problem: LayoutProblem): LayoutSolution | null {
  const chain = chainSolution(problem) ?? longChainSolution(problem);
  return chain && isSound(problem, chain) ? inOperandOrder(problem, chain) : null;
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
