// What the engine's types and code say of a value in Python's words: its type, and what it is where it is left out.
import ts from "typescript";

/** Numbers that are real whatever their default is: the types call all numbers one. A test holds it against PyTorch's own. */
const real = new Set(
  (
    "a alpha b beta betas bound c cooldownRate dampening decay delta dropout end endFactor eps epsilon etaMin etas exponent factor fillValue gamma high initialAccumulatorValue kappa " +
    "labelSmoothing lambd lambda1 limit logInputScale loc low lower lr lrDecay margin max maxLr maxNorm maxVal mean min minLr minVal momentum momentumDecay negativeSlope negInf nan negInf newMin norm " +
    "normType ord otherValue p param peakLr pctStart posinf neginf probability prob q rate rho rtol atol scale sigma slope sparsity startFactor start std step t0 tau temperature threshold tol total_weight " +
    "toleranceChange toleranceGrad upper v value weightDecay x y concentration rate df baseLr baseMomentum maxMomentum divFactor finalDivFactor clipValue maxValue divValue weightScale eta scaleFactor other number"
  ).split(" "),
);

/** @typedef {import("typescript").Type} Type */

/** Classes of the engine that Python has under the same name, with the module that has them. */
const known = {
  Tensor: "Tensor",
  Parameter: "Parameter",
  UninitializedParameter: "Parameter",
  Buffer: "Tensor",
  DType: "dtype",
  Generator: "Generator",
  Module: "Module",
  PackedSequence: "PackedSequence",
  Distribution: "Distribution",
  Optimizer: "Optimizer",
  Size: "Size",
  AnyModule: "Module",
};

/**
 * The type as Python writes it; "" where Python has no short word for it.
 * @param {ts.TypeChecker} checker
 * @param {Type} type
 */
export function pythonType(checker, type, name = "", byDefault = "", depth = 0) {
  const of = (/** @type {Type} */ each) => pythonType(checker, each, name, byDefault, depth + 1);
  if (depth > 3) return "";
  if (type.flags & ts.TypeFlags.TypeParameter) {
    const constraint = type.getConstraint();
    return constraint ? of(constraint) : "";
  }
  if (type.flags & (ts.TypeFlags.Null | ts.TypeFlags.Void | ts.TypeFlags.Undefined)) return "None";
  if (type.isUnion()) {
    const parts = type.types.filter((part) => !(part.flags & ts.TypeFlags.Undefined)).map(of);
    if (parts.length === 0 || parts.includes("")) return "";
    const kinds = [...new Set(parts.flatMap((part) => part.split(" | ")))];
    const isNone = (/** @type {string} */ part) => part === "None";
    return [...kinds.filter((part) => !isNone(part)), ...kinds.filter(isNone)].join(" | ");
  }
  if (type.flags & ts.TypeFlags.NumberLike) return /\.\d|\de|inf|nan/.test(byDefault) || real.has(name) ? "float" : "int";
  if (type.flags & ts.TypeFlags.BooleanLike) return "bool";
  if (type.flags & ts.TypeFlags.StringLike) return name === "device" ? "device | str" : "str";
  if (checker.isTupleType(type)) {
    const parts = checker.getTypeArguments(/** @type {ts.TypeReference} */ (type)).map(of);
    return parts.includes("") || type.target.hasRestElement ? "" : `tuple[${parts.join(", ") || "()"}]`;
  }
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(/** @type {ts.TypeReference} */ (type)).map(of);
    return element ? `Sequence[${element}]` : "";
  }
  const symbol = type.aliasSymbol ?? type.symbol;
  for (let each = type; each?.symbol; each = each.getBaseTypes?.()?.[0]) if (Object.hasOwn(known, each.symbol.name)) return known[each.symbol.name];
  if (symbol?.name === "Map" || symbol?.name === "ReadonlyMap" || symbol?.name === "StateDict") return "dict[str, Any]";
  if (type.getCallSignatures().length > 0 && type.getProperties().length === 0) return "Callable";
  return "";
}

/**
 * A plain value in the code as Python writes it; undefined for anything else.
 * @param {ts.TypeChecker} checker
 * @param {ts.Expression | undefined} node
 * @returns {string | undefined}
 */
function literal(checker, node, depth = 0) {
  if (!node || depth > 4) return undefined;
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) return literal(checker, node.expression, depth);
  if (ts.isNumericLiteral(node)) return number(node.getText());
  if (ts.isStringLiteralLike(node)) return `'${node.text}'`;
  if (node.kind === ts.SyntaxKind.TrueKeyword) return "True";
  if (node.kind === ts.SyntaxKind.FalseKeyword) return "False";
  if (node.kind === ts.SyntaxKind.NullKeyword) return "None";
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const value = literal(checker, node.operand, depth + 1);
    return value === undefined ? undefined : `-${value}`;
  }
  if (ts.isArrayLiteralExpression(node)) {
    const items = node.elements.map((each) => literal(checker, each, depth + 1));
    return items.includes(undefined) ? undefined : `(${items.join(", ")}${items.length === 1 ? "," : ""})`;
  }
  if (ts.isIdentifier(node)) {
    if (node.text === "undefined") return "None";
    if (node.text === "Infinity") return "inf";
    return literal(checker, initializerOf(checker, node), depth + 1);
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.SlashToken) {
    const [left, right] = [literal(checker, node.left, depth + 1), literal(checker, node.right, depth + 1)];
    return left === undefined || right === undefined || !Number(right) ? undefined : String(Number(left) / Number(right));
  }
  return undefined;
}

/**
 * What a constant is.
 * @param {ts.TypeChecker} checker
 * @param {ts.Identifier} node
 */
