import { writeName } from "../../describe/arguments.js";
import type { Repair } from "../../describe/repair.js";
import type { Language } from "../../protocol/index.js";
import { argumentOf, callAt, endOfList } from "./callText.js";

/** A repair as a change of a text. */
export interface RepairText {
  /** What the text between two offsets is replaced by. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What gets another value: an argument, or the variable or constant that it came from; null where something is inserted. */
  readonly name: string | null;
  /** How many other places read what gets another value. */
  readonly others: number;
}

/** How to mend a text where the repair's place is at `offset` now; null where the text is not such that this is certain. */
export function repairText(text: string, offset: number, repair: Repair, language: Language): RepairText | null {
  switch (repair.kind) {
    case "argument":
      return changedArgument(text, offset, repair, language);
    case "flatten":
      return repair.isCall ? flattenedArgument(text, offset, language) : insertedFlatten(text, offset, language);
    case "removeLayer":
      return withoutLayer(text, offset, language);
    case "moduleList":
      return registeredList(text, repair.field, language);
    case "superCall":
      return superCall(text, offset, language);
  }
}

function changedArgument(text: string, offset: number, repair: Extract<Repair, { readonly kind: "argument" }>, language: Language): RepairText | null {
  const call = callAt(text, offset, language);
  const name = writeName(repair.argument, language);
  const argument = call && argumentOf(call, name, repair.position);
  if (!argument) return null;
  const written = text.slice(argument.start, argument.end);
  const to = String(repair.to);
  if (isNumber(written, repair.from)) return { start: argument.start, end: argument.end, text: to, name, others: 0 };
  const variable = /^(?:[\p{ID_Continue}$]+\.)*(?<name>[\p{ID_Start}_$][\p{ID_Continue}$]*)$/u.exec(written)?.groups?.name;
  const declared = variable === undefined ? null : onlyValueOf(text, variable);
  if (!declared || !isNumber(text.slice(declared.start, declared.end), repair.from)) return null;
  const others = [...text.matchAll(nameAlone(variable!))].filter(({ index }) => index !== declared.name && !(argument.start <= index && index < argument.end));
  return { start: declared.start, end: declared.end, text: to, name: variable!, others: others.length };
}

function isNumber(written: string, value: number): boolean {
  return /^\d[\d_]*$/.test(written) && Number(written.replaceAll("_", "")) === value;
}

function nameAlone(name: string): RegExp {
  return new RegExp(`(?<![\\p{ID_Continue}$])${name.replaceAll("$", "\\$")}(?![\\p{ID_Continue}$])`, "gu");
}

/** Where the text gives a name its value, as a variable, a property or a parameter's default; null where none does, or several do. */
function onlyValueOf(text: string, name: string): { readonly name: number; readonly start: number; readonly end: number } | null {
  const given = [...text.matchAll(nameAlone(name))].flatMap(({ index }) => {
    const value = /^\s*[?!]?\s*(?::\s*[\w.]+\s*=(?![=>])|[:=](?![=>]))\s*(?<value>[^\s,;)}\]]+)/.exec(text.slice(index + name.length));
    if (!value) return [];
    const end = index + name.length + value[0].length;
    return [{ name: index, start: end - value.groups!.value!.length, end }];
  });
  return given.length === 1 ? given[0]! : null;
}

/** The layer that makes all but the batch one dimension, as code writes it. */
const flattening = "Flatten()";

