import { Script } from "node:vm";

/**
 * Where code is nested deeper than JavaScript reads it, which says no more than that its stack is full: the end of the shortest beginning of the code for
 * which it is. Lines and columns count from 1; null where reading is not what fills it.
 */
export function nestedTooDeepAt(code: string): { readonly line: number; readonly column: number } | null {
  // The same length as a script, in a function that is read at once as the module is.
  const script = code.replace(/^import\b[^;]*;/gm, (text) => text.replace(/[^\n]/g, " ")).replaceAll("import.meta", "arguments  ");
  const isTooDeep = (length: number): boolean => {
    try {
      new Script(`(async function () {${script.slice(0, length)}`);
    } catch (error) {
      return error instanceof RangeError;
    }
    return false;
  };
  if (!isTooDeep(script.length)) return null;
  let [enough, tooMuch] = [0, script.length];
  while (tooMuch - enough > 1) {
    const middle = (enough + tooMuch) >> 1;
    if (isTooDeep(middle)) tooMuch = middle;
    else enough = middle;
  }
  const lines = script.slice(0, enough).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}