function initializerOf(checker, node) {
  const declaration = checker.getSymbolAtLocation(node)?.valueDeclaration;
  const found = declaration && ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return found && ts.isAsExpression(found) ? found.expression : found;
}

/** As Python's repr has it. */
function number(text) {
  const value = Number(text.replaceAll("_", ""));
  const written = String(value);
  // From 1e-5 downwards Python writes a power of ten, with two digits at least.
  if (value !== 0 && Math.abs(value) < 1e-4 && !written.includes("e")) return value.toExponential().replace(/e-(\d)$/, "e-0$1");
  return written.replace(/e([+-])(\d)$/, "e$10$2");
}

/**
 * What names are taken to be where they are not given, as the code of a function, a method or a class says it.
 * @param {ts.TypeChecker} checker
 * @param {readonly ts.Node[]} declarations
 */
export function defaultsIn(checker, declarations) {
  /** @type {Map<string, string>} */
  const found = new Map();
  const add = (/** @type {string} */ name, /** @type {ts.Expression | undefined} */ node) => {
    const value = literal(checker, node);
    if (value !== undefined && !found.has(name)) found.set(name, value);
  };
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isParameter(node) && ts.isIdentifier(node.name)) add(node.name.text, node.initializer);
    if (ts.isBindingElement(node) && ts.isIdentifier(node.name)) {
      add(node.propertyName && ts.isIdentifier(node.propertyName) ? node.propertyName.text : node.name.text, node.initializer);
    }
    // `collect(...).alpha ?? 1`, and `options.alpha ?? 1`.
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
      if (ts.isPropertyAccessExpression(node.left)) add(node.left.name.text, node.right);
      if (ts.isIdentifier(node.left)) add(node.left.text, node.right);
    }
    // `({ factor: this.factor = 1 / 3 } = options)`.
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && ts.isBinaryExpression(node.initializer)) {
      if (node.initializer.operatorToken.kind === ts.SyntaxKind.EqualsToken) add(node.name.text, node.initializer.right);
    }
    // `resolve("uniform_", tensor, { a: 0, b: 1 }, args)`, and `super(params, { lr: 1e-3, ...given })`.
    if (
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.SuperKeyword || /^(resolve|withDefaults|overDefaults)/.test(node.expression.getText()))
    ) {
      for (const given of node.arguments) {
        const argument = ts.isIdentifier(given) ? initializerOf(checker, given) : given;
        if (!argument || !ts.isObjectLiteralExpression(argument)) continue;
        for (const each of argument.properties) if (ts.isPropertyAssignment(each) && ts.isIdentifier(each.name)) add(each.name.text, each.initializer);
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const declaration of declarations) {
    if (ts.isClassLike(declaration)) {
      for (const member of declaration.members) if (ts.isConstructorDeclaration(member)) visit(member);
    } else visit(declaration);
  }
  return found;
}

/**
 * The names, as PyTorch writes them, of what has to be given: `required(value, "Linear", "in_features")`, `requiredFirst("pad", ["pad"], args)`, there or in a
 * function that is called there.
 * @param {ts.TypeChecker} checker
 * @param {readonly ts.Node[]} declarations
 */
export function requiredBy(checker, declarations) {
  /** @type {Set<string>} */
  const names = new Set();
  /** @type {(node: ts.Node, depth: number) => void} */
  const visit = (node, depth) => {
    if (ts.isCallExpression(node)) {
      const [, second, third] = node.arguments;
      if (node.expression.getText() === "required" && third && ts.isStringLiteral(third)) names.add(snake(third.text));
      const called = depth < 2 && ts.isIdentifier(node.expression) ? checker.getSymbolAtLocation(node.expression)?.valueDeclaration : undefined;
      if (called && ts.isFunctionDeclaration(called)) visit(called, depth + 1);
      if (/^(requiredFirst|inOrder)$/.test(node.expression.getText()) && second && ts.isArrayLiteralExpression(second)) {
        for (const each of second.elements) if (ts.isStringLiteral(each)) names.add(snake(each.text));
      }
    }
    ts.forEachChild(node, (child) => visit(child, depth));
  };
  for (const declaration of declarations) visit(declaration, 0);
  return names;
}

/** PyTorch's name of what the engine calls so. */
export const snake = (/** @type {string} */ name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * The names that `collect(operation, names, args)` takes by position; none where it is not called so.
 * @param {ts.TypeChecker} checker
 * @param {readonly ts.Node[]} declarations
 */
export function collectedBy(checker, declarations) {
  /** @type {string[]} */
  let names = [];
  const namesIn = (/** @type {ts.Expression | undefined} */ node) => {
    const list = node && ts.isIdentifier(node) ? initializerOf(checker, node) : node;
    if (!list || !ts.isArrayLiteralExpression(list)) return [];
    return list.elements.flatMap((each) => (ts.isStringLiteral(each) ? [each.text] : ts.isSpreadElement(each) ? namesIn(each.expression) : []));
  };
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isCallExpression(node) && /^collect$/.test(node.expression.getText()) && names.length === 0) names = namesIn(node.arguments[1]);
    ts.forEachChild(node, visit);
  };
  declarations.forEach(visit);
  return names;
}

/** What "Default 0.01." in a comment says. */
export function defaultIn(comment) {
  const said = /\bDefault:? (?:is )?(-?\d[\d.e+-]*\d|-?\d|"[^"]*"|true|false|null|\[[\d., e-]+\])(?=[.,; ]|$)/.exec(comment)?.[1];
  if (said === undefined) return undefined;
  if (said.startsWith('"')) return `'${said.slice(1, -1)}'`;
  if (said.startsWith("["))
    return `(${said
      .slice(1, -1)
      .split(",")
      .map((each) => number(each.trim()))
      .join(", ")})`;
  return { true: "True", false: "False", null: "None" }[said] ?? number(said);
}
