import * as vscode from "vscode";

/** Reads what the user typed; a string says what is wrong with it. */
type Reader<T> = (text: string) => { readonly value: T } | string;

/** An input box that accepts only what `read` understands. Undefined when the user cancelled. */
export async function askFor<T>(options: vscode.InputBoxOptions, read: Reader<T>): Promise<T | undefined> {
  const text = await vscode.window.showInputBox({
    ignoreFocusOut: true,
    ...options,
    validateInput: (typed) => {
      const result = read(typed);
      return typeof result === "string" ? result : undefined;
    },
  });
  if (text === undefined) return undefined;
  const result = read(text);
  return typeof result === "string" ? undefined : result.value;
}

export function readSeed(text: string): ReturnType<Reader<number>> {
  const value = Number(text);
  if (!/^\s*\d+\s*$/.test(text) || !Number.isSafeInteger(value)) return vscode.l10n.t("Give a whole number from 0 to {0}.", Number.MAX_SAFE_INTEGER);
  return { value };
}
