// What the engine's functions, methods and layers take, read from the engine's own types: Python's calls are bound by it.
import ts from "typescript";

const root = "src/engine/index.ts";
const options = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  noEmit: true,
};
let checker;
let source;

/** The engine's own name for an argument is PyTorch's in lowerCamelCase, but for the tensors in front. */
const inFront = { x: "input", y: "other", self: "input" };
const isBookkeeping = (name) => name.startsWith("_") || name.startsWith("[") || name === "prototype";

/** The longest list of positional names, and all names of options. */
function parametersOf(signature) {
  const positional = [];
  let needed = 0;
  const options = new Map();
  const addOptions = (type) => {
    for (const part of type.isUnion() ? type.types : [type]) {
      if (!(part.flags & ts.TypeFlags.Object) && !part.isIntersection()) continue;
      for (const property of checker.getPropertiesOfType(part)) {
        if (!isBookkeeping(property.name)) options.set(property.name, acceptsNull(checker.getTypeOfSymbolAtLocation(property, source)));
      }
    }
  };
  for (const parameter of signature.getParameters()) {
    const type = checker.getTypeOfSymbolAtLocation(parameter, source);
    const declaration = parameter.valueDeclaration;
    if (declaration && ts.isParameter(declaration) && declaration.dotDotDotToken) {
      const tuples = (type.isUnion() ? type.types : [type]).filter((part) => checker.isTupleType(part));
      let longest = [];
      let minimum = 0;
      for (const tuple of tuples) {
        const types = checker.getTypeArguments(tuple);
        const labels = (tuple.target.labeledElementDeclarations ?? []).map((label) => label?.name?.getText() ?? "");
        const names = [];
        types.forEach((each, i) => (labels[i] === "options" ? addOptions(each) : names.push([labels[i] ?? "", acceptsNull(each)])));
        if (names.length > longest.length) [longest, minimum] = [names, labels.includes("options") ? 0 : tuple.target.minLength];
      }
      if (tuples.length > 0 && longest.every(([name]) => name)) {
        positional.push(...longest);
        needed += minimum;
      }
      if (tuples.length === 0) positional.push([`*${parameter.name}`, false]);
    } else if (/options/i.test(parameter.name) || (declaration && ts.isParameter(declaration) && ts.isObjectBindingPattern(declaration.name))) addOptions(type);
    else {
      positional.push([parameter.name.replace(/^_/, ""), acceptsNull(type)]);
      if (!checker.isOptionalParameter(declaration)) needed++;
      if (isOptionsType(type)) addOptions(type);
    }
  }
  return { positional, options, needed };
}

function isOptionsType(type) {
  return (type.isUnion() ? type.types : [type]).some((part) => part.symbol && /Options$/.test(part.aliasSymbol?.name ?? part.symbol.name));
}

function acceptsNull(type) {
  if (type.flags & (ts.TypeFlags.Null | ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return true;
  return type.isUnion() && type.types.some((part) => part.flags & ts.TypeFlags.Null);
}

/** [positional names, other names, how many positional ones are needed]; a name ends in "?" where null may stand for it. */
function rowOf(signatures) {
  let positional = [];
  let needed = 0;
  const options = new Map();
  for (const signature of signatures) {
    const found = parametersOf(signature);
    if (found.positional.length > positional.length) ({ positional, needed } = found);
    for (const [name, nullable] of found.options) options.set(name, nullable || options.get(name) || false);
  }
  const names = positional.map(([name, nullable], i) => [(i < 2 && inFront[name]) || name, nullable]);
  const mark = ([name, nullable]) => (nullable ? `${name}?` : name);
  const taken = new Set(names.map(([name]) => name));
  return [names.map(mark), [...options].filter(([name]) => !taken.has(name)).map(mark), needed];
}

/** @param {Record<string, unknown>} table */
function walk(table, symbol, path, depth = 0) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  if (isBookkeeping(symbol.name) || depth > 4) return;
  const name = path === "" ? symbol.name : `${path}.${symbol.name}`;
  if (target.flags & (ts.SymbolFlags.ValueModule | ts.SymbolFlags.NamespaceModule)) {
    for (const inner of checker.getExportsOfModule(target)) walk(table, inner, name, depth + 1);
    return;
  }
  if (!(target.flags & ts.SymbolFlags.Value)) return;
  const type = checker.getTypeOfSymbolAtLocation(target, source);
  const made = type.getConstructSignatures();
  const called = type.getCallSignatures();
  if (called.length > 0) table[name] = rowOf(called);
  else if (target.flags & ts.SymbolFlags.Class || made.length > 0) {
    table[name] = rowOf(made);
    const instance = target.flags & ts.SymbolFlags.Class ? checker.getDeclaredTypeOfSymbol(target) : made[0]?.getReturnType();
    // What every object, list and error has is none of the engine's.
    if (!instance || ["Size"].includes(symbol.name) || checker.getPropertyOfType(instance, "modulePath")) return;
    const isModule = checker.getPropertyOfType(instance, "namedParameters") !== undefined;
    for (const member of checker.getPropertiesOfType(instance)) {
      if (isBookkeeping(member.name) || (isModule && symbol.name !== "Module" && member.name !== "forward")) continue;
      const signatures = checker.getTypeOfSymbolAtLocation(member, source).getCallSignatures();
      if (signatures.length > 0) table[`${name}#${member.name}`] = rowOf(signatures);
    }
  }
}
/** The table as JSON: for each function "[positional names, names of options]". */
export function writeNames() {
  const program = ts.createProgram([root], options);
  checker = program.getTypeChecker();
  source = program.getSourceFile(root);
  const table = {};
  for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(source))) walk(table, symbol, "");
  const rows = Object.entries(table).map(([name, row]) => `${JSON.stringify(name)}:${JSON.stringify(row)}`);
  return `{\n${rows.join(",\n")}\n}\n`;
}
