import * as l10n from "@vscode/l10n";
import {
  familyNamed,
  type ArgumentValue,
  type ModuleSnapshot,
  type NamedArguments,
  type SourceLocation,
  type TensorId,
  type TensorUse,
} from "../protocol/index.js";
import { classNameOf, type Engine, type Module, type Tensor } from "./engine.js";

/** Places beyond this many are refused: a module that is used in itself again and again can have more than can be shown. */
const placeLimit = 500_000;

export interface StateTensor {
  readonly tensor: Tensor;
  readonly kind: "parameter" | "buffer";
  readonly names: string[];
}

type LayerFacts = ReturnType<Engine["nn"]["layerFacts"]>;

/** What a module is, wherever it is. */
type Known = Pick<
  ModuleSnapshot,
  "type" | "family" | "arguments" | "defaultArguments" | "maps" | "takes" | "ownText" | "isSequence" | "structure" | "location" | "parameters" | "buffers"
>;

/** A model's modules and tensors by place and by identity, as they are now. A TensorId is an index into `tensors`. */
export class ModelTree {
  readonly root: ModuleSnapshot;
  readonly tensors: StateTensor[] = [];
  readonly moduleCount: number;
  readonly #ids = new Map<Tensor, TensorId>();
  readonly #storages = new Map<Tensor["storage"], TensorId>();
  readonly #engine: Engine;
  readonly #identities: Identities;
  readonly #constructionOf: (module: Module) => SourceLocation | null;
  readonly #wasCalled: (module: Module) => boolean;
  readonly #known = new Map<Module, Known>();
  readonly #layerTexts: ReadonlySet<unknown>;
  #places = 0;

  constructor(
    engine: Engine,
    root: Module,
    name: string,
    identities: Identities,
    constructionOf: (module: Module) => SourceLocation | null,
    wasCalled: (module: Module) => boolean,
  ) {
    this.#engine = engine;
    this.#identities = identities;
    this.#constructionOf = constructionOf;
    this.#layerTexts = layerTexts(engine);
    this.#wasCalled = wasCalled;
    this.root = this.#visit(root, "", name, new Set());
    this.moduleCount = this.#known.size;
  }

  /** The id of a parameter or buffer, or of the one whose memory it is a window on. */
  idOf(tensor: Tensor): TensorId | undefined {
    return this.#ids.get(tensor) ?? this.#storages.get(tensor.storage);
  }

  /** The id of the parameter or buffer of this full name. */
  idNamed(name: string): TensorId | undefined {
    const id = this.tensors.findIndex(({ names }) => names.includes(name));
    return id < 0 ? undefined : id;
  }

