import type { Engine, Module, Tensor } from "./engine.js";

type State = { readonly object: object; readonly prototype: object | null; readonly putBack: () => void };

/** The modules and tensors of a model as they were: fields, versions, hooks, classes (a lazy layer changes its own), and the generator. */
export class PreservedModel {
  /** Parameters, buffers and tensors in plain fields. */
  readonly tensors: readonly Tensor[];
  readonly #engine: Engine;
  readonly #objects: readonly State[];
  readonly #versions: readonly (readonly [Tensor["version"], number])[];
  readonly #generator: ReturnType<Engine["getRngState"]>;
  #values: readonly (readonly [target: Tensor["storage"]["data"], copy: Tensor["storage"]["data"]])[] = [];

  constructor(engine: Engine, root: Module) {
    this.#engine = engine;
    const modules = [...engine.nn.modulesOf(root)];
    const tensors = new Set<Tensor>();
    for (const module of modules) for (const value of Object.values(module as object)) if (value instanceof engine.Tensor) tensors.add(value);
    this.tensors = [...tensors];
    const stateOf = (object: object, putBack: () => void): State => ({ object, prototype: Object.getPrototypeOf(object) as object | null, putBack });
    this.#objects = [
      ...modules.map((module) => stateOf(module, engine.nn.rememberMembers(module))),
      ...[...tensors].map((tensor) => stateOf(tensor, rememberProperties(tensor))),
      // Where gradients arrive: it holds the hooks, those too that were not removed because the pass that had them was stopped.
      ...[...tensors].flatMap(({ accumulator }) => (accumulator ? [stateOf(accumulator, rememberProperties(accumulator))] : [])),
    ];
    this.#versions = this.tensors.map(({ version }) => [version, version.value]);
    this.#generator = engine.getRngState();
  }

  get bytes(): number {
    return this.tensors.reduce((sum, { storage }) => sum + (storage.device === "cpu" ? storage.data.byteLength : 0), 0);
  }

  /** Keeps copies of the values too, for a pass that may write to them. */
  keepValues(): void {
    const storages = new Set(this.tensors.map(({ storage }) => storage).filter(({ device }) => device === "cpu"));
    this.#values = [...storages].map(({ data }) => [data, data.slice()]);
  }

  /** Takes the values away, so that a forward pass has only shapes to work out. Views stay views of one another. */
  moveToMeta(): void {
    const moved = new Map<Tensor["storage"], Tensor["storage"]>();
    for (const tensor of this.tensors) {
      let storage = moved.get(tensor.storage);
      if (!storage) moved.set(tensor.storage, (storage = this.#engine.Tensor.allocate([tensor.storage.length], tensor.dtype, "meta").storage));
      tensor.storage = storage;
    }
  }

  dropGradients(): void {
    for (const tensor of this.tensors) tensor.grad = null;
  }

  restore(): void {
    for (const { object, prototype, putBack } of this.#objects) {
      if (Object.getPrototypeOf(object) !== prototype) Object.setPrototypeOf(object, prototype);
      putBack();
    }
    for (const [version, value] of this.#versions) version.value = value;
    for (const [target, copy] of this.#values) (target as Float64Array).set(copy);
    this.#engine.setRngState(this.#generator);
  }
}

function rememberProperties(object: object): () => void {
  const properties = Object.getOwnPropertyDescriptors(object);
  return () => {
    for (const key of Reflect.ownKeys(object)) if (!Object.hasOwn(properties, key)) Reflect.deleteProperty(object, key);
    Object.defineProperties(object, properties);
  };
}
