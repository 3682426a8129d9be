// What the editor tells of the package `torch`: what the package itself says that it offers, with what the engine's types and comments say of it. One description,
// from which completions, signatures, hovers and the type stubs are made (src/extension/pythonHelp).
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { spawnSync } from "node:child_process";
import * as esbuild from "esbuild";
import { snake } from "./pythonTypes.mjs";

/**
 * @typedef {readonly [type: string, byDefault: string, comment: string]} ParameterFacts
 * @typedef {{ doc: string, parameters: Record<string, ParameterFacts>, returns: string, fields?: Record<string, readonly [type: string, doc: string]> }} Facts
 * @typedef {readonly [name: string, kind: string, byDefault: string | null]} OwnParameter
 * @typedef {{ kind: "function" | "class" | "value", path: string, parameters?: OwnParameter[] | null, doc: string, type?: string, home?: string, bound?: string,
 *   engine?: string, open?: boolean, error?: string, also?: Record<string, string>, above?: string[], members?: Record<string, Offered>, protocols?: string[] }} Offered
 * @typedef {Record<string, { doc: string, names: Record<string, Offered> }>} Surface
 */

const program = "out/pythonSurface.mjs";

/** What the package offers, as it says itself. */
export function readSurface() {
  esbuild.buildSync({
    stdin: {
      contents: 'export { Interpreter } from "./src/python/interpreter.js"; export * as engine from "./src/engine/index.js";',
      resolveDir: process.cwd(),
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outfile: program,
    logLevel: "warning",
  });
  // In a process of its own: the interpreter stays for as long as its process.
  const run = `
    import { readFileSync } from "node:fs";
    import { Interpreter, engine } from ${JSON.stringify(pathToFileURL(program).href)};
    const write = (stream, bytes) => void process[stream].write(bytes);
    const interpreter = await Interpreter.start({ engine, home: ${JSON.stringify(`${process.cwd()}/dist/python`)}, write });
    const failure = interpreter.runFile("/surface.py", readFileSync("scripts/pythonSurface.py", "utf8"), "__main__");
    if (failure) throw new Error(failure.traceback);
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", run], { encoding: "utf8", maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`What Python's torch offers could not be read:\n${stderr}`);
  return /** @type {Surface} */ (JSON.parse(stdout));
}

/** Writes what the package says of itself and what is known of its names into one file. */
export function writeHelp(/** @type {string} */ namesFile, /** @type {string} */ factsFile, /** @type {string} */ target) {
  const names = JSON.parse(readFileSync(namesFile, "utf8"));
  const facts = JSON.parse(readFileSync(factsFile, "utf8"));
  writeFileSync(target, JSON.stringify(new Joined(readSurface(), names, facts).modules()));
}

/** The engine's words in Python's. */
export function inPython(/** @type {string} */ text) {
  return text
    .replace(/\(torch\.[\w.]+, /g, "(")
    .replace(/\s*\(torch\.[\w.]+\)|\s*\(Tensor\.\w+\)|; torch\.[\w.]+(?=\))/g, "")
    .replace(/\b[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+\b/g, snake)
    .replace(/\bnull\b/g, "None")
    .replace(/\btrue\b/g, "True")
    .replace(/\bfalse\b/g, "False")
    .replace(/\s*Options by position or by name\./, "")
    .replace(/\s+\.(?!\.)/g, ".")
    .trim();
}

const camel = (/** @type {string} */ name) => name.replace(/(?<=.)_([a-zA-Z0-9])/g, (_, letter) => letter.toUpperCase());

/** Names of parameters that figures end and Python parts: T_0 of a schedule. */
const spelled = { tMax: "T_max", t0: "T_0", tMult: "T_mult" };

class Joined {
  /**
   * @param {Surface} surface
   * @param {Record<string, readonly [positional: string[], options: string[], needed: number]>} names
   * @param {Record<string, Facts>} facts
   */
  constructor(surface, names, facts) {
    this.surface = surface;
    this.names = names;
    this.facts = facts;
    /** Where a class is described, by where it is written. */
    this.homes = new Map();
    for (const module of Object.keys(surface).sort((a, b) => a.split(".").length - b.split(".").length || a.length - b.length)) {
      for (const [name, { home }] of Object.entries(surface[module].names)) if (home && !this.homes.has(home)) this.homes.set(home, `${module}.${name}`);
    }
  }

  modules() {
    return Object.fromEntries(
      Object.entries(this.surface).map(([module, { doc, names }]) => [
        module,
        { doc, names: Object.fromEntries(Object.entries(names).map(([name, offered]) => [name, this.entry(`${module}.${name}`, offered)])) },
      ]),
    );
  }

  entry(/** @type {string} */ place, /** @type {Offered} */ offered) {
    const home = offered.home && this.homes.get(offered.home);
    if (home && home !== place) return { kind: "alias", of: home };
    if (offered.kind === "class") return this.class(offered, place);
    return this.plain(offered);
  }

  /** @param {Offered} offered */
  plain(offered) {
    const { kind, path, type = "", bound } = offered;
    const facts = this.factsAt(path);
    const doc = inPython(offered.doc || facts?.doc || "");
    if (kind === "value") return { kind, type: type || this.fieldType(path), ...(doc && { doc }) };
    return { kind, ...(bound && { bound }), parameters: this.parameters(offered), ...this.ways(offered), returns: facts?.returns ?? "", ...(doc && { doc }) };
  }

  fieldType(/** @type {string} */ path) {
    const [owner, name] = path.split("#");
    return this.facts[owner]?.fields?.[name ?? ""]?.[0] ?? "";
  }

  /** A method is told where it is first said. */
  factsAt(/** @type {string} */ path) {
    return this.facts[path] ?? this.facts[path.replace(/^Tensor#/, "")];
  }

  class(/** @type {Offered} */ offered, /** @type {string} */ place) {
    const { path, above = [], members = {}, protocols = [], engine, open, error } = offered;
    const bases = above.flatMap((home) => this.homes.get(home) ?? []).filter((base) => base !== place);
    const own = { ...members };
    const ofModules = path === "nn.Module" ? [] : Object.keys(this.facts["nn.Module"].fields);
    const facts = this.facts[path];
    for (const name of engine === "" ? [] : Object.keys(facts?.fields ?? {}))
      if (!ofModules.includes(name) || engine === "all") own[snake(name)] ??= { kind: "value", path: `${path}#${name}`, doc: facts.fields[name][1] };
    for (const key of Object.keys(this.facts)) {
      if (!key.startsWith(`${path}#`) || (engine !== "all" && key !== `${path}#forward`) || key.endsWith("#toString")) continue;
      const name = key.slice(path.length + 1);
      if (own[snake(name)]?.kind !== "function") own[snake(name)] = { kind: "function", path: key, parameters: null, doc: "" };
      else own[snake(name)] = { ...own[snake(name)], path: key };
    }
    const inherited = new Set(bases.flatMap((base) => Object.keys(this.membersAt(base))));
    const kept = Object.entries(own).filter(([name]) => name === "forward" || !inherited.has(name));
    return {
      kind: "class",
      ...(bases.length > 0 ? { base: bases[0] } : error && { base: `builtins.${error}` }),
      parameters: this.parameters(offered),
      ...this.ways(offered),
      ...(kept.length > 0 && { members: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, this.plain(member)])) }),
      ...(protocols.length > 0 && { protocols: [...new Set(protocols)] }),
      ...(open && { open }),
      doc: inPython(offered.doc || facts?.doc || ""),
    };
  }

  /** All members of a class, those too that the engine alone tells. */
  membersAt(/** @type {string} */ place) {
    const at = place.lastIndexOf(".");
    const { members = {}, path, engine } = this.surface[place.slice(0, at)].names[place.slice(at + 1)];
    return { ...members, ...Object.fromEntries(Object.keys((engine && this.facts[path]?.fields) || {}).map((name) => [snake(name), true])) };
  }

  /** Where another number of arguments means other ones: `arange(end)`. Not of what Python takes in its own way. */
  ways(/** @type {Offered} */ offered) {
    const ways = offered.parameters ? [] : (this.factsAt(offered.path)?.ways ?? []);
    const isBeginning = (/** @type {string[]} */ names) =>
      ways.some((other) => other !== names && other.length > names.length && names.every((name, i) => name === other[i]));
    const own = ways.filter((names) => names.every((name) => /^\w+$/.test(name)) && !isBeginning(names));
    return own.length > 0 ? { ways: own.map((names) => this.parameters(offered, names)) } : {};
  }

  /** Each as Python writes it, with what its comment says; "*" parts those that are given by name alone. */
  parameters(/** @type {Offered} */ { path, parameters, also = {} }, /** @type {string[] | undefined} */ byWay = undefined) {
    const facts = this.factsAt(path)?.parameters ?? {};
    const written = (/** @type {string} */ name, /** @type {string | null} */ byDefault, /** @type {string} */ engine, nullable = false) => {
      const [type = "", , comment = ""] = facts[engine] ?? [];
      const full =
        type && byDefault === "None" && !type.endsWith("None") ? `${type} | None` : type && nullable && !type.endsWith("None") ? `${type} | None` : type;
      const value = byDefault !== null && /^float\b/.test(full) && /^-?\d+$/.test(byDefault) ? `${byDefault}.0` : byDefault;
      const text = `${name}${full ? `: ${full}` : ""}${value === null ? "" : full ? ` = ${value}` : `=${value}`}`;
      const said = inPython(comment.replace(/\s*\bDefault:? [^.]*(?:\.\d[^.]*)*\.$/, ""));
      return said ? [text, said] : text;
    };
    if (parameters) {
      let isByName = false;
      return parameters.flatMap(([name, kind, byDefault]) => {
        if (kind === "VAR_POSITIONAL") isByName = true;
        if (kind.startsWith("VAR_")) return [`${kind === "VAR_KEYWORD" ? "**" : "*"}${name}`];
        const star = kind === "KEYWORD_ONLY" && !isByName ? ["*"] : [];
        if (star.length > 0) isByName = true;
        return [...star, written(name, byDefault, camel(name))];
      });
    }
    const [positional, options] = byWay
      ? [byWay, (this.names[path]?.[1] ?? []).filter((each) => !byWay.includes(each.replace("?", "")))]
      : (this.names[path] ?? [["*args"], ["**kwargs"]]);
    const { needed = 0, rest, byPosition = [], ways = [] } = this.factsAt(path) ?? {};
    const one = (/** @type {string} */ marked, /** @type {boolean} */ isNeeded) => {
      if (marked.startsWith("*")) return marked;
      const engine = marked.replace("?", "");
      const known = facts[engine]?.[1] || "";
      const byDefault = isNeeded || known === "required" ? null : known || "None";
      return written((path.startsWith("optim.lrScheduler") && spelled[engine]) || snake(engine), byDefault, engine, marked.endsWith("?"));
    };
    const last = positional.length - 1;
    const inOrder = positional.map((each, i) =>
      byWay ? one(each, true) : rest && i === last ? `*${[one(rest, true)].flat()[0]}`.replace(/Sequence\[(\w+)\]/, "$1") : one(each, i < needed),
    );
    const isByPosition = (/** @type {string} */ each) => byPosition.includes(each.replace("?", ""));
    inOrder.push(...byPosition.flatMap((name) => options.find((each) => each.replace("?", "") === name) ?? []).map((each) => one(each, false)));
    const byName = [
      ...options
        .filter((each) => each.replace("?", "") !== rest && !isByPosition(each) && !ways.flat().includes(each.replace("?", "")))
        .map((each) => one(each, false)),
      ...Object.entries(also).map(([name, byDefault]) => `${name}=${byDefault}`),
    ];
    const star = byName.length > 0 && !inOrder.some((each) => each.startsWith?.("*")) && byName[0] !== "**kwargs" ? ["*"] : [];
    return [...inOrder, ...star, ...byName];
  }
}
