import * as l10n from "@vscode/l10n";

/** What a user typed for a shape: the sizes, or what is wrong with it. */
export type ShapeText = { readonly shape: readonly number[]; readonly problem: null } | { readonly shape: null; readonly problem: string };

/** Elements of the largest input that can be typed. */
const mostElements = 2 ** 28;

/** A shape as users write it: "2, 4", "2 x 4", "[2, 4]", "(2,)", "torch.Size([2, 4])"; empty brackets are a scalar's. */
export function parseShape(text: string): ShapeText {
  let inner = text
    .trim()
    .replace(/^torch\.Size\b/, "")
    .trim();
  const bracketed = /^(?:\[(.*)\]|\((.*)\))$/;
  for (let found = bracketed.exec(inner); found; found = bracketed.exec(inner)) inner = (found[1] ?? found[2]!).trim();
  if (inner === "") return text.trim() === "" ? refused(l10n.t("Give a shape, e.g. 2, 4.")) : { shape: [], problem: null };
  const sizes = inner.replace(/\s*,$/, "").split(/\s*[,x×]\s*|\s+/i);
  if (!sizes.every((size) => /^\d+$/.test(size))) return refused(l10n.t("Give whole numbers with commas between them, e.g. 2, 4."));
  const shape = sizes.map(Number);
  if (shape.reduce((product, size) => product * size, 1) > mostElements) return refused(l10n.t("A tensor of this shape is too large to be given as an input."));
  return { shape, problem: null };
}

function refused(problem: string): ShapeText {
  return { shape: null, problem };
}
