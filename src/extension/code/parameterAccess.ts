import { nameIn } from "../../describe/modelIndex.js";
import type { ModelSnapshot, RecordedInitialization, TensorSnapshot } from "../../protocol/index.js";
import { classDeclaredIn } from "./constructions.js";
import type { CodeIndex, Span } from "./codeIndex.js";

/** A way to something in a model, as code writes it: `net[0].weight`, `this.fc.weight`. */
export interface Access {
  /** What it begins with: a variable, or what a method calls its object. */
  readonly root: string;
  /** Column of that, from 0. */
  readonly column: number;
  /** The names behind it, as PyTorch joins them by dots: "0.weight". */
  readonly path: string;
}

/** A parameter or buffer of a model. */
export interface NamedTensor {
  readonly model: ModelSnapshot;
  readonly tensor: TensorSnapshot;
  /** In full. */
  readonly name: string;
  /** The call that is meant, of those that gave it values; default the last one. */
  readonly filling?: RecordedInitialization;
}

const step = String.raw`[!?]*\s*(?:\.\s*[\p{ID_Start}_$][\p{ID_Continue}$]*|(?:\?\.)?\[\s*(?:\d+|"[^"\]]*"|'[^'\]]*')\s*\])`;
const upToWord = new RegExp(String.raw`(?<![\p{ID_Continue}$.\])]|\.\s)(?<root>[\p{ID_Start}_$][\p{ID_Continue}$]*)(?<steps>(?:${step})+)$`, "u");

/** The access that ends with the word in a line; null where there is none, or what it goes through is not written out, as in `net[i].weight`. */
export function accessAt(line: string, word: Span): Access | null {
  const found = upToWord.exec(line.slice(0, word.end));
  if (!found) return null;
  const { root, steps } = found.groups as { readonly root: string; readonly steps: string };
  const path = [...steps.matchAll(new RegExp(step, "gu"))].map(([text]) => text.replace(/^[!?\s.]*\[?\s*["']?|["']?\s*\]?$/g, "")).join(".");
  return { root, column: found.index, path };
}

/** The parameters and buffers that an access means; none where it means something else. `linesAbove`: of the document, down to the access's own. */
export function tensorsAt(code: CodeIndex, models: readonly ModelSnapshot[], { root, path }: Access, linesAbove: readonly string[]): readonly NamedTensor[] {
  const isOwn = root === "this" || root === "self";
  const type = isOwn ? linesAbove.map(classDeclaredIn).findLast((name) => name !== null) : undefined;
  const places = isOwn
    ? code.placesOf(type ?? "").map(({ model, module }) => ({ model, within: module.path }))
    : models.filter(({ name }) => name === root).map((model) => ({ model, within: "" }));
  return places.flatMap(({ model, within }) => {
    const name = nameIn(within, path);
    const tensor = model.tensors.find(({ names }) => names.includes(name));
    return tensor ? [{ model, tensor, name }] : [];
  });
}

/** What a call of nn.init on a line filled, of the function whose name the word is. */
export function initializedBy(code: CodeIndex, document: Parameters<CodeIndex["at"]>[0], line: number, word: string): readonly NamedTensor[] {
  return (code.at(document, line)?.fillings ?? []).flatMap(({ model, tensor, initialization }) => {
    const isIt = initialization.kind === "recorded" && initialization.by === "code" && isNamed(initialization.function, word);
    return isIt ? [{ model, tensor, name: tensor.names[0] ?? "", filling: initialization }] : [];
  });
}

/** By its name in TypeScript, or in Python. */
function isNamed(name: string, word: string): boolean {
  return word === name || word === name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