  #visit(module: Module, path: string, name: string, above: Set<Module>): ModuleSnapshot {
    if (++this.#places > placeLimit) throw new Error(l10n.t("The model has more than {0} module places.", placeLimit));
    const { nn } = this.#engine;
    const prefix = path === "" ? "" : `${path}.`;
    const parameters = this.#uses(nn.parametersByName(module), prefix, "parameter");
    const buffers = this.#uses(nn.buffersByName(module), prefix, "buffer");
    const children: ModuleSnapshot[] = [];
    above.add(module);
    for (const [childName, child] of nn.childrenByName(module)) {
      if (child && !above.has(child)) children.push(this.#visit(child, prefix + childName, childName, above));
    }
    above.delete(module);
    const known = this.#know(module, parameters, buffers, children);
    return { path, name, ...known, identity: this.#identities.of(module), training: Boolean(module.training), called: this.#wasCalled(module), children };
  }

  #know(module: Module, parameters: readonly TensorUse[], buffers: readonly TensorUse[], children: readonly ModuleSnapshot[]): Known {
    let known = this.#known.get(module);
    if (!known) {
      const type = shortened(classNameOf(module)) || l10n.t("(anonymous class)");
      const facts = this.#factsOf(module);
      const withAxes = (uses: readonly TensorUse[]): readonly TensorUse[] =>
        uses.map((use) => (Object.hasOwn(facts.axes, use.name) ? { ...use, axes: facts.axes[use.name] } : use));
      const described = {
        type,
        family: familyNamed(facts.family),
        arguments: asData(this.#engine, facts.arguments),
        defaultArguments: asData(this.#engine, facts.defaultArguments),
        ...(facts.maps && { maps: facts.maps }),
        ...(facts.takes && { takes: facts.takes }),
        ...this.#ownText(module),
        ...(facts.isSequence && { isSequence: true as const }),
      };
      const shapes = (uses: readonly TensorUse[]): string =>
        uses
          .map(({ name, tensor: id }) => {
            const { tensor } = this.tensors[id]!;
            return `${name}:${tensor.dtype.name}${this.#engine.nn.isUninitialized(tensor) ? "?" : `[${tensor.sizes.join()}]`}`;
          })
          .join(";");
      const key = JSON.stringify([described, shapes(parameters), shapes(buffers), children.map(({ name, structure }) => [name, structure])]);
      known = {
        ...described,
        structure: this.#identities.structure(key),
        location: this.#constructionOf(module),
        parameters: withAxes(parameters),
        buffers: withAxes(buffers),
      };
      this.#known.set(module, known);
    }
    return known;
  }

  /** A layer whose parts were replaced by others may not be what its class says. */
  #factsOf(module: Module): LayerFacts {
    try {
      return this.#engine.nn.layerFacts(module);
    } catch {
      return { family: "module", arguments: {}, defaultArguments: {}, maps: null, axes: {}, isSequence: false };
    }
  }

  #ownText(module: Module): { readonly ownText?: string } {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- Compared, not called.
    if (this.#layerTexts.has(module.extraRepr)) return {};
    try {
      return { ownText: shortened(String(module.extraRepr())) };
    } catch {
      return {};
    }
  }

  #uses(members: ReadonlyMap<string, Tensor | null>, prefix: string, kind: StateTensor["kind"]): TensorUse[] {
    const uses: TensorUse[] = [];
    for (const [name, tensor] of members) {
      if (tensor === null) continue;
      let id = this.#ids.get(tensor);
      if (id === undefined) {
        id = this.tensors.push({ tensor, kind, names: [] }) - 1;
        this.#ids.set(tensor, id);
        if (!this.#storages.has(tensor.storage)) this.#storages.set(tensor.storage, id);
      }
      this.tensors[id]!.names.push(prefix + name);
      uses.push({ name, tensor: id });
    }
    return uses;
  }
}

/** Characters; names and descriptions of the user's own have no bound by themselves. */
const longestText = 1000;

function shortened(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}

/** Numbers that stand for module objects and for structures, the same in every snapshot of a process. */
export class Identities {
  readonly #modules = new WeakMap<Module, number>();
  readonly #structures = new Map<string, number>();
  #last = 0;

  of(module: Module): number {
    let identity = this.#modules.get(module);
    if (identity === undefined) this.#modules.set(module, (identity = ++this.#last));
    return identity;
  }

  structure(key: string): number {
    let structure = this.#structures.get(key);
    if (structure === undefined) this.#structures.set(key, (structure = this.#structures.size + 1));
    return structure;
  }
}

/** The `extraRepr` of every layer of the engine: any other is the user's own. */
function layerTexts(engine: Engine): ReadonlySet<unknown> {
  const texts = new Set<unknown>();
  for (const exported of Object.values<unknown>(engine.nn)) {
    if (typeof exported === "function") texts.add((exported.prototype as { readonly extraRepr?: unknown } | undefined)?.extraRepr);
  }
  return texts;
}

function asData(engine: Engine, values: Readonly<Record<string, unknown>>): NamedArguments {
  const data: Record<string, ArgumentValue> = {};
  for (const [name, value] of Object.entries(values)) {
    const written = argumentValue(engine, value);
    if (written !== undefined) data[name] = written;
  }
  return data;
}

/** Undefined for what arguments do not show: tensors, modules and other objects. */
function argumentValue(engine: Engine, value: unknown): ArgumentValue | undefined {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : { code: String(value) };
  if (value instanceof engine.DType) return { code: value.name };
  if (typeof value === "function") return value instanceof engine.nn.Module || value.name === "" ? undefined : { code: value.name };
  if (!Array.isArray(value)) return undefined;
  const items = value.map((item) => argumentValue(engine, item));
  return items.includes(undefined) ? undefined : (items as ArgumentValue[]);
}