/** Before a layer among those of a Sequential, under the name that the layer's own class has there. */
function insertedFlatten(text: string, offset: number, language: Language): RepairText | null {
  const call = callAt(text, offset, language);
  if (!call || !/[([,]\s*$/.test(text.slice(0, call.start))) return null;
  const namespace = call.callee.slice(0, call.callee.lastIndexOf(".") + 1);
  if (namespace === "" && !nameAlone(flattening.slice(0, -"()".length)).test(text)) return null;
  const indent = /(?:^|\n)([ \t]*)$/.exec(text.slice(0, call.start))?.[1];
  const made = `${language === "typescript" ? "new " : ""}${namespace}${flattening},`;
  return { start: call.start, end: call.start, text: `${made}${indent === undefined ? " " : `\n${indent}`}`, name: null, others: 0 };
}

/** One of several in a list, with a comma and the space around it. */
function withoutLayer(text: string, offset: number, language: Language): RepairText | null {
  const call = callAt(text, offset, language);
  if (!call) return null;
  const before = /(?<comma>,)?\s*$/.exec(text.slice(0, call.start))!;
  const after = /^\s*(?<comma>,)?/.exec(text.slice(call.end))!;
  const isLast = /^\s*,?\s*[)\]]/.test(text.slice(call.end));
  if (before.groups!.comma && (after.groups!.comma || isLast)) return { start: before.index, end: call.end, text: "", name: null, others: 0 };
  if (!/[([]\s*$/.test(text.slice(0, call.start)) || !after.groups!.comma) return null;
  const space = /^\s*/.exec(text.slice(call.end + after[0].length))![0].length;
  return { start: call.start, end: call.end + after[0].length + space, text: "", name: null, others: 0 };
}

/** What a ModuleList lets code do with it, as it does with a list: to go through it, to pick from it, to count it. */
const usesOfList: Readonly<Record<Language, RegExp>> = {
  typescript: /^(?:\s*[[)\],;]|\s*$|\s*\.\s*(?:length|map|forEach|slice)\b)/m,
  python: /^(?:\s*[[)\],:]|\s*$)/m,
};

/** The list that a field is given, where it is written out in one place, and used nowhere in a way that only lists know. */
function registeredList(text: string, field: string, language: Language): RepairText | null {
  const places = [...text.matchAll(nameAlone(field))];
  const given = places.filter(({ index }) => /^\s*=\s*\[/.test(text.slice(index + field.length)));
  const [only] = given;
  if (!only || given.length > 1 || !/(?<![\p{ID_Continue}$.])nn\b/u.test(text)) return null;
  const isUsedAsList = places.some((place) => place !== only && !usesOfList[language].test(text.slice(place.index + field.length)));
  const start = text.indexOf("[", only.index);
  const end = endOfList(text, start, language);
  if (isUsedAsList || end === null) return null;
  const made = `${language === "typescript" ? "new " : ""}nn.ModuleList(${text.slice(start, end)})`;
  return { start, end, text: made, name: null, others: 0 };
}

/** In a call: its first argument with all but the batch as one dimension. */
function flattenedArgument(text: string, offset: number, language: Language): RepairText | null {
  const argument = callAt(text, offset, language)?.arguments[0];
  if (!argument || argument.name !== null) return null;
  const written = text.slice(argument.start, argument.end);
  const isOne = /^[\p{ID_Continue}$.]+(?:\([^()]*\)|\[[^[\]]*\]|\.[\p{ID_Continue}$]+)*$/u.test(written);
  return { start: argument.start, end: argument.end, text: `${isOne ? written : `(${written})`}.flatten(1)`, name: null, others: 0 };
}

const constructors: Readonly<Record<Language, { readonly head: RegExp; readonly call: string }>> = {
  typescript: { head: /\bconstructor\s*\([^{}]*\)\s*\{/g, call: "super();" },
  python: {
    head: /^[ \t]*def\s+__init__\s*\([^:]*\)\s*(?:->\s*None\s*)?:[ \t]*(?:#.*)?$(?:\r?\n[ \t]*(?:"""[^"]*"""|'''[^']*'''|"[^"\n]*")[ \t]*$)?/gm,
    call: "super().__init__()",
  },
};

/** First in the constructor that a place is in, of a class that extends Module itself: what another class's constructor takes is not known. */
function superCall(text: string, offset: number, language: Language): RepairText | null {
  const { head, call } = constructors[language];
  // The place may be that of the constructor's head.
  const line = text.indexOf("\n", offset);
  const until = line < 0 ? text.length : line;
  const found = [...text.matchAll(head)].findLast(({ index }) => index <= until);
  if (!found) return null;
  const end = found.index + found[0].length;
  const declared = [...text.slice(0, found.index).matchAll(/\bclass\s+[^{:]+[{:]/g)].at(-1)?.[0];
  if (!declared || !/(?:\bextends\s+|\(\s*)(?:[\w$]+\.)*Module\s*[{)<]/.test(declared)) return null;
  if (language === "python" ? /^\s*super\(/.test(text.slice(end)) : /\bsuper\s*\(/.test(text.slice(end, until))) return null;
  const next = /^\s*\n(?<indent>[ \t]+)\S/.exec(text.slice(end))?.groups?.indent;
  const inserted = next === undefined ? ` ${call}` : `\n${next}${call}`;
  return { start: end, end, text: inserted, name: null, others: 0 };
}
