import type { Language, ModelSnapshot } from "../../protocol/index.js";
import type { NamesInFile } from "../../describe/initializationScript.js";

/** Where code goes into a model file, and how the file calls what the code needs. Texts alone: no parser is loaded for it. */

export interface TextInsertion {
  /** Counted from 0; the code stands before what the line holds now. */
  readonly line: number;
  readonly text: string;
}

/** How a file calls the library; `imports` are lines that it lacks. */
export function namesIn(text: string, language: Language): NamesInFile & { readonly imports: readonly string[] } {
  const python = language === "python";
  const found = (pattern: RegExp): string | null => pattern.exec(text)?.[1] ?? null;
  const bound = python ? boundInPython(text) : null;
  const torch = bound ? bound.torch : found(/import\s*(?:type\s+)?\*\s*as\s+(\w+)\s+from\s*["']layerscope["']/);
  const nn = bound
    ? bound.nn
    : (found(/\{[^}]*\bnn\s+as\s+(\w+)[^}]*\}\s*from\s*["']layerscope["']/) ??
      found(/\{[^}]*\b(nn)\b[^}]*\}\s*from\s*["']layerscope["']/) ??
      found(/\{[^}]*\b(nn)\b[^}]*\}\s*=\s*\w+\s*;?/) ??
      found(/\bconst\s+(nn)\s*=\s*\w+\.nn\b/));
  const missing = torch === null && nn === null;
  const imports = python
    ? [...(torch === null ? ["import torch"] : []), ...(missing ? ["from torch import nn"] : [])]
    : torch === null
      ? ['import * as torch from "layerscope";']
      : [];
  const torchName = torch ?? "torch";
  const nnName = nn ?? (python && missing ? "nn" : `${torchName}.nn`);
  const classOf = (type: string): string | null => {
    if (!/^\w+$/.test(type)) return null;
    const written = new RegExp(`(?:^|[^\\w.])((?:[A-Za-z_]\\w*\\.)*${type})(?:<[^>]*>)?\\(`, "m").exec(text)?.[1];
    return written ?? null;
  };
  return { torch: torchName, nn: nnName, classOf, imports };
}

/** What the imports of a Python file bind torch and torch.nn to; null where they do not. `import torch.nn as nn` binds no `torch`, and `import torch.nn` binds nothing else. */
function boundInPython(text: string): { readonly torch: string | null; readonly nn: string | null } {
  const namesOf = (list: string): readonly (readonly [name: string, as: string | null])[] =>
    list
      .replace(/#.*$/gm, "")
      .split(",")
      .flatMap((item) => {
        const [, name, as] = /^\s*([\w.]+)(?:\s+as\s+(\w+))?\s*$/.exec(item) ?? [];
        return name === undefined ? [] : [[name, as ?? null] as const];
      });
  let torch: string | null = null;
  let nn: string | null = null;
  for (const [, list] of text.matchAll(/^[ \t]*import[ \t]+(.+)$/gm)) {
    for (const [name, as] of namesOf(list!)) {
      if (name === "torch") torch = as ?? name;
      else if (name.startsWith("torch.") && as === null) torch ??= "torch";
      else if (name === "torch.nn") nn = as;
    }
  }
  for (const [, inBrackets, list] of text.matchAll(/^[ \t]*from[ \t]+torch[ \t]+import[ \t]*(?:\(([^)]*)\)|(.+)$)/gm)) {
    for (const [name, as] of namesOf(inBrackets ?? list!)) if (name === "nn") nn = as ?? name;
  }
  return { torch, nn };
}

/**
 * Where a model of a file is made and not yet used: before the statement of the file's top level that first runs it, else after the one that makes it; at the
 * end of the file where nothing runs it. Null for a model without a variable at the file's top level.
 */
