import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { parse, type Pattern } from "acorn";
import type { Loader, transform } from "esbuild-wasm";
import type { Binding } from "../protocol/index.js";
import { inEditor, type LineStarts } from "./lineStarts.js";

/**
 * What the top level of a source file declares and imports, with the place of each. Types, and imports that only types use, are not among it. Empty when the text does not parse: the bundler then says what is wrong with it.
 */
export async function topLevelBindings(
  esbuild: { transform: typeof transform },
  text: string,
  file: string,
  loader: Loader,
  starts: LineStarts | null,
): Promise<Binding[]> {
  let code: string;
  let map: TraceMap;
  try {
    const result = await esbuild.transform(text, {
      loader,
      target: "es2022",
      sourcemap: "external",
      logLevel: "silent",
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    });
    code = result.code;
    map = new TraceMap(result.map);
  } catch {
    return [];
  }
  const bindings: Binding[] = [];
  const add = (name: string, start: { line: number; column: number }): void => {
    const { line, column } = originalPositionFor(map, start);
    bindings.push({ name, location: line === null ? null : { file, ...inEditor(starts, line, column + 1) } });
  };
  const addPattern = (pattern: Pattern): void => {
    switch (pattern.type) {
      case "Identifier":
        return add(pattern.name, pattern.loc!.start);
      case "ObjectPattern":
        return pattern.properties.forEach((property) => addPattern(property.type === "RestElement" ? property.argument : property.value));
      case "ArrayPattern":
        return pattern.elements.forEach((element) => element && addPattern(element));
      case "AssignmentPattern":
        return addPattern(pattern.left);
      case "RestElement":
        return addPattern(pattern.argument);
    }
  };
  let program: ReturnType<typeof parse>;
  try {
    program = parse(code, { ecmaVersion: "latest", sourceType: "module", locations: true, allowReturnOutsideFunction: true });
  } catch {
    return [];
  }
  for (const statement of program.body) {
    const isExport = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
    const declaration = isExport ? statement.declaration : statement;
    if (declaration?.type === "VariableDeclaration") declaration.declarations.forEach(({ id }) => addPattern(id));
    else if (declaration?.type === "ClassDeclaration" || declaration?.type === "FunctionDeclaration") {
      if (declaration.id) add(declaration.id.name, declaration.id.loc!.start);
    } else if (declaration?.type === "ImportDeclaration") declaration.specifiers.forEach(({ local }) => add(local.name, local.loc!.start));
  }
  return bindings;
}
