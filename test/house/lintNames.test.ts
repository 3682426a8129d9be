import { Linter } from "eslint";
import ts from "typescript";
import { parser, plugin } from "typescript-eslint";
import { expect, test } from "vitest";
import { names } from "../../scripts/lintNames.mjs";

const declarations = `
  type ShownName = string & { readonly shown: never };
  declare const name: ShownName;
  declare const names: string[], byName: Map<string, number>, values: Record<string, number>;
`;

/** The linter's rules that a text breaks. */
function broken(text: string): (string | null)[] {
  const file = "sample.ts";
  const source = ts.createSourceFile(file, declarations + text, ts.ScriptTarget.ES2022, true);
  const host: ts.CompilerHost = { ...ts.createCompilerHost({}), getSourceFile: (wanted) => (wanted === file ? source : undefined) };
  const program = ts.createProgram([file], { noLib: true }, host);
  const config = { files: ["**/*.ts"], languageOptions: { parser, parserOptions: { programs: [program] } }, plugins: { names, plugin } };
  return new Linter().verify(source.text, [{ ...config, rules: { "names/no-comparison": "error" } }], file).map(({ ruleId }) => ruleId);
}

test.each([
  'name === "relu";',
  '"relu" !== name;',
  "name in values;",
  'switch (name) { case "relu": }',
  "values[name];",
  "names.includes(name);",
  "byName.get(name);",
  "/relu/.test(name);",
  'name.startsWith("relu");',
])("no operation is known by its name: %s", (text) => {
  expect(broken(text)).toEqual(["names/no-comparison"]);
});

test("it is printed, and what is no such name is compared", () => {
  expect(broken('`${name}`; names.push(name); names[0] === "relu"; names.includes("relu"); values["relu"];')).toEqual([]);
});
