import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { sourcesIn } from "../../house/imports.js";

const root = path.resolve(import.meta.dirname, "../../..");

/** What starts a process or writes a file, by the name of the function called; `ModelRunner` is constructed. */
const acts =
  /^(spawn|exec|execFile|fork|spawnSync|execSync|execFileSync|ModelRunner|writeFile|writeFileSync|copy|cp|mkdir|rm|rename|applyEdit|createTerminal|executeTask)$/;

interface Act {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  /** The functions around it at the top level of the file, or the method. */
  readonly around: ts.Node;
}

const sources = sourcesIn("src/extension").map((file) => ({
  file,
  source: ts.createSourceFile(file, readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.Latest, true),
}));

function calls(node: ts.Node, each: (name: string, node: ts.Node) => void): void {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    const { expression } = node;
    // A regular expression is executed too.
    each(ts.isPropertyAccessExpression(expression) ? expression.name.text.replace(/^exec$/, "") : expression.getText(), node);
  }
  node.forEachChild((child) => calls(child, each));
}

const found: Act[] = sources.flatMap(({ file, source }) => {
  const acting: Act[] = [];
  calls(source, (name, node) => {
    if (!acts.test(name)) return;
    let around = node;
    while (around.parent !== source && !ts.isMethodDeclaration(around) && !ts.isPropertyAssignment(around)) around = around.parent;
    acting.push({ file, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, name, around });
  });
  return acting;
});

/** Whether a function asks first for trust, or for a place that the user names. */
function asks(node: ts.Node): boolean {
  let asked = false;
  calls(node, (name) => (asked ||= name === "requireTrust" || name === "showSaveDialog"));
  return asked;
}

describe("in a workspace that is not trusted", () => {
  test("what starts processes and writes files is known", () => {
    expect(new Set(found.map(({ file }) => file))).toEqual(
      new Set([
        "src/extension/code/initializationEdit.ts",
        "src/extension/commands/createExample.ts",
        "src/extension/commands/installEnginePackage.ts",
        "src/extension/commands/writeTypeStubs.ts",
        "src/extension/sessions/keptStates.ts",
        "src/extension/sources/runners.ts",
        "src/extension/views/pageHandlers.ts",
      ]),
    );
  });

  test("nothing starts or is written without asking for trust, or for the file's name, first", () => {
    const unguarded = found.filter(({ file, around }) => {
      const { source } = sources.find((each) => each.file === file)!;
      // A command is entered through `run` alone; what else is in its file is called from there.
      const entry = source.statements.find((statement) => ts.isVariableStatement(statement) && /^export const run\b/.test(statement.getText()));
      return !asks(around) && !(entry && asks(entry)) && !(entry && /isTrusted/.test(source.text) && asks(source));
    });
    expect(unguarded.map(({ file, line, name }) => `${file}:${line} calls ${name}: call requireTrust() first`)).toEqual([]);
  });

  test("requests of pages, keys and commands go through a session, which asks for trust before its source is asked", () => {
    const { source } = sources.find(({ file }) => file === "src/extension/sessions/modelSession.ts")!;
    const askers: string[] = [];
    const visit = (node: ts.Node): void => {
      const reads = ts.isPropertyAccessExpression(node) && ["run", "requests"].includes(node.name.text) && /source$/.test(node.expression.getText());
      if (reads) {
        let around: ts.Node = node;
        while (!ts.isMethodDeclaration(around) && around.parent) around = around.parent;
        if (!asks(around)) askers.push(around.getText());
      }
      node.forEachChild(visit);
    };
    visit(source);
    expect(askers).toEqual([]);
    const others = sources.filter(({ file, source: { text } }) => /\bsource\.(run\(|requests\b)/.test(text) && !file.includes("/sessions/modelSession"));
    expect(others.map(({ file }) => file).filter((file) => !file.includes("/sources/"))).toEqual([]);
  });

  test("settings that give model code time and power are the user's, not the workspace's", () => {
    const { capabilities, contributes } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
      capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
      contributes: { configuration: { properties: Record<string, unknown> }[] };
    };
    // What only says how something is shown.
    const harmless = /^layerscope\.(hover|python\.help|findings|codeLens|notebook\.pictures|inlayHints(\..*)?)$/;
    const powerful = contributes.configuration.flatMap(({ properties }) => Object.keys(properties)).filter((name) => !harmless.test(name));
    expect([...capabilities.untrustedWorkspaces.restrictedConfigurations].sort()).toEqual(powerful.sort());
  });
});
