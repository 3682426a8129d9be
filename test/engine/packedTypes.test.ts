import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/**
 * The types as a project gets them that installs the package: what `npm pack` puts in it is laid into a project of its own, and the files of userCode are
 * compiled there, what must compile and, marked by `@ts-expect-error`, what must not. Needs a build, as the package does.
 */

const root = path.resolve(import.meta.dirname, "../..");
const project = mkdtempSync(path.join(tmpdir(), "layerscope-types-"));
const installed = path.join(project, "node_modules", "layerscope");
afterAll(() => rmSync(project, { recursive: true, force: true }));

function run(command: string, args: readonly string[], shell = false): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: project, encoding: "utf8", shell });
  return status === 0 ? "" : `${stdout}${stderr}` || `${command} ended with ${status}`;
}

beforeAll(() => {
  const isWindows = process.platform === "win32";
  expect(run("npm", ["pack", root, "--ignore-scripts", "--pack-destination", project], isWindows)).toBe("");
  const [tarball] = readdirSync(project);
  mkdirSync(installed, { recursive: true });
  expect(run("tar", ["-xzf", tarball!, "-C", installed, "--strip-components=1"])).toBe("");
  writeFileSync(path.join(project, "package.json"), '{ "type": "module" }');
  for (const file of ["accepted.ts", "refused.ts"]) copyFileSync(path.join(import.meta.dirname, "userCode", file), path.join(project, file));
});

const combinations = ["5.4", "7"].flatMap((version) =>
  [
    { module: "nodenext", moduleResolution: "nodenext" },
    { module: "esnext", moduleResolution: "bundler" },
  ].flatMap((modules) => [true, false].map((skipLibCheck) => ({ version, ...modules, skipLibCheck }))),
);

describe.each(combinations)("TypeScript $version, $moduleResolution, skipLibCheck $skipLibCheck", ({ version, ...options }) => {
  test("compiles what users write and refuses what cannot work", () => {
    const compilerOptions = { strict: true, noEmit: true, target: "es2022", lib: ["es2022"], types: [], ...options };
    writeFileSync(path.join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["accepted.ts", "refused.ts"] }));
    expect(run(process.execPath, [path.join(root, "node_modules", `typescript-${version}`, "bin", "tsc"), "--pretty", "false"])).toBe("");
  });
});

test("no declaration says any", () => {
  const folder = path.join(installed, "dist", "engine");
  const found: string[] = [];
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".d.ts")) continue;
    const source = ts.createSourceFile(file, readFileSync(path.join(folder, file), "utf8"), ts.ScriptTarget.Latest);
    const visit = (node: ts.Node): void => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${file}:${source.getLineAndCharacterOfPosition(node.pos).line + 1}`);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  expect(found).toEqual([]);
});