export function insertionLine(text: string, model: ModelSnapshot): number | null {
  const { location, trace, language } = model;
  const starts = statementStarts(text, language);
  if (!location) return null;
  const made = starts.findLastIndex((line) => line <= location.line - 1);
  const declaration = starts[made];
  if (declaration === undefined || !new RegExp(`\\b${escaped(model.name)}\\b`).test(linesOf(text)[location.line - 1] ?? "")) return null;
  if (declaration !== location.line - 1 && /^\s/.test(linesOf(text)[location.line - 1]!)) return null;
  const after = starts[made + 1] ?? linesOf(text).length;
  if (trace?.origin !== "recorded") return trimmedEnd(text);
  const run = trace.steps[0]?.location;
  if (!run || run.file !== location.file) return after;
  const runs = starts.findLast((line) => line <= run.line - 1);
  return runs !== undefined && runs > declaration && !isDefinition(linesOf(text)[runs]!) ? runs : after;
}

/** What a definition holds runs when it is called. */
function isDefinition(line: string): boolean {
  return /^(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function|class|def)\b|^@|^(?:export\s+)?(?:const|let)\s+\w+\s*=\s*(?:async\s*)?(?:\([^)]*\)|\w+)\s*=>/.test(
    line,
  );
}

/** The code as insertions: the imports that the file lacks, and the script on lines of its own. */
export function insertionsOf(text: string, language: Language, line: number, script: string, imports: readonly string[]): readonly TextInsertion[] {
  const lines = linesOf(text);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const write = (code: string): string => code.replaceAll("\n", newline);
  const before = lines[line - 1]?.trim() ?? "";
  const isAtEnd = line >= lines.length;
  const script_ = `${before === "" || before.startsWith("import") ? "" : isAtEnd && !text.endsWith("\n") && text !== "" ? "\n" : ""}${script}\n`;
  return [
    ...(imports.length > 0 ? [{ line: importLine(lines, statementStarts(text, language)), text: write(`${imports.join("\n")}\n`) }] : []),
    { line, text: write(script_) },
  ];
}

/** Before the first import, but after what has to be a Python file's first statement. */
function importLine(lines: readonly string[], starts: readonly number[]): number {
  const imports = starts.filter((at) => /^(?:import|from)\b/.test(lines[at]!));
  const first = imports.find((at) => !/^from\s+__future__\b/.test(lines[at]!));
  if (first !== undefined) return first;
  const future = imports.at(-1);
  return future === undefined ? 0 : (starts.find((at) => at > future) ?? lines.length);
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r\n|\n|\r/);
}

/** The line after the last that holds anything. */
function trimmedEnd(text: string): number {
  return linesOf(text).findLastIndex((line) => line.trim() !== "") + 1;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The lines at which statements of the top level begin, as far as brackets, texts and indentation tell. */
export function statementStarts(text: string, language: Language): readonly number[] {
  const lines = linesOf(text);
  const starts: number[] = [];
  let depth = 0;
  let quote: string | null = null;
  let inComment = false;
  let continues = false;
  lines.forEach((line, at) => {
    const isOpen = depth > 0 || quote !== null || inComment || continues;
    const first = line.trimStart();
    const isComment = language === "python" ? first.startsWith("#") : first.startsWith("//");
    const isPart = language === "python" ? /^\s|^(?:else|elif|except|finally)\b/.test(line) : /^(?:[.?:)\]}&|+*/=,<>-]|else\b|catch\b|finally\b)/.test(first);
    if (first !== "" && !isOpen && !isPart && !isComment) starts.push(at);
    continues = language === "python" && line.endsWith("\\");
    for (let i = 0; i < line.length; i++) {
      const rest = line.slice(i);
      if (inComment) {
        if (rest.startsWith("*/")) [inComment, i] = [false, i + 1];
      } else if (quote !== null) {
        if (line[i] === "\\") i++;
        else if (rest.startsWith(quote)) [i, quote] = [i + quote.length - 1, null];
      } else if (language === "python" ? line[i] === "#" : rest.startsWith("//")) break;
      else if (language !== "python" && rest.startsWith("/*")) [inComment, i] = [true, i + 1];
      else if (language === "python" && /^(?:"""|''')/.test(rest)) [quote, i] = [rest.slice(0, 3), i + 2];
      else if (line[i] === '"' || line[i] === "'" || (line[i] === "`" && language !== "python")) quote = line[i]!;
      else if ("([{".includes(line[i]!)) depth++;
      else if (")]}".includes(line[i]!)) depth = Math.max(0, depth - 1);
    }
    // A plain text ends with its line.
    if (quote === '"' || quote === "'") quote = null;
  });
  return starts;
}
