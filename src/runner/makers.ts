import { type AnyNode, type ArrowFunctionExpression, type Expression, type FunctionExpression, parseExpressionAt, type Pattern } from "acorn";
import type { Engine } from "../inspect/index.js";

/** The same functions as long as the process lives, whatever model code does to the global ones. */
const { apply, get, getOwnPropertyDescriptor } = Reflect;
// eslint-disable-next-line @typescript-eslint/unbound-method -- called through `apply` alone
const { toString } = Function.prototype;

type AnyFunction = (...args: never[]) => unknown;

/** What a function may call that is neither the engine's nor the file's. */
const harmless: ReadonlySet<string> = new Set(
  "Array BigInt Boolean Error Float32Array Float64Array Int32Array Map Math Number Object RangeError Set String Symbol TypeError Uint8Array console".split(" "),
);

/**
 * Which functions make a module, told from their source and without a call. A function does when every `return` of its own gives
 * `new C(...)` with a class C that extends Module, a call of a function that does, what a method of such a module gives, or a variable that holds one; and
 * when all it calls on the way is the engine's, JavaScript's own mathematics and data, the methods of its own variables, or a function of the file
 * of which this too is true. Whatever else is in it, or cannot be told, makes it a function that does not.
 */
export class Makers {
  readonly #engine: Engine;
  /** What the names at the top level of the model file hold. */
  readonly #scope: ReadonlyMap<string, unknown>;
  readonly #engines = new Set<unknown>();
  readonly #harmless = new Map<unknown, boolean>();
  readonly #making = new Map<unknown, boolean>();

  constructor(engine: Engine, scope: ReadonlyMap<string, unknown>) {
    this.#engine = engine;
    this.#scope = scope;
    this.#addEngine(engine, 0);
  }

  makesModule(value: AnyFunction): boolean {
    return this.#makes(value) && this.#isHarmless(value);
  }

  isModuleClass(value: unknown): boolean {
    try {
      return typeof value === "function" && (value as { prototype: unknown }).prototype instanceof this.#engine.nn.Module;
    } catch {
      return false;
    }
  }

  isOfEngine(value: unknown): boolean {
    return this.#engines.has(value);
  }

