import type { ModuleSnapshot } from "../../protocol/index.js";
import type { ModelIndex } from "../../describe/modelIndex.js";
import { canvasPath, nameWithin, nodeWithin, type DataFlow } from "./dataFlow.js";
import { single, type Row } from "./rows.js";

/** A module in a container, with the nodes of its calls there, in order; of one that nothing calls, the node that it has all the same. */
export interface Member {
  readonly module: ModuleSnapshot;
  readonly nodes: readonly string[];
}

/** Modules of one row in a container. */
export interface StandingRow {
  /** Whether all of the row stand here, so that one box can stand for them. */
  readonly row: Row;
  readonly members: readonly Member[];
  /** Whether the container itself declares it: it stands in that order, all else in the order of the calls. */
  readonly isDeclared: boolean;
}

/** A module's box, from the outside in. */
export interface Placed {
  readonly path: string;
  readonly node: string;
}

/** Which modules stand where: each where it is called, and what nothing calls where it is declared. */
export class Places {
  readonly #atHome = new Map<string, boolean>();
  readonly #standing = new Map<string, readonly StandingRow[]>();

  constructor(
    readonly index: ModelIndex,
    readonly flow: DataFlow | null,
    /** Modules that are not drawn, only what they hold. */
    readonly scattered: ReadonlySet<string>,
    readonly rowOf: (path: string) => Row | null,
    readonly rows: (module: ModuleSnapshot) => readonly Row[],
  ) {}

  /** What stands in a container: the rows of its own modules, in order of declaration, then those that lie elsewhere, in the order of their first calls. */
  in(node: string, path: string): readonly StandingRow[] {
    let standing = this.#standing.get(node);
    if (!standing) this.#standing.set(node, (standing = this.#find(node, path)));
    return standing;
  }

  #find(node: string, path: string): readonly StandingRow[] {
    const here = this.flow?.containers.get(node)?.modules ?? new Map<string, readonly string[]>();
    if (path === canvasPath) return [{ row: single, members: [{ module: this.index.model.root, nodes: here.get("") ?? [""] }], isDeclared: true }];
    const module = this.index.module(path)!;
    const isFirst = this.isFirst(node, path);
    const nodesOf = (each: ModuleSnapshot) => here.get(each.path) ?? (isFirst && this.isAtHome(each) ? [nodeWithin(node, this.partIn(path, each.path))] : null);
    const seen = new Set<string>();
    const standing = (row: Row): StandingRow[] => {
      const members = row.members.flatMap((each): Member[] => {
        seen.add(each.path);
        const nodes = nodesOf(each);
        return nodes ? [{ module: each, nodes }] : [];
      });
      const isDeclared = this.index.parent(row.members[0]!.path)?.path === path;
      if (members.length === row.members.length) return [{ row, members, isDeclared }];
      return members.map((member) => ({ row: { ...single, members: [member.module] }, members: [member], isDeclared }));
    };
    const own = this.rows(module).flatMap(standing);
    const others = [...here.keys()].flatMap((each) => {
      if (seen.has(each)) return [];
      return standing(this.rowOf(each) ?? { ...single, members: [this.index.module(each)!] });
    });
    return [...own, ...others];
  }

  /** What the node of a module's first call in a container adds to the container's. Paths. */
  partIn(container: string, path: string): string {
    return this.flow ? this.flow.partIn(container, path) : nameWithin(container, path);
  }

  /** Whether it is the first call of a module, or the place of one that nothing calls: what the module holds is said there. */
  isFirst(node: string, path: string): boolean {
    const first = this.flow?.nodes.get(path)?.[0];
    return first === undefined || first === node;
  }

  /** Whether a module, or one in it, stands where it is declared although nothing calls it. */
  isAtHome(module: ModuleSnapshot): boolean {
    if (!this.flow) return true;
    let atHome = this.#atHome.get(module.path);
    if (atHome === undefined) {
      // From the inside out: modules may be nested thousands deep.
      for (const each of this.index.within(module.path).toReversed()) {
        const standsElsewhere = this.flow.nodes.has(each.path);
        this.#atHome.set(each.path, !standsElsewhere && (each.children.length === 0 || each.children.some(({ path }) => this.#atHome.get(path))));
      }
      atHome = this.#atHome.get(module.path)!;
    }
    return atHome;
  }

  /** The boxes from the root to a module: to its first call; where nothing calls it, to where it is declared. Of what is not drawn itself, to the box around it. */
  way(path: string): readonly Placed[] {
    const way: Placed[] = [];
    const uncalled: string[] = [];
    let at: string = path;
    while (at !== "" && !this.flow?.nodes.has(at)) {
      if (!this.scattered.has(at)) uncalled.unshift(at);
      at = this.index.parent(at)?.path ?? "";
    }
    let node = this.flow?.nodes.get(at)?.[0] ?? at;
    for (let each: string | undefined = node; each !== undefined && each !== canvasPath; each = this.flow?.standing.get(each)?.around)
      way.unshift({ path: this.flow?.standing.get(each)?.path ?? at, node: each });
    let around = at;
    for (const each of uncalled) {
      node = nodeWithin(node, this.partIn(around, each));
      way.push({ path: each, node });
      around = each;
    }
    return way;
  }
}
