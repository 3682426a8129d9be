import { type ClassEntry, type Entry, type FunctionEntry, type Modules, type Parameter, partsOf, type ValueEntry, waysOf } from "./description.js";

/** Keywords that no parameter can be named by. */
const keywords = new Set(
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield None True False".split(
    " ",
  ),
);

/** Types that the description names without their module, as a stub does. In a stub no name is written alone: classes have members of the same names. */
const types: Readonly<Record<string, string>> = {
  int: "_builtins.int",
  float: "_builtins.float",
  bool: "_builtins.bool",
  str: "_builtins.str",
  tuple: "_builtins.tuple",
  dict: "_builtins.dict",
  None: "None",
  Any: "_typing.Any",
  Callable: "_typing.Callable[..., _typing.Any]",
  Sequence: "_typing.Sequence",
  Tensor: "_torch.Tensor",
  Parameter: "_torch.nn.Parameter",
  Module: "_torch.nn.Module",
  Generator: "_torch.Generator",
  Size: "_torch.Size",
  dtype: "_torch.dtype",
  device: "_torch.device",
  layout: "_torch.layout",
  memory_format: "_torch.memory_format",
  PackedSequence: "_torch.nn.utils.rnn.PackedSequence",
  Distribution: "_torch.distributions.Distribution",
  Optimizer: "_torch.optim.Optimizer",
};

const sizes = new Set(["*size", "*sizes", "*dims", "*shape", "*repeats"]);

/** What two operands give, and what one does. */
const operators = /^__(r|i)?(add|sub|mul|truediv|floordiv|mod|pow|matmul|and|or|xor|lshift|rshift|eq|ne|lt|le|gt|ge)__$/;
const unary = /^__(neg|pos|abs|invert)__$/;

const protocols: Readonly<Record<string, (own: string) => string>> = {
  __len__: () => "def __len__(self) -> _builtins.int: ...",
  __iter__: (own) => `def __iter__(self) -> _typing.Iterator[${own}]: ...`,
  __getitem__: (own) => `def __getitem__(self, index: _typing.Any) -> ${own}: ...`,
  __setitem__: () => "def __setitem__(self, index: _typing.Any, value: _typing.Any) -> None: ...",
  __delitem__: () => "def __delitem__(self, index: _typing.Any) -> None: ...",
  __contains__: () => "def __contains__(self, item: _typing.Any) -> _builtins.bool: ...",
  __enter__: () => "def __enter__(self) -> _typing.Any: ...",
  __exit__: () => "def __exit__(self, *args: _typing.Any) -> None: ...",
  __bool__: () => "def __bool__(self) -> _builtins.bool: ...",
  __int__: () => "def __int__(self) -> _builtins.int: ...",
  __float__: () => "def __float__(self) -> _builtins.float: ...",
  __index__: () => "def __index__(self) -> _builtins.int: ...",
};

/** Whether a stub was written here. */
export function isOurs(stub: string): boolean {
  return stub.startsWith("# What Layerscope ");
}

/** The stubs of the package: the text of each file by its path within `typings`. `version`: whose description it is, for the head of each. */
export function stubsOf(modules: Modules, version: string): ReadonlyMap<string, string> {
  const paths = Object.keys(modules);
  return new Map(
    paths.map((path) => {
      const beneath = paths
        .filter((other) => other.startsWith(`${path}.`) && !other.includes(".", path.length + 1))
        .map((other) => other.slice(path.length + 1));
      const file = path.replaceAll(".", "/");
      return [beneath.length > 0 || path === "torch" ? `${file}/__init__.pyi` : `${file}.pyi`, stubOf(modules, path, beneath, version)] as const;
    }),
  );
}

