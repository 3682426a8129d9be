import { type ClassEntry, type Found, type FunctionEntry, type Parameter, partsOf, waysOf } from "./description.js";

/** More columns than these, and each parameter has a line of its own. */
const widest = 88;

/** A signature as Python writes it, and where its parameters stand in it. */
export interface Signature {
  readonly text: string;
  readonly parameters: readonly { readonly name: string; readonly start: number; readonly end: number; readonly said: string }[];
}

export function textOf(parameter: Parameter): string {
  return typeof parameter === "string" ? parameter : parameter[0];
}

/** Each way to call something, in one line. */
export function signaturesOf(name: string, entry: FunctionEntry | ClassEntry): readonly Signature[] {
  return waysOf(entry).map((parameters) => {
    let text = `${name}(`;
    const placed = parameters.map((parameter, i) => {
      if (i > 0) text += ", ";
      const start = text.length;
      text += textOf(parameter);
      return { name: partsOf(parameter).name, start, end: text.length, said: partsOf(parameter).said };
    });
    text += ")";
    if (entry.kind === "function" && entry.returns) text += ` -> ${entry.returns}`;
    return { text, parameters: placed.filter(({ name: each }) => each !== "*") };
  });
}

/** What something is, as a line of Python: `(class) torch.nn.Linear(...)`, `(module) torch.nn`, `(value) torch.float32: dtype`. */
export function declarationOf(found: Found): string {
  if (found.kind === "module") return `(module) ${found.path}`;
  const { entry, path } = found;
  if (entry.kind === "value") return `(value) ${path}${entry.type ? `: ${entry.type}` : ""}`;
  const [first, ...others] = signaturesOf(path, entry);
  const written = [first!, ...others].map(({ text }, i) => (text.length > widest ? inLines(path, waysOf(entry)[i]!, text) : text));
  return `(${entry.kind}) ${written.join("\n")}`;
}

function inLines(path: string, parameters: readonly Parameter[], text: string): string {
  const behind = text.slice(text.lastIndexOf(")"));
  return `${path}(\n${parameters.map((parameter) => `    ${textOf(parameter)},\n`).join("")}${behind}`;
}

/** What is said of it, and of its parameters, in Markdown. */
export function explanationOf(found: Found): string {
  if (found.kind === "module") return plain(found.module.doc);
  const { entry } = found;
  const parameters = entry.kind === "value" ? [] : entry.parameters.map(partsOf).filter(({ said }) => said !== "");
  return [plain(entry.doc ?? ""), parameters.map(({ name, said }) => `- \`${name}\`: ${plain(said)}`).join("\n")].filter(Boolean).join("\n\n");
}

/** What is code in a comment stays code, and nothing else means anything to Markdown. */
function plain(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replace(/[\\*_{}[\]()#+\-.!|<>~$&]/g, "\\$&")))
    .join("");
}
