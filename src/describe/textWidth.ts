import { eastAsianWidth } from "get-east-asian-width";

/** Made when first needed: it takes longer than all else that is done while the extension is loaded. */
let characters: Intl.Segmenter | undefined;

/** Columns that a text takes where all characters have one width, as in a terminal: Chinese, Japanese and Korean ones take two. */
export function textWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  characters ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  let width = 0;
  for (const { segment } of characters.segment(text)) width += eastAsianWidth(segment.codePointAt(0)!);
  return width;
}

export function padToWidth(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}