function stubOf(modules: Modules, path: string, beneath: readonly string[], version: string): string {
  const { names } = modules[path]!;
  const written = Object.entries(names).filter(([name]) => !beneath.includes(name) && !keywords.has(name));
  const lines = [
    `# What Layerscope ${version} has of PyTorch 2.13.0, written by Layerscope. Where PyTorch itself is installed this is not needed: delete the folder.`,
    "# pyright: reportIncompatibleMethodOverride=false, reportIncompatibleVariableOverride=false",
    "import builtins as _builtins",
    "import typing as _typing",
    "import torch as _torch",
    ...[...new Set(["torch.nn", "torch.nn.utils.rnn", "torch.optim", "torch.distributions"])]
      .filter((each) => each !== path && each in modules)
      .map((each) => `import ${each}`),
    ...beneath.map((name) => `from . import ${name} as ${name}`),
    "",
    '_Decorated = _typing.TypeVar("_Decorated")',
    "",
    ...inOrder(written, path).map(([name, entry]) => entryText(name, entry, path)),
  ];
  return `${lines.join("\n")}\n`;
}

/** A class behind the one that it extends. */
function inOrder(entries: readonly (readonly [string, Entry])[], path: string): readonly (readonly [string, Entry])[] {
  const ordered = new Map<string, Entry>();
  const own = new Map(entries);
  const add = (name: string, entry: Entry): void => {
    if (ordered.has(name)) return;
    const base = entry.kind === "class" && entry.base?.startsWith(`${path}.`) ? entry.base.slice(path.length + 1) : undefined;
    if (base !== undefined && own.has(base)) add(base, own.get(base)!);
    ordered.set(name, entry);
  };
  for (const [name, entry] of entries) add(name, entry);
  return [...ordered];
}

function entryText(name: string, entry: Entry, path: string): string {
  switch (entry.kind) {
    case "alias":
      return `from ${entry.of.slice(0, entry.of.lastIndexOf("."))} import ${entry.of.slice(entry.of.lastIndexOf(".") + 1)} as ${name}`;
    case "value":
      return `${name}: ${typeText(entry.type)}`;
    case "function":
      return functionText(name, entry, "");
    case "class":
      return classText(name, entry, path);
  }
}

function functionText(name: string, entry: FunctionEntry, indent: string, self?: string): string {
  const returns = self === "self" && name === "__init__" ? "None" : typeText(entry.returns);
  const ways = waysOf(entry);
  return ways
    .map((parameters, i) => {
      const head = `${indent}def ${name}(${[...(self ? [self] : []), ...parametersText(parameters)].join(", ")}) -> ${returns}:`;
      const body = i === 0 && entry.doc ? `\n${indent}    ${docText(entry.doc)}\n${indent}    ...` : " ...";
      return `${ways.length > 1 ? `${indent}@_typing.overload\n` : ""}${head}${body}`;
    })
    .join("\n");
}

function classText(name: string, { base, parameters, members = {}, protocols: own = [], open, doc, ways }: ClassEntry, path: string): string {
  const full = `${path}.${name}`;
  const isSize = full === "torch.Size";
  const above = base ? qualified(base) : isSize ? "_builtins.tuple[_builtins.int, ...]" : "";
  const lines: string[] = [];
  if (doc) lines.push(`    ${docText(doc)}`);
  const fields = Object.entries(members).filter((member): member is [string, ValueEntry] => member[1].kind === "value");
  for (const [field, { type }] of fields) if (!keywords.has(field)) lines.push(`    ${field}: ${typeText(type)}`);
  lines.push(functionText("__init__", { kind: "function", parameters, returns: "None", ...(ways && { ways }) }, "    ", "self"));
  const called = calledText(full, own, members);
  if (called) lines.push(called);
  const item = full === "torch.Tensor" ? "_torch.Tensor" : full === "torch.nn.ModuleList" ? "_torch.nn.Module" : "_typing.Any";
  const ofTuple = isSize ? ["__len__", "__iter__", "__getitem__", "__contains__", "__add__"] : [];
  for (const each of own.filter((protocol) => !ofTuple.includes(protocol))) {
    const text = operators.test(each)
      ? `def ${each}(self, other: _typing.Any) -> ${item}: ...${/(eq|ne)__$/.test(each) ? "  # type: ignore[override]" : ""}`
      : unary.test(each)
        ? `def ${each}(self) -> ${item}: ...`
        : protocols[each]?.(item);
    if (text) lines.push(`    ${text}`);
  }
  for (const [method, entry] of Object.entries(members)) {
    if (entry.kind !== "function" || keywords.has(method)) continue;
    // A subclass has one of its own arguments.
    if (isWritten(full, method)) lines.push(`    ${method}: _typing.Callable[..., _typing.Any]`);
    else if (entry.bound) lines.push(`    @${entry.bound}\n${functionText(method, entry, "    ", entry.bound === "classmethod" ? "cls" : undefined)}`);
    else lines.push(functionText(method, entry, "    ", "self"));
  }
  if (open) lines.push("    def __getattr__(self, name: _builtins.str) -> _typing.Any: ...");
  return `class ${name}${above ? `(${above})` : ""}:\n${lines.join("\n")}\n`;
}

