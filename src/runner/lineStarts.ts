/**
 * Where the lines of a text begin for JavaScript, which ends them at U+2028 and U+2029 too, in the lines and columns of an editor, which does not. Both from 1.
 */
export type LineStarts = readonly (readonly [line: number, column: number])[];

/** Null for a text in which both are the same. */
export function lineStartsOf(text: string): LineStarts | null {
  if (!/[\u2028\u2029]/.test(text)) return null;
  return text
    .split(/\r\n|\r|\n/)
    .flatMap((whole, i) => [[i + 1, 1] as const, ...[...whole.matchAll(/[\u2028\u2029]/g)].map(({ index }) => [i + 1, index + 2] as const)]);
}

/** A place as an editor counts it. */
export function inEditor(starts: LineStarts | null | undefined, line: number, column: number): { readonly line: number; readonly column: number } {
  const start = starts?.[line - 1];
  return start ? { line: start[0], column: start[1] + column - 1 } : { line, column };
}
