/**
 * What the package `torch` offers, as scripts/pythonHelp.mjs describes it when the extension is built: by asking the package itself, and the engine's types and
 * comments. It is one list: completions, signatures, hovers and type stubs are made of it.
 */

/** A parameter as Python writes it ("bias: bool = True"), with what is said of it; "*" alone parts those that are given by name. */
export type Parameter = string | readonly [text: string, said: string];

export type Entry = FunctionEntry | ClassEntry | ValueEntry | AliasEntry;

export interface FunctionEntry {
  readonly kind: "function";
  readonly parameters: readonly Parameter[];
  /** Other ways to call it, by the number of arguments. */
  readonly ways?: readonly (readonly Parameter[])[];
  /** The type of what it gives, in Python's words; "" where that has no short word. */
  readonly returns: string;
  readonly bound?: "classmethod" | "staticmethod";
  readonly doc?: string;
}

export interface ClassEntry {
  readonly kind: "class";
  /** The class that it extends, by its full name: one of the package's, or of an error Python's own. */
  readonly base?: string;
  /** Of the constructor. */
  readonly parameters: readonly Parameter[];
  readonly ways?: readonly (readonly Parameter[])[];
  /** Those that its base does not have. */
  readonly members?: Readonly<Record<string, FunctionEntry | ValueEntry>>;
  /** What its objects do by operators and statements: "__len__". */
  readonly protocols?: readonly string[];
  /** Whether its objects have attributes that only their making decides. */
  readonly open?: boolean;
  readonly doc?: string;
}

export interface ValueEntry {
  readonly kind: "value";
  readonly type: string;
  readonly doc?: string;
}

/** The same thing under a second name. */
export interface AliasEntry {
  readonly kind: "alias";
  readonly of: string;
}

export interface ModuleEntry {
  readonly doc: string;
  readonly names: Readonly<Record<string, Entry>>;
}

export type Modules = Readonly<Record<string, ModuleEntry>>;

/** Something of the package: a module, or what a module or class has. */
export type Found =
  | { readonly kind: "module"; readonly path: string; readonly module: ModuleEntry }
  | { readonly kind: "entry"; readonly path: string; readonly entry: Exclude<Entry, AliasEntry> };

/** The types that the description names without their module. */
const homes: Readonly<Record<string, string>> = {
  Tensor: "torch.Tensor",
  Parameter: "torch.nn.Parameter",
  Module: "torch.nn.Module",
  Generator: "torch.Generator",
  Size: "torch.Size",
  dtype: "torch.dtype",
  device: "torch.device",
  PackedSequence: "torch.nn.utils.rnn.PackedSequence",
  Distribution: "torch.distributions.Distribution",
  Optimizer: "torch.optim.Optimizer",
};

export class Description {
  constructor(readonly modules: Modules) {}

  /** What has this full name: "torch.nn", "torch.nn.Linear", "torch.Tensor.view". */
  at(path: string): Found | null {
    const module = Object.hasOwn(this.modules, path) ? this.modules[path] : undefined;
    if (module) return { kind: "module", path, module };
    const dot = path.lastIndexOf(".");
    if (dot < 0) return null;
    const owner = this.at(path.slice(0, dot));
    return owner && this.memberOf(owner, path.slice(dot + 1));
  }

  /** What something of the package has under a name. */
  memberOf(owner: Found, name: string): Found | null {
    if (owner.kind === "module") {
      const path = `${owner.path}.${name}`;
      if (Object.hasOwn(this.modules, path)) return { kind: "module", path, module: this.modules[path]! };
      const entry = Object.hasOwn(owner.module.names, name) ? owner.module.names[name]! : undefined;
      if (!entry) return null;
      return entry.kind === "alias" ? this.at(entry.of) : { kind: "entry", path, entry };
    }
    if (owner.entry.kind !== "class") return null;
    for (const { path, entry } of this.ancestry(owner.path)) {
      if (entry.members && Object.hasOwn(entry.members, name)) return { kind: "entry", path: `${path}.${name}`, entry: entry.members[name]! };
    }
    return null;
  }

  /** What a module offers beneath it, or the objects of a class have, by name. */
  membersOf(owner: Found): ReadonlyMap<string, Found> {
    const names = new Set<string>();
    if (owner.kind === "module") {
      for (const path of Object.keys(this.modules)) {
        if (path.startsWith(`${owner.path}.`) && !path.includes(".", owner.path.length + 1)) names.add(path.slice(owner.path.length + 1));
      }
      for (const name of Object.keys(owner.module.names)) names.add(name);
    } else if (owner.entry.kind === "class") {
      for (const { entry } of this.ancestry(owner.path)) for (const name of Object.keys(entry.members ?? {})) names.add(name);
    }
    return new Map([...names].flatMap((name) => (this.memberOf(owner, name) ? [[name, this.memberOf(owner, name)!] as const] : [])));
  }

  /** A class and those that it extends, the nearest first. */
  ancestry(path: string): readonly { readonly path: string; readonly entry: ClassEntry }[] {
    const found = this.at(path);
    if (found?.kind !== "entry" || found.entry.kind !== "class") return [];
    const { entry } = found;
    return [{ path: found.path, entry }, ...(entry.base ? this.ancestry(entry.base) : [])];
  }

  /** The class of a type that the description names; null for a type that is none of the package's, or one of several. */
  classOf(type: string): Found | null {
    const path = homes[type];
    return path === undefined ? null : this.at(path);
  }
}

/** A parameter taken apart. */
export interface ParameterParts {
  /** With its stars. */
  readonly name: string;
  /** "" where none is told. */
  readonly type: string;
  /** Null for one that has to be given. */
  readonly byDefault: string | null;
  readonly said: string;
}

export function partsOf(parameter: Parameter): ParameterParts {
  const [text, said] = typeof parameter === "string" ? [parameter, ""] : parameter;
  const {
    name,
    type = "",
    byDefault = null,
  } = /^(?<name>\*{0,2}\w*)(?:: (?<type>.*?))?(?: ?= ?(?<byDefault>.*))?$/s.exec(text)!.groups as {
    readonly name: string;
    readonly type?: string;
    readonly byDefault?: string;
  };
  return { name, type, byDefault: byDefault ?? null, said };
}

/** A class's constructor, or a function: what is called by it, in each way. */
export function waysOf(entry: FunctionEntry | ClassEntry): readonly (readonly Parameter[])[] {
  return [entry.parameters, ...(entry.ways ?? [])];
}