/** Whether a method is there to be written anew. */
function isWritten(full: string, method: string): boolean {
  return (full === "torch.nn.Module" && method === "forward") || (full === "torch.autograd.Function" && (method === "forward" || method === "backward"));
}

/** What calling an object does: a module's forward, or a decorator's work. */
function calledText(full: string, own: readonly string[], members: NonNullable<ClassEntry["members"]>): string {
  if (own.includes("__enter__") && own.includes("__call__")) return "    def __call__(self, function: _Decorated) -> _Decorated: ...";
  const forward = members.forward;
  if (full !== "torch.nn.Module" && forward?.kind === "function") return functionText("__call__", { ...forward, doc: "" }, "    ", "self");
  return own.includes("__call__") ? "    def __call__(self, *args: _typing.Any, **kwargs: _typing.Any) -> _typing.Any: ..." : "";
}

/** The parameters as a stub writes them. Behind one with a default others have one too, and no name stands twice. */
function parametersText(parameters: readonly Parameter[]): readonly string[] {
  const seen = new Set<string>();
  let hasDefault = false;
  let isByName = false;
  const written = parameters.flatMap((parameter) => {
    const { name, type, byDefault } = partsOf(parameter);
    const bare = name.replace(/^\*+/, "");
    if (name === "*") {
      isByName = true;
      return ["*"];
    }
    if (name.startsWith("*")) {
      if (!name.startsWith("**")) isByName = true;
      // Sizes come one by one, as a list, or by their name.
      return sizes.has(name) ? [`*_${bare}: _typing.Any`, `${bare}: _typing.Any = ...`] : [`${name}: _typing.Any`];
    }
    if (seen.has(bare)) return [];
    seen.add(bare);
    // One that Python has a word for can be given by other names only.
    if (keywords.has(bare)) return [];
    const isOptional = byDefault !== null || (hasDefault && !isByName);
    hasDefault ||= byDefault !== null;
    return [`${bare}: ${typeText(type)}${isOptional ? " = ..." : ""}`];
  });
  const star = written.indexOf("*");
  return star >= 0 && (star === written.length - 1 || written[star + 1]!.startsWith("**")) ? written.toSpliced(star, 1) : written;
}

function typeText(type: string): string {
  if (type === "") return "_typing.Any";
  // Numbers are taken by what holds one, as PyTorch does.
  return type.replace(/[A-Za-z_][\w.]*/g, (name) => (Object.hasOwn(types, name) ? types[name]! : "_typing.Any"));
}

function qualified(path: string): string {
  return path.replace(/^(?=(?:torch|builtins)\b)/, "_");
}

function docText(text: string): string {
  return `"""${text.replaceAll("\\", "\\\\").replaceAll('"""', "'''").replace(/"$/, '\\"')}"""`;
}
