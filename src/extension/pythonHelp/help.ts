import { readFile } from "node:fs/promises";
import * as vscode from "vscode";
import { classDeclaredIn } from "../code/constructions.js";
import { statementValues } from "../code/lineShapes.js";
import { accessAt, tensorsAt } from "../code/parameterAccess.js";
import { indexOf } from "../../describe/modelIndex.js";
import { type ClassEntry, Description, type Found, type FunctionEntry, type Modules, partsOf } from "./description.js";
import { declarationOf, explanationOf, signaturesOf } from "./helpText.js";
import { LanguageServers } from "./languageServers.js";
import { type Meaning, Meanings } from "./meaning.js";
import { type Chain, PythonText } from "./places.js";
import { notebookOf } from "../notebooks/notebookFiles.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { settings } from "../settings.js";
import { openText } from "../sources/documents.js";

let description: Promise<Description> | undefined;

/** Half a megabyte, read when the first question comes. */
export function readDescription(context: vscode.ExtensionContext): Promise<Description> {
  description ??= readFile(context.asAbsolutePath("dist/pythonHelp.json"), "utf8").then((text) => new Description(JSON.parse(text) as Modules));
  description.catch(() => (description = undefined));
  return description;
}

/** A document with what stands around it: a cell of a notebook sees what the others import and make. */
interface Reading {
  readonly text: PythonText;
  /** Where the document begins in it. */
  readonly start: number;
  readonly documents: readonly (readonly [vscode.TextDocument, PythonText])[];
}

/** What a question is answered from. */
interface Asked {
  readonly reading: Reading;
  readonly known: Description;
  readonly meanings: Meanings;
}

