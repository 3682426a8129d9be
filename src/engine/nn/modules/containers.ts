import { isOptions } from "../../arguments.js";
import { IndexError, KeyError, TypeError } from "../../errors.js";
import { observer } from "../../observer.js";
import type { Tensor } from "../../tensor.js";
import { declaration, type LayerDeclaration } from "../declaration.js";
import { assignPosition, checkModule, childrenByName, childrenInOrder, registerWithoutField, unregister, type Registers } from "../members.js";
import { Module } from "../module.js";
import { formatModule, indent } from "../moduleText.js";

/** The tuple's numbered members alone: `net[2]` has the third module's own type. */
type Elements<Modules extends readonly unknown[]> = { readonly [Key in keyof Modules as Key extends `${number}` ? Key : never]: Modules[Key] };

type First<Modules extends readonly Module[]> = Modules extends readonly [infer Head extends Module, ...unknown[]] ? Head : never;
type Last<Modules extends readonly Module[]> = Modules extends readonly [...unknown[], infer Tail extends Module] ? Tail : never;

/** A chain takes what its first module takes; one whose modules are not known statically takes a tensor. */
type ChainInput<Modules extends readonly Module[]> = [First<Modules>] extends [never] ? [x: Tensor] : Parameters<First<Modules>["forward"]>;
type ChainOutput<Modules extends readonly Module[]> = [Last<Modules>] extends [never] ? Tensor : ReturnType<Last<Modules>["forward"]>;

/** Modules that run one after the other (torch.nn.Sequential). `net[2]` is the third, with its own type. */
export type Sequential<Modules extends readonly Module[] = Module[]> = SequentialModule<Modules> &
  Elements<Modules> & { readonly [index: number]: Modules[number] };

/** Children that are reached by position: `net[0]`, whatever the child is called. */
abstract class OrderedContainer<Item extends Module> extends Module {
  static override readonly [declaration]: LayerDeclaration<OrderedContainer<Module>> = {
    family: "container",
    arguments: () => ({}),
  };

  override get length(): number {
    return childrenByName(this).size;
  }

  /** @internal */
  [assignPosition](index: number, module: Module): void {
    const name = [...childrenByName(this).keys()][position(index, this.length)]!;
    checkModule(module);
    this.addModule(name, module);
  }

  override addModule(name: string, module: Module | null): void {
    if (/^\d+$/.test(name)) registerWithoutField(this, name, module);
    else super.addModule(name, module);
    indexByPosition(this.length - 1);
  }

  /** The module at a position, which may count from the end. */
  at(index: number): Item {
    return childrenInOrder(this)[position(index, this.length)] as Item;
  }

  /** Adds a module at the end. */
  append(module: Item): this {
    this.addModule(String(this.length), module);
    return this;
  }

  /** Adds all of `modules` at the end. */
  extend(modules: Iterable<Item>): this {
    for (const module of modules) this.append(module);
    return this;
  }

  /** Puts a module in front of the one at `index`; those after it are renamed by their positions. */
  insert(index: number, module: Item): this {
    const { length } = this;
    if (index < -length || index > length) throw new IndexError(`Index out of range: ${index}`);
    this.replaceAll(childrenInOrder(this).toSpliced(index < 0 ? index + length : index, 0, module));
    return this;
  }

  /** Takes out the module at a position and returns it; those after it are renamed by their positions. */
  pop(index = -1): Item {
    const modules = childrenInOrder(this);
    if (modules.length === 0) throw new IndexError("pop from an empty container");
    const at = position(index, modules.length);
    this.replaceAll(modules.toSpliced(at, 1));
    return modules[at] as Item;
  }

  *[Symbol.iterator](): IterableIterator<Item> {
    yield* childrenInOrder(this) as readonly Item[];
  }

  private replaceAll(modules: readonly Module[]): void {
    for (const name of [...childrenByName(this).keys()]) unregister(this, name);
    modules.forEach((module, i) => this.addModule(String(i), module));
  }
}

