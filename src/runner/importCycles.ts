import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { parse } from "acorn";

/** What of esbuild's metafile is looked at. */
interface Inputs {
  readonly [path: string]: { readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[] };
}

/** Whether files import one another in a circle. */
export function hasCycle(inputs: Inputs): boolean {
  const done = new Set<string>();
  const above = new Set<string>();
  const leadsBack = (path: string): boolean => {
    if (above.has(path)) return true;
    if (done.has(path)) return false;
    done.add(path);
    above.add(path);
    const found = (inputs[path]?.imports ?? []).some(({ path: other, kind, external }) => kind === "import-statement" && !external && leadsBack(other));
    above.delete(path);
    return found;
  };
  return Object.keys(inputs).some(leadsBack);
}

const declared = /^(?:export\s+)?(?:const|let|class)\b/;

/**
 * esbuild declares as `var` what files declare by `const`, `let` and `class`, so that what is read before it is made, as files can that import one another, is undefined where
 * Node throws. Gives the code with `let` in these places, which is as long. `textOf`: the text of one of the map's sources; null where it is not known.
 */
export function withoutEarlyReads(code: string, sourceMap: string, textOf: (source: string) => string | null): string {
  const map = new TraceMap(sourceMap);
  const lines = new Map<string, readonly string[]>();
  const changed: number[] = [];
  for (const statement of parse(code, { ecmaVersion: "latest", sourceType: "module", locations: true, allowHashBang: true }).body) {
    if (statement.type !== "VariableDeclaration" || statement.kind !== "var") continue;
    const { source, line, column } = originalPositionFor(map, statement.loc!.start);
    if (source === null) continue;
    let texts = lines.get(source);
    if (!texts) lines.set(source, (texts = textOf(source)?.split("\n") ?? []));
    if (declared.test(texts[line - 1]?.slice(column) ?? "")) changed.push(statement.start);
  }
  let [text, end] = ["", 0];
  for (const start of changed) {
    text += `${code.slice(end, start)}let`;
    end = start + "var".length;
  }
  return text + code.slice(end);
}

/** esbuild's own helper, which begins a module of the bundle that is imported as the code runs. */
const helper = "return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;";
const awaitable =
  "if (fn) { const run = fn[__getOwnPropNames(fn)[0]]; fn = 0; if (run.constructor === (async () => {}).constructor) " +
  "{ let settle; res = new Promise((given) => (settle = given)); settle(run()); } else res = run(); } return res;";

/** A file that awaits an import of itself waits for ever, in Node as well: esbuild's helper has no promise yet to wait for. */
export function withOwnImports(code: string): string {
  return code.replace(helper, awaitable);
}
