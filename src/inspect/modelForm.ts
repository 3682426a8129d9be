import type { Engine, Module, Tensor } from "./engine.js";

const identities = new WeakMap<object, number>();
let last = 0;

function identityOf(object: object): number {
  let identity = identities.get(object);
  if (identity === undefined) identities.set(object, (identity = ++last));
  return identity;
}

/** One module as it was. Holds none of it. */
interface Form {
  readonly identity: number;
  /** Class, arguments, parameters and buffers. */
  readonly sign: string;
  readonly children: ReadonlyMap<string, Form>;
}

/**
 * What a model was at one moment, as far as the operations of a pass and their shapes follow from it: which modules stand where, of which classes, with
 * which arguments, parameters, and shapes of buffers. Values and modes are no part of it, and neither is which tensor is a buffer: forward may assign those.
 */
export class ModelForm {
  readonly #engine: Engine;
  readonly #root: Form;

  constructor(engine: Engine, root: Module) {
    this.#engine = engine;
    this.#root = formOf(engine, root, new Map());
  }

  /** The places that are not what they were, each without those beneath it; none where the model is the same. */
  changesTo(root: Module): string[] {
    const now = formOf(this.#engine, root, new Map());
    const changed: string[] = [];
    const compared = new Set<Form>();
    const compare = (before: Form | undefined, after: Form | undefined, path: string): void => {
      if (!before || !after || before.identity !== after.identity || before.sign !== after.sign) changed.push(path);
      else if (!compared.has(after)) {
        compared.add(after);
        for (const name of new Set([...before.children.keys(), ...after.children.keys()])) {
          compare(before.children.get(name), after.children.get(name), path === "" ? name : `${path}.${name}`);
        }
      }
    };
    compare(this.#root, now, "");
    return changed;
  }
}

function formOf(engine: Engine, module: Module, known: Map<Module, Form>): Form {
  const earlier = known.get(module);
  if (earlier) return earlier;
  const { nn } = engine;
  const children = new Map<string, Form>();
  const form = { identity: identityOf(module), sign: signOf(engine, module), children };
  known.set(module, form);
  for (const [name, child] of nn.childrenByName(module)) if (child) children.set(name, formOf(engine, child, known));
  return form;
}

function signOf({ nn }: Engine, module: Module): string {
  const tensors = (members: ReadonlyMap<string, Tensor | null>, isSame: (tensor: Tensor) => number | ""): string =>
    [...members]
      .map(([name, tensor]) => {
        if (tensor === null) return `${name}:none`;
        return `${name}:${isSame(tensor)}${tensor.dtype.name}${nn.isUninitialized(tensor) ? "?" : `[${tensor.sizes.join()}]`}`;
      })
      .join(";");
  const parts = [
    identityOf(Object.getPrototypeOf(module) as object),
    argumentsOf(nn, module),
    tensors(nn.parametersByName(module), identityOf),
    tensors(nn.buffersByName(module), () => ""),
  ];
  return parts.join("\n");
}

/** A layer whose parts were replaced by others may not be what its class says. */
function argumentsOf(nn: Engine["nn"], module: Module): string {
  try {
    return Object.entries(nn.layerFacts(module).arguments)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join();
  } catch {
    return "?";
  }
}
