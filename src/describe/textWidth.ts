import { eastAsianWidth } from "get-east-asian-width";

const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns that a text takes where all characters have one width, as in a terminal: Chinese, Japanese and Korean ones take two. */
export function textWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of characters.segment(text)) width += eastAsianWidth(segment.codePointAt(0)!);
  return width;
}

export function padToWidth(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}