/** Defines `container[index]` and `container[-1 - index]` for all containers. */
function indexByPosition(index: number): void {
  for (const at of [index, -1 - index]) {
    if (at in OrderedContainer.prototype) continue;
    Object.defineProperty(OrderedContainer.prototype, at, {
      get(this: Registers) {
        return childrenInOrder(this).at(at);
      },
      set(this: OrderedContainer<Module>, module: Module) {
        this[assignPosition](at, module);
      },
    });
  }
}

class SequentialModule<Modules extends readonly Module[]> extends OrderedContainer<Modules[number]> {
  static override readonly [declaration]: LayerDeclaration<SequentialModule<Module[]>> = {
    family: "container",
    arguments: () => ({}),
    // eslint-disable-next-line @typescript-eslint/unbound-method -- Compared, not called.
    isSequence: ({ forward }) => forward === SequentialModule.prototype.forward,
  };

  constructor(...modules: Modules | [named: Named<Module>]) {
    super();
    const [named] = modules;
    if (modules.length === 1 && (isOptions(named) || (named as unknown) instanceof Map))
      for (const [name, module] of entriesOf(named as Named<Module>)) this.addModule(name, module);
    else modules.forEach((module, i) => this.addModule(String(i), module as Module));
  }

  override forward(...input: ChainInput<Modules>): ChainOutput<Modules> {
    let output: unknown = input[0];
    let first = true;
    for (const [name, module] of childrenByName(this)) {
      if (module === null) continue;
      observer()?.childCalled?.(this, name);
      const call = module as unknown as (...args: unknown[]) => unknown;
      output = first ? call(...input) : call(output);
      first = false;
    }
    return output as ChainOutput<Modules>;
  }

  /** The modules from `start` up to `end` as a Sequential of their own, sharing them and their names. */
  slice(start?: number, end?: number): Sequential {
    const part = new Sequential();
    for (const [name, module] of [...childrenByName(this)].slice(start, end)) part.addModule(name, module);
    return part;
  }
}
Object.defineProperty(SequentialModule, "name", { value: "Sequential" });

interface SequentialConstructor {
  readonly [declaration]: LayerDeclaration<SequentialModule<Module[]>>;
  new <Modules extends readonly Module[]>(...modules: Modules): Sequential<Modules>;
  /** For classes that extend it without saying which modules it has. */
  new (...modules: readonly Module[]): Sequential;
  /** Modules with names of their own: `new nn.Sequential({ conv, relu })`, whose `conv` has that module's own type. */
  new <Item extends Module, Members extends Readonly<Record<string, Item>>>(
    modules: Members & Readonly<Record<string, Item>>,
  ): Sequential<Item[]> & Known<Members>;
  new (modules: ReadonlyMap<string, Module>): Sequential;
  readonly prototype: Sequential;
}

export const Sequential = SequentialModule as unknown as SequentialConstructor;

/** A list of modules that registers them and leaves the calling to you (torch.nn.ModuleList). */
export class ModuleList<Item extends Module = Module> extends OrderedContainer<Item> {
  readonly [index: number]: Item;

  constructor(modules: Iterable<Item> = []) {
    super();
    this.extend(modules);
  }

  slice(start?: number, end?: number): ModuleList<Item> {
    return new ModuleList([...this].slice(start, end));
  }

  map<Result>(fn: (module: Item, index: number) => Result): Result[] {
    return [...this].map(fn);
  }

  forEach(fn: (module: Item, index: number) => void): void {
    [...this].forEach(fn);
  }

  /** Repeats are printed once: "(0-2): 3 x Linear(...)". */
  override toString(): string {
    const lines: string[] = [];
    const texts = [...this].map(String);
    for (let start = 0; start < texts.length; ) {
      let end = start + 1;
      while (end < texts.length && texts[end] === texts[start]) end++;
      const text = indent(texts[start]!);
      lines.push(end - start === 1 ? `(${start}): ${text}` : `(${start}-${end - 1}): ${end - start} x ${text}`);
      start = end;
    }
    return formatModule(this.constructor.name, [], lines);
  }
}