/** Answers the questions of editors about `torch` (editor/pythonHelp.ts). Of values that are not known it says nothing. */
export class PythonHelp implements vscode.Disposable {
  readonly #servers = new LanguageServers();
  readonly #texts = new WeakMap<vscode.TextDocument, { readonly version: number; readonly text: PythonText }>();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly sessions: ModelSessions,
  ) {}

  dispose(): void {
    this.#servers.dispose();
  }

  async completions(document: vscode.TextDocument, position: vscode.Position, cancelled: vscode.CancellationToken): Promise<vscode.CompletionItem[]> {
    const asked = await this.#ask(document, cancelled);
    if (!asked) return [];
    const { reading, known } = asked;
    const typing = reading.text.typingAt(reading.start + document.offsetAt(position));
    if (!typing) return [];
    const range = new vscode.Range(position.translate(0, typing.word.start - typing.word.end), position);
    switch (typing.kind) {
      case "member": {
        const meaning = this.#meaning(asked, document, typing.owner, position);
        if (!meaning) return [];
        return [...known.membersOf(meaning.kind === "instance" ? meaning.of : meaning.found)].map(([name, found]) => itemOf(name, found, range, meaning));
      }
      case "importedModule": {
        if (typing.path === "") return known.at("torch") ? [itemOf("torch", known.at("torch")!, range)] : [];
        const owner = known.at(typing.path);
        return owner ? [...known.membersOf(owner)].filter(([, { kind }]) => kind === "module").map(([name, found]) => itemOf(name, found, range)) : [];
      }
      case "importedName": {
        const owner = known.at(typing.module);
        return owner?.kind === "module" ? [...known.membersOf(owner)].map(([name, found]) => itemOf(name, found, range)) : [];
      }
      case "argument": {
        const called = this.#callable(asked, document, typing.call.callee, position);
        if (!called) return [];
        return called.entry.parameters.flatMap((parameter) => {
          const { name, type, byDefault, said } = partsOf(parameter);
          if (name.startsWith("*") || typing.call.given.includes(name)) return [];
          const item = new vscode.CompletionItem(`${name}=`, vscode.CompletionItemKind.Variable);
          item.detail = [type, byDefault === null ? "" : `= ${byDefault}`].filter(Boolean).join(" ");
          item.documentation = new vscode.MarkdownString(said);
          item.sortText = `0${name}`;
          item.range = range;
          return [item];
        });
      }
    }
  }

  async signatures(document: vscode.TextDocument, position: vscode.Position, cancelled: vscode.CancellationToken): Promise<vscode.SignatureHelp | undefined> {
    const asked = await this.#ask(document, cancelled);
    const call = asked?.reading.text.callAt(asked.reading.start + document.offsetAt(position));
    const called = asked && call && this.#callable(asked, document, call.callee, position);
    if (!call || !called) return undefined;
    const { path, entry } = called;
    const help = new vscode.SignatureHelp();
    help.signatures = signaturesOf(path.slice(path.lastIndexOf(".") + 1), entry).map(({ text, parameters }) => {
      const signature = new vscode.SignatureInformation(text, new vscode.MarkdownString(explanationOf({ kind: "entry", path, entry }).split("\n\n")[0]));
      signature.parameters = parameters.map(({ start, end, said }) => new vscode.ParameterInformation([start, end], said));
      const named = parameters.findIndex(({ name }) => name === call.keyword);
      const rest = parameters.findIndex(({ name }) => name.startsWith("*"));
      const byPosition = rest >= 0 && call.index >= rest ? rest : call.index;
      signature.activeParameter = call.keyword === null ? byPosition : named;
      return signature;
    });
    // The first that has room for the arguments there are.
    const fitting = help.signatures.findIndex(({ parameters, activeParameter = 0 }) => activeParameter >= 0 && activeParameter < parameters.length);
    help.activeSignature = Math.max(0, fitting);
    help.activeParameter = help.signatures[help.activeSignature]?.activeParameter ?? 0;
    return help;
  }

  async hover(document: vscode.TextDocument, position: vscode.Position, cancelled: vscode.CancellationToken): Promise<vscode.Hover | undefined> {
    if (!settings.hover(document.uri)) return undefined;
    const asked = await this.#ask(document, cancelled);
    const pointed = asked?.reading.text.chainAt(asked.reading.start + document.offsetAt(position));
    const meaning = asked && pointed && asked.meanings.of(pointed.chain);
    if (!asked || !pointed || meaning?.kind !== "itself") return undefined;
    const text = new vscode.MarkdownString().appendCodeblock(declarationOf(meaning.found), "python").appendMarkdown(explanationOf(meaning.found));
    const { start } = asked.reading;
    return new vscode.Hover(text, new vscode.Range(document.positionAt(pointed.word.start - start), document.positionAt(pointed.word.end - start)));
  }

  /** What is known of a document; undefined where nothing is to be said in it. */
  async #ask(document: vscode.TextDocument, cancelled: vscode.CancellationToken): Promise<Asked | undefined> {
    if (!settings.pythonHelp(document.uri) || !this.sessions.sources.of(document)?.source.runsCodeOf?.(document)) return undefined;
    const reading = this.#read(document);
    if (!reading.text.tokens.some(({ text }) => text === "torch")) return undefined;
    const [known, isResolved] = await Promise.all([readDescription(this.context), this.#servers.resolveTorch(reading.documents)]);
    if (isResolved || cancelled.isCancellationRequested) return undefined;
    return { reading, known, meanings: new Meanings(reading.text, known, (at) => this.#wasTensor(document, reading, at)) };
  }

  /** What a call calls: a constructor, a function, or the forward of a layer. */
  #callable(
    asked: Asked,
    document: vscode.TextDocument,
    callee: Chain,
    position: vscode.Position,
  ): { readonly path: string; readonly entry: FunctionEntry | ClassEntry } | null {
    const meaning = this.#meaning(asked, document, callee, position);
    const found = meaning?.kind === "instance" ? asked.known.memberOf(meaning.of, "forward") : meaning?.found;
    return found?.kind === "entry" && found.entry.kind !== "value" ? { path: found.path, entry: found.entry } : null;
  }

  /** What an expression is: by the text, or as a parameter of a model of the last run. */
  #meaning({ meanings, known, reading }: Asked, document: vscode.TextDocument, chain: Chain, position: vscode.Position): Meaning | null {
    const meaning = meanings.of(chain);
    const session = meaning ? undefined : this.sessions.madeFrom(document);
    if (!session?.code) return meaning;
    const line = document.lineAt(position.line);
    const start = chain.start - reading.start - document.offsetAt(line.range.start);
    const access = start < 0 ? null : accessAt(line.text, { start, end: line.text.slice(0, position.character).search(/\s*\.\s*\w*$/u) });
    const above = Array.from({ length: position.line + 1 }, (_, each) => document.lineAt(each).text);
    const tensor = known.classOf("Tensor");
    return tensor && access && tensorsAt(session.code, session.models, access, above).length > 0 ? { kind: "instance", of: tensor } : null;
  }

  /** Whether the last run made a tensor of what a name stands for. */
  #wasTensor(document: vscode.TextDocument, { text, start }: Reading, { name, offset }: { readonly name: string; readonly offset: number }): boolean {
    const code = this.sessions.madeFrom(document)?.code;
    const binding = text.bindingOf(name, offset);
    const at = binding ? binding.start - start : -1;
    if (!code || at < 0 || at >= document.getText().length) return false;
    const { line, character } = document.positionAt(at);
    const written = document.lineAt(line).text;
    const isOfForward = /^\s*(?:async\s+)?def\s+forward\s*\(/.exec(written);
    if (!isOfForward) return binding?.value.kind !== "import" && statementValues(code.at(openText(document), line)?.calls ?? []).length > 0;
    // The first parameter is the module itself.
    const index = written.slice(isOfForward[0].length, character).split(",").length - 2;
    const above = Array.from({ length: line }, (_, each) => classDeclaredIn(document.lineAt(each).text));
    const type = above.findLast((declared) => declared !== null);
    return code.placesOf(type ?? "").some(({ model, module }) => {
      const call = indexOf(model).calls(module.path).at(-1);
      return index >= 0 && index < (call?.step.inputs.length ?? 0);
    });
  }

  #read(document: vscode.TextDocument): Reading {
    const cells = notebookOf(document)
      ?.getCells()
      .filter(({ kind, document: { languageId } }) => kind === vscode.NotebookCellKind.Code && languageId === "python")
      .map((cell) => cell.document);
    if (!cells) return { text: this.#textOf(document), start: 0, documents: [[document, this.#textOf(document)]] };
    const before = cells.slice(0, cells.indexOf(document)).map((cell) => `${cell.getText()}\n`);
    return {
      text: new PythonText([...before, ...cells.slice(cells.indexOf(document)).map((cell) => `${cell.getText()}\n`)].join("")),
      start: before.join("").length,
      documents: cells.map((cell) => [cell, this.#textOf(cell)]),
    };
  }

  #textOf(document: vscode.TextDocument): PythonText {
    const known = this.#texts.get(document);
    if (known?.version === document.version) return known.text;
    const text = new PythonText(document.getText());
    this.#texts.set(document, { version: document.version, text });
    return text;
  }
}

function itemOf(name: string, found: Found, range: vscode.Range, owner?: Meaning): vscode.CompletionItem {
  const item = new vscode.CompletionItem(name, kindOf(found, owner));
  item.detail = declarationOf(found).split("\n")[0]!;
  item.documentation = new vscode.MarkdownString(explanationOf(found).split("\n\n")[0]);
  item.range = range;
  return item;
}

function kindOf(found: Found, owner?: Meaning): vscode.CompletionItemKind {
  const kinds = vscode.CompletionItemKind;
  if (found.kind === "module") return kinds.Module;
  if (found.entry.kind === "class") return kinds.Class;
  const isMember = owner?.kind === "instance" || (owner?.found.kind === "entry" && owner.found.entry.kind === "class");
  if (found.entry.kind === "function") return isMember ? kinds.Method : kinds.Function;
  return isMember ? kinds.Property : kinds.Constant;
}