  #addEngine(value: unknown, depth: number): void {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || this.#engines.has(value)) return;
    this.#engines.add(value);
    if (typeof value === "object" && depth < 4) for (const key of Object.keys(value)) this.#addEngine(get(value, key), depth + 1);
  }

  #makes(value: unknown): boolean {
    const known = this.#making.get(value);
    if (known !== undefined) return known;
    this.#making.set(value, false); // One that calls itself to make it is none.
    const found = parsed(value);
    if (!found || found.type === "ClassExpression" || found.generator) return false;
    const locals = localsOf(found);
    const given = (node: Expression | null | undefined, depth = 0): boolean => {
      if (!node || depth > 20) return false;
      switch (node.type) {
        case "NewExpression":
          return this.isModuleClass(this.#valueOf(node.callee, locals));
        case "CallExpression": {
          const { callee } = node;
          if (callee.type === "MemberExpression" && callee.object.type !== "Super" && given(callee.object, depth + 1)) return true;
          return this.#makes(this.#valueOf(callee, locals));
        }
        case "AwaitExpression":
          return given(node.argument, depth + 1);
        case "ConditionalExpression":
          return given(node.consequent, depth + 1) && given(node.alternate, depth + 1);
        case "Identifier":
          return given(locals.get(node.name), depth + 1);
        default:
          return false;
      }
    };
    const { body } = found;
    const returned = body.type === "BlockStatement" ? returnsOf(body) : [body];
    const makes = returned.length > 0 && returned.every((node) => given(node));
    this.#making.set(value, makes);
    return makes;
  }

  #isHarmless(value: unknown): boolean {
    const known = this.#harmless.get(value);
    if (known !== undefined) return known;
    this.#harmless.set(value, true); // One that calls itself does nothing more by it.
    const found = parsed(value);
    const is = found !== null && found.type !== "ClassExpression" && this.#callsKnown(found, localsOf(found));
    this.#harmless.set(value, is);
    return is;
  }

  #callsKnown(root: AnyNode, locals: Locals): boolean {
    const calls: (Expression | null)[] = [];
    visit(root, (node) => {
      if (node.type === "CallExpression") calls.push(node.callee.type === "Super" ? null : node.callee);
      else if (node.type === "NewExpression") calls.push(node.callee);
      else if (node.type === "TaggedTemplateExpression") calls.push(node.tag);
      // A function that is handed on is called by whoever it is handed to.
      if (node.type === "CallExpression" || node.type === "NewExpression") {
        for (const given of node.arguments) if (given.type === "Identifier" && this.#isFunctionOfFile(given, locals)) calls.push(given);
      } else if (node.type === "ImportExpression" || node.type === "ClassExpression" || node.type === "ClassDeclaration") calls.push(null);
      return true;
    });
    return calls.every((callee) => callee !== null && this.#isKnown(callee, locals));
  }

  #isFunctionOfFile(node: AnyNode, locals: Locals): boolean {
    const value = this.#valueOf(node, locals);
    return typeof value === "function" && !this.isOfEngine(value) && !this.isModuleClass(value);
  }

  #isKnown(callee: Expression, locals: Locals): boolean {
    let innermost: Expression = callee;
    while (innermost.type === "MemberExpression" || innermost.type === "ChainExpression" || innermost.type === "CallExpression") {
      const inner: Expression | { readonly type: "Super" } =
        innermost.type === "MemberExpression" ? innermost.object : innermost.type === "CallExpression" ? innermost.callee : innermost.expression;
      if (inner.type === "Super") return false;
      innermost = inner;
    }
    if (innermost.type === "ArrayExpression" || innermost.type === "NewExpression" || innermost.type === "Literal" || innermost.type === "TemplateLiteral")
      return innermost !== callee;
    if (innermost.type !== "Identifier") return false;
    // What a variable of its own holds came from a call that is looked at itself.
    if (locals.has(innermost.name)) return innermost !== callee || locals.get(innermost.name) === null || isFunction(locals.get(innermost.name));
    if (!this.#scope.has(innermost.name)) return harmless.has(innermost.name) || innermost.name === "__name";
    if (this.isOfEngine(this.#scope.get(innermost.name))) return true;
    const value = this.#valueOf(callee, locals);
    return this.isOfEngine(value) || this.isModuleClass(value) || (typeof value === "function" && this.#isHarmless(value)) || this.#isOfModule(callee, locals);
  }

  /** A method of a module that a variable of the file holds, or the module itself. */
  #isOfModule(callee: Expression, locals: Locals): boolean {
    const object = callee.type === "MemberExpression" && callee.object.type !== "Super" ? callee.object : callee;
    return this.isModuleClass((this.#valueOf(object, locals) as { constructor?: unknown } | undefined)?.constructor);
  }

  /** What a name, or a path of names, holds; undefined where that cannot be told without running code. */
  #valueOf(node: AnyNode, locals: Locals): unknown {
    if (node.type === "Identifier") return locals.has(node.name) ? undefined : this.#scope.get(node.name);
    if (node.type !== "MemberExpression" || node.computed || node.property.type !== "Identifier") return undefined;
    const holder = this.#valueOf(node.object, locals);
    if ((typeof holder !== "object" && typeof holder !== "function") || holder === null) return undefined;
    if (this.isOfEngine(holder)) return get(holder, node.property.name);
    try {
      return getOwnPropertyDescriptor(holder, node.property.name)?.value as unknown;
    } catch {
      return undefined; // A Proxy of the user's.
    }
  }
}

/** What to write to call or construct it, with its parameters as the code names them. */
export function callOf(name: string, value: unknown): string {
  const found = parsed(value);
  const isClass = found?.type === "ClassExpression";
  const constructor = isClass && found.body.body.find((member) => member.type === "MethodDefinition" && member.kind === "constructor");
  const method = constructor ? (constructor as { readonly value: FunctionExpression }).value : isClass ? null : found;
  const parameters = method && "params" in method ? method.params.map(parameterName).join(", ") : "";
  return `${isClass ? "new " : ""}${name}(${parameters})`;
}

function parameterName(pattern: Pattern): string {
  switch (pattern.type) {
    case "Identifier":
      return pattern.name;
    case "AssignmentPattern":
      return parameterName(pattern.left);
    case "RestElement":
      return `...${parameterName(pattern.argument)}`;
    default:
      return "…";
  }
}

/** Null for what is no function, or shows no source: a bound one, a native one, a method. */
function parsed(value: unknown) {
  if (typeof value !== "function") return null;
  try {
    const node = parseExpressionAt(`(${apply(toString, value, [])})`, 0, { ecmaVersion: "latest", sourceType: "module" });
    return node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression" || node.type === "ClassExpression" ? node : null;
  } catch {
    return null;
  }
}

/** What each name of a function's own is declared with; null for what no single declaration says. */
type Locals = ReadonlyMap<string, Expression | null>;

function localsOf(root: FunctionExpression | ArrowFunctionExpression): Locals {
  const locals = new Map<string, Expression | null>();
  const add = (pattern: Pattern | null, value: Expression | null): void => {
    if (pattern?.type === "Identifier") locals.set(pattern.name, locals.has(pattern.name) ? null : value);
    else if (pattern?.type === "ObjectPattern") pattern.properties.forEach((each) => add(each.type === "RestElement" ? each.argument : each.value, null));
    else if (pattern?.type === "ArrayPattern") pattern.elements.forEach((each) => add(each, null));
    else if (pattern?.type === "AssignmentPattern") add(pattern.left, null);
    else if (pattern?.type === "RestElement") add(pattern.argument, null);
  };
  visit(root, (node) => {
    if (node.type === "VariableDeclarator") add(node.id, node.init ?? null);
    else if (node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression") {
      if (node.id && node !== root) add(node.id, null);
      node.params.forEach((each) => add(each, null));
    } else if (node.type === "CatchClause") add(node.param ?? null, null);
    return true;
  });
  return locals;
}

function isFunction(node: Expression | null | undefined): boolean {
  return node?.type === "ArrowFunctionExpression" || node?.type === "FunctionExpression";
}

function returnsOf(body: AnyNode): (Expression | null)[] {
  const returned: (Expression | null)[] = [];
  visit(body, (node) => {
    if (node.type === "ReturnStatement") returned.push(node.argument ?? null);
    return node.type !== "FunctionDeclaration" && node.type !== "FunctionExpression" && node.type !== "ArrowFunctionExpression";
  });
  return returned;
}

/** Every node from the root down; `enter` says whether to look into it. */
function visit(node: AnyNode, enter: (node: AnyNode) => boolean): void {
  if (!enter(node)) return;
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof child === "object" && child !== null && "type" in child) visit(child as AnyNode, enter);
    }
  }
}