/** Members with names: of an object, or in pairs. */
type Named<Item> = Readonly<Record<string, Item>> | Iterable<readonly [string, Item]>;

function entriesOf<Item>(members: Named<Item>): Iterable<readonly [string, Item]> {
  return Symbol.iterator in members ? (members as Iterable<readonly [string, Item]>) : Object.entries(members);
}

type NamedModules = Readonly<Record<string, Module>>;

/** The names that an object is known to have. */
type Known<Members> = string extends keyof Members ? unknown : Members;

/**
 * Modules by name (torch.nn.ModuleDict), in the order they were added. One that is made of an object is known by the object's names: `heads.mask` and
 * `heads.get("mask")` have that module's own type.
 */
export type ModuleDict<Item extends Module = Module, Members extends NamedModules = NamedModules> = ModuleDictClass<Item, Members> & Known<Members>;

class ModuleDictClass<Item extends Module, Members extends NamedModules> extends Module {
  static override readonly [declaration]: LayerDeclaration<ModuleDict> = {
    family: "container",
    arguments: () => ({}),
  };

  constructor(modules: Readonly<Record<string, Item>> | Iterable<readonly [string, Item]> = {}) {
    super();
    this.update(modules);
  }

  override get length(): number {
    return childrenByName(this).size;
  }

  /** The module of that name. Throws KeyError where there is none. */
  get<Name extends keyof Known<Members>>(name: Name): Known<Members>[Name];
  get(name: string): Item;
  get(name: string): unknown {
    const module = childrenByName(this).get(name);
    if (module == null) throw new KeyError(name);
    return module;
  }

  set(name: string, module: Item): this {
    this.addModule(name, module);
    return this;
  }

  has(name: string): boolean {
    return childrenByName(this).has(name);
  }

  /** Takes a module out and returns it. */
  pop(name: string): Item {
    const module: Item = this.get(name);
    unregister(this, name);
    return module;
  }

  clear(): void {
    for (const name of [...childrenByName(this).keys()]) unregister(this, name);
  }

  update(modules: Readonly<Record<string, Item>> | Iterable<readonly [string, Item]>): this {
    for (const [name, module] of entriesOf(modules)) this.set(name, module);
    return this;
  }

  keys(): IterableIterator<string> {
    return childrenByName(this).keys();
  }

  values(): IterableIterator<Item> {
    return childrenByName(this).values() as IterableIterator<Item>;
  }

  /** `entries` under PyTorch's name. */
  items(): IterableIterator<[string, Item]> {
    return this.entries();
  }

  entries(): IterableIterator<[string, Item]> {
    return childrenByName(this).entries() as IterableIterator<[string, Item]>;
  }

  [Symbol.iterator](): IterableIterator<[string, Item]> {
    return this.entries();
  }
}

interface ModuleDictConstructor {
  readonly [declaration]: LayerDeclaration<ModuleDict>;
  new <Item extends Module = Module>(modules?: Iterable<readonly [string, Item]>): ModuleDict<Item>;
  new <Item extends Module, Members extends Readonly<Record<string, Item>>>(modules: Members & Readonly<Record<string, Item>>): ModuleDict<Item, Members>;
  new <Item extends Module>(modules: Readonly<Record<string, Item>>): ModuleDict<Item>;
  /** Pairs with modules of several types, and for classes that extend it without saying which modules it has. */
  new (modules?: NamedModules | Iterable<readonly [string, Module]>): ModuleDict;
  readonly prototype: ModuleDict;
}

export const ModuleDict = ModuleDictClass as unknown as ModuleDictConstructor;

function position(index: number, length: number): number {
  if (!Number.isInteger(index)) throw new TypeError(`indices must be integers, but got ${String(index)}`);
  if (index < -length || index >= length) throw new IndexError(`index ${index} is out of range`);
  return index < 0 ? index + length : index;
}
