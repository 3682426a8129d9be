// What the engine's functions, methods and layers take, read from the engine's own types: Python's calls are bound by it, and the editor tells it.
import ts from "typescript";
import { collectedBy, defaultIn, defaultsIn, pythonType, requiredBy, snake } from "./pythonTypes.mjs";

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
const isBookkeeping = (name) => name.startsWith("_") || name.startsWith("[") || name.includes("#") || name === "prototype";

/** A parameter or an option: whether null may stand for it, its type, and what its comment says. */
function parameterOf(name, type, symbol) {
  const comment = symbol ? ts.displayPartsToString(symbol.getDocumentationComment(checker)) : "";
  return { name, nullable: acceptsNull(type), type, comment };
}

/** The longest list of positional names, and all names of options. */
function parametersOf(signature) {
  const positional = [];
  let needed = 0;
  const options = new Map();
  const addOptions = (type) => {
    const parts = (type.isUnion() ? type.types : [type]).filter((part) => part.flags & ts.TypeFlags.Object || part.isIntersection());
    for (const part of parts) {
      if (!(part.flags & ts.TypeFlags.Object) && !part.isIntersection()) continue;
      if (part.symbol?.name === "Tensor") continue;
      for (const property of checker.getPropertiesOfType(part)) {
        if (!isBookkeeping(property.name))
          options.set(property.name, {
            ...parameterOf(property.name, checker.getTypeOfSymbolAtLocation(property, source), property),
            isAlways: parts.every((each) => {
              const own = checker.getPropertyOfType(each, property.name);
              return (
                own !== undefined && !(own.flags & ts.SymbolFlags.Optional) && !(checker.getTypeOfSymbolAtLocation(own, source).flags & ts.TypeFlags.Undefined)
              );
            }),
          });
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
        types.forEach((each, i) => (labels[i] === "options" ? addOptions(each) : names.push(parameterOf(labels[i] ?? "", each))));
        if (names.length > longest.length) [longest, minimum] = [names, labels.includes("options") ? 0 : tuple.target.minLength];
      }
      if (tuples.length > 0 && longest.every(({ name }) => name)) {
        positional.push(...longest);
        needed += minimum;
      }
      if (tuples.length === 0) positional.push({ ...parameterOf(`*${parameter.name}`, type), nullable: false });
    } else if (/options/i.test(parameter.name) || (declaration && ts.isParameter(declaration) && ts.isObjectBindingPattern(declaration.name))) addOptions(type);
    else {
      positional.push(parameterOf(parameter.name.replace(/^_/, ""), type));
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

/** What several ways of calling a function take together. */
function takenBy(signatures) {
  let positional = [];
  let needed = 0;
  const options = new Map();
  const all = signatures.map(parametersOf);
  for (const found of all) {
    if (found.positional.length > positional.length) ({ positional, needed } = found);
    for (const [name, option] of found.options) options.set(name, { ...option, nullable: option.nullable || (options.get(name)?.nullable ?? false) });
  }
  // A shorter way with the same arguments in front needs fewer of them, but for those that it has among its options.
  for (const found of all) {
    const isShorter = found.positional.length > 0 && found.positional.every(({ name }, i) => name === positional[i].name);
    if (isShorter && !positional.some(({ name }, i) => i >= found.needed && found.options.get(name)?.isAlways)) needed = Math.min(needed, found.needed);
  }
  return { positional: positional.map((each, i) => ({ ...each, name: (i < 2 && inFront[each.name]) || each.name })), options, needed };
}

/** [positional names, other names, how many positional ones are needed]; a name ends in "?" where null may stand for it. */
function rowOf({ positional, options, needed }) {
  const mark = ({ name, nullable }) => (nullable ? `${name}?` : name);
  const taken = new Set(positional.map(({ name }) => name));
  return [positional.map(mark), [...options.values()].filter(({ name }) => !taken.has(name)).map(mark), needed];
}

/**
 * What the editor tells of the same: the comment, a type and a default for each name, and what comes back. `ways`: the names that are given by position, where
 * they are others for another number of arguments. `byPosition`: options that may stand behind the
 * others without their names. `rest`: the name of what is given one by one, or as one list.
 */
function factsOf(taken, symbol, signatures, declarations) {
  const defaults = defaultsIn(checker, declarations);
  const parameters = {};
  const all = signatures.map((each) => takenBy([each]));
  const said = new Map([...commentOf(symbol).matchAll(/`(\w+)` is (\S+) by default/g)].map(([, name, value]) => [name, defaultIn(`Default ${value}.`)]));
  const needs = requiredBy(checker, declarations);
  for (const given of [...taken.options.values(), ...taken.positional]) {
    const comment = taken.options.get(given.name)?.comment ?? "";
    const isNeeded = needs.has(snake(given.name)) && !defaults.has(given.name);
    const byDefault = isNeeded ? "required" : (said.get(given.name) ?? defaults.get(given.name) ?? defaultIn(comment));
    const types = all.flatMap((way) => [way.options.get(given.name), ...way.positional.filter(({ name }) => name === given.name)]).filter(Boolean);
    parameters[given.name] = [
      unionOf(types.map(({ type }) => pythonType(checker, type, given.name, byDefault))),
      byDefault ?? "",
      comment.replace(/\s+/g, " "),
    ];
  }
  const ordered = all.filter(({ positional }) => positional.length > 0).map((way) => ({ names: way.positional.map(({ name }) => name), needed: way.needed }));
  const longest = taken.positional.map(({ name }) => name);
  const others = ordered.filter(({ names }) => names.some((name, i) => name !== longest[i]));
  // Where all may come by name, one that has another in its place need not be given.
  const isByName = all.some((way) => way.positional.length === 0 && way.options.size > 0 && !way.options.get(longest[0])?.isAlways);
  const needed = isByName ? 0 : Math.min(...ordered.filter((way) => !others.includes(way)).map((way) => way.needed), taken.needed);
  const rest = restOf(signatures, taken);
  const byPosition = collectedBy(checker, declarations).filter((name) => taken.options.has(name) && !longest.includes(name));
  return {
    doc: commentOf(symbol),
    parameters,
    returns: unionOf([...new Set(signatures.map((each) => pythonType(checker, each.getReturnType(), symbol.name)))]),
    needed,
    ...(byPosition.length > 0 && { byPosition }),
    ...(rest && { rest }),
    ...(others.length > 0 && { ways: others.map(({ names }) => names) }),
  };
}

function unionOf(types) {
  if (types.length === 0 || types.includes("")) return "";
  const parts = [...new Set(types.flatMap((type) => type.split(" | ")))];
  return [...parts.filter((part) => part !== "None"), ...parts.filter((part) => part === "None")].join(" | ");
}

/** Sizes and dimensions may be given one by one: the type is that of numbers without an end, beside a list of them. */
function restOf(signatures, taken) {
  for (const parameter of signatures.flatMap((each) => each.getParameters())) {
    const declaration = parameter.valueDeclaration;
    if (!declaration || !ts.isParameter(declaration) || !declaration.dotDotDotToken) continue;
    const type = checker.getTypeOfSymbolAtLocation(parameter, source);
    const parts = type.isUnion() ? type.types : [type];
    if (
      !parts.some((part) => checker.isArrayType(part) || (checker.isTupleType(part) && part.target.hasRestElement)) ||
      !parts.some((part) => checker.isTupleType(part))
    )
      continue;
    return ["size", "dims", "sizes", "shape", "repeats", "tensors"].find((name) => taken.options.has(name)) ?? parameter.name;
  }
  return undefined;
}

/** Of a class the comment is its own; an interface of the same name says how it may be called in TypeScript. */
function commentOf(symbol) {
  const own = symbol.declarations?.find(ts.isClassLike);
  const said = own
    ? ts
        .getJSDocCommentsAndTags(own)
        .map((each) => ts.getTextOfJSDocComment(each.comment) ?? "")
        .join(" ")
    : "";
  return (own ? said : ts.displayPartsToString(symbol.getDocumentationComment(checker))).replace(/\s*\n\s*/g, " ").trim();
}

/** Of a class, and of those that it extends where it has no constructor of its own. */
function constructorsOf(type) {
  const classes = [];
  for (let each = type; each?.symbol; each = each.getBaseTypes?.()?.[0]) classes.push(...(each.symbol.declarations ?? []).filter(ts.isClassLike));
  return classes;
}

/**
 * @param {Record<string, unknown>} table
 * @param {Record<string, unknown>} facts
 */
function walk(table, facts, symbol, path, depth = 0) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  if (isBookkeeping(symbol.name) || depth > 4) return;
  const name = path === "" ? symbol.name : `${path}.${symbol.name}`;
  if (target.flags & (ts.SymbolFlags.ValueModule | ts.SymbolFlags.NamespaceModule)) {
    for (const inner of checker.getExportsOfModule(target)) walk(table, facts, inner, name, depth + 1);
    return;
  }
  if (!(target.flags & ts.SymbolFlags.Value)) return;
  const type = checker.getTypeOfSymbolAtLocation(target, source);
  const made = type.getConstructSignatures();
  const called = type.getCallSignatures();
  const add = (path, signatures, symbol, declarations) => {
    const taken = takenBy(signatures);
    table[path] = rowOf(taken);
    facts[path] = factsOf(taken, symbol, signatures, declarations);
  };
  if (called.length > 0) add(name, called, target, target.declarations ?? []);
  else if (target.flags & ts.SymbolFlags.Class || made.length > 0) {
    const instance = target.flags & ts.SymbolFlags.Class ? checker.getDeclaredTypeOfSymbol(target) : made[0]?.getReturnType();
    add(name, made, target, instance ? constructorsOf(instance) : []);
    // What every object, list and error has is none of the engine's.
    if (!instance || ["Size"].includes(symbol.name) || checker.getPropertyOfType(instance, "modulePath")) return;
    const isModule = checker.getPropertyOfType(instance, "namedParameters") !== undefined;
    for (const member of checker.getPropertiesOfType(instance)) {
      if (isBookkeeping(member.name)) continue;
      const memberType = checker.getTypeOfSymbolAtLocation(member, source);
      const signatures = memberType.getCallSignatures();
      const isField = signatures.length === 0 || (isModule && checker.getPropertyOfType(memberType, "namedParameters") !== undefined);
      const isPublic = !(
        ts.getCombinedModifierFlags(member.valueDeclaration ?? member.declarations[0]) &
        (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)
      );
      if (isField) {
        if (isPublic) (facts[name].fields ??= {})[member.name] = [pythonType(checker, memberType, member.name), commentOf(member)];
      } else if (!isModule || symbol.name === "Module" || member.name === "forward") {
        add(`${name}#${member.name}`, signatures, member, member.declarations ?? []);
        if (!isPublic) delete facts[`${name}#${member.name}`];
      }
    }
  }
}
/**
 * `names`: for each function "[positional names, names of options, how many are needed]". `facts`: what else is known of it, in the words of Python, by the
 * engine's own names.
 */
export function readEngine() {
  const program = ts.createProgram([root], options);
  checker = program.getTypeChecker();
  source = program.getSourceFile(root);
  const [names, facts] = [{}, {}];
  for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(source))) walk(names, facts, symbol, "");
  return { names: asJson(names), facts: asJson(facts) };
}

/** With a line for each entry. */
function asJson(table) {
  return `{\n${Object.entries(table)
    .map(([name, row]) => `${JSON.stringify(name)}:${JSON.stringify(row)}`)
    .join(",\n")}\n}\n`;
}
