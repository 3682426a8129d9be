import { IndexError, KeyError, TypeError, typeInPython } from "../../errors.js";
import { Tensor } from "../../tensor.js";
import { declaration, type LayerDeclaration } from "../declaration.js";
import { assignPosition, define, parametersByName, setParameter, unregister } from "../members.js";
import { Module } from "../module.js";
import { Parameter } from "../parameter.js";

function asParameter(value: Tensor): Parameter {
  return value instanceof Parameter ? value : new Parameter(value);
}

function describe(name: string | number, parameter: Parameter, type: string): string {
  return `  (${name}): Parameter containing: [${type} of size ${parameter.sizes.join("x")}]`;
}

/** Parameters in a list that registers them (torch.nn.ParameterList). Plain tensors become parameters. */
export class ParameterList extends Module {
  static override readonly [declaration]: LayerDeclaration<ParameterList> = {
    family: "container",
    arguments: () => ({}),
  };

  readonly [index: number]: Parameter;

  constructor(values: Iterable<Tensor> = []) {
    super();
    this.extend(values);
  }

  override get length(): number {
    return parametersByName(this).size;
  }

  /** The parameter at a position, which may count from the end. */
  at(index: number): Parameter {
    const parameter = [...this].at(index);
    if (parameter === undefined) throw new IndexError(`index ${index} is out of range`);
    return parameter;
  }

  /** @internal */
  [assignPosition](index: number, value: Tensor): void {
    const { length } = this;
    if (index < -length || index >= length) throw new IndexError(`index ${index} is out of range`);
    const name = String(index < 0 ? index + length : index);
    define(this, name, setParameter(this, name, asParameter(value)));
  }

  append(value: Tensor): this {
    this.registerParameter(String(this.length), asParameter(value));
    readFromEnd(-this.length);
    return this;
  }

  /** Adds all of `values` at the end. A tensor itself is refused: it would be taken apart. */
  extend(values: Iterable<Tensor>): this {
    if (values instanceof Tensor || typeof (values as Partial<Iterable<Tensor>>)[Symbol.iterator] !== "function") {
      throw new TypeError(
        `ParameterList.extend should be called with an iterable, but got ${values instanceof Parameter ? "Parameter" : typeInPython(values)}`,
      );
    }
    for (const value of values) this.append(value);
    return this;
  }

  /** The parameters from `start` up to `end` as a list of their own, sharing them. */
  slice(start?: number, end?: number): ParameterList {
    return new ParameterList([...this].slice(start, end));
  }

  *[Symbol.iterator](): IterableIterator<Parameter> {
    for (const parameter of parametersByName(this).values()) if (parameter !== null) yield parameter;
  }

  override extraRepr(): string {
    return [...this].map((parameter, i) => describe(i, parameter, String(parameter.dtype))).join("\n");
  }
}

/** Defines `list[-1]` and so on for all lists; from the start, the parameters are fields. */
function readFromEnd(index: number): void {
  if (index in ParameterList.prototype) return;
  Object.defineProperty(ParameterList.prototype, index, {
    get(this: ParameterList) {
      return [...this].at(index);
    },
    set(this: ParameterList, value: Tensor) {
      this[assignPosition](index, value);
    },
  });
}

/**
 * Parameters by name (torch.nn.ParameterDict). Plain tensors become parameters. One that is made of an object is known by the object's names:
 * `scales.left`.
 */
export type ParameterDict<Names extends string = string> = ParameterDictClass & (string extends Names ? unknown : { [Name in Names]: Parameter });

class ParameterDictClass extends Module {
  static override readonly [declaration]: LayerDeclaration<ParameterDict> = {
    family: "container",
    arguments: () => ({}),
  };

  constructor(values: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]> = {}) {
    super();
    this.update(values);
  }

  override get length(): number {
    return parametersByName(this).size;
  }

  get(name: string): Parameter {
    const parameter = parametersByName(this).get(name);
    if (parameter == null) throw new KeyError(name);
    return parameter;
  }

  set(name: string, value: Tensor): this {
    this.registerParameter(name, asParameter(value));
    return this;
  }

  /** Adds, or replaces, several. */
  update(values: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]>): this {
    const entries = Symbol.iterator in values ? values : Object.entries(values);
    for (const [name, value] of entries) this.set(name, value);
    return this;
  }

  /** The parameter of that name; where there is none, `value` becomes it. (ParameterDict.setdefault) */
  setdefault(name: string, value: Tensor): Parameter {
    if (!this.has(name)) this.set(name, value);
    return this.get(name);
  }

  /** Takes out the parameter that was added last, and returns it with its name. (ParameterDict.popitem) */
  popitem(): [string, Parameter] {
    const last = [...this.keys()].at(-1);
    if (last === undefined) throw new KeyError("popitem(): dictionary is empty");
    return [last, this.pop(last)];
  }

  /** Another dictionary of the same parameters. */
  copy(): ParameterDict {
    return new ParameterDict([...this]);
  }

  /** A dictionary of these names, with `value` under each. (ParameterDict.fromkeys) */
  fromkeys(names: Iterable<string>, value: Tensor): ParameterDict {
    return new ParameterDict([...names].map((name) => [name, value] as const));
  }

  /** `entries` under PyTorch's name. */
  items(): IterableIterator<[string, Parameter]> {
    return this.entries();
  }

  /** Takes a parameter out and returns it. */
  pop(name: string): Parameter {
    const parameter = this.get(name);
    unregister(this, name);
    return parameter;
  }

  clear(): void {
    for (const name of [...this.keys()]) unregister(this, name);
  }

  has(name: string): boolean {
    return parametersByName(this).has(name);
  }

  keys(): IterableIterator<string> {
    return parametersByName(this).keys();
  }

  values(): IterableIterator<Parameter> {
    return parametersByName(this).values() as IterableIterator<Parameter>;
  }

  entries(): IterableIterator<[string, Parameter]> {
    return parametersByName(this).entries() as IterableIterator<[string, Parameter]>;
  }

  [Symbol.iterator](): IterableIterator<[string, Parameter]> {
    return this.entries();
  }

  override extraRepr(): string {
    return [...this].map(([name, parameter]) => describe(name, parameter, `torch.${parameter.dtype.scalarType}Tensor`)).join("\n");
  }
}

interface ParameterDictConstructor {
  readonly [declaration]: LayerDeclaration<ParameterDict>;
  new <Names extends string>(values: Readonly<Record<Names, Tensor>>): ParameterDict<Names>;
  /** Pairs, and for classes that extend it without saying which parameters it has. */
  new (values?: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]>): ParameterDict;
  readonly prototype: ParameterDict;
}

export const ParameterDict = ParameterDictClass as unknown as ParameterDictConstructor;
