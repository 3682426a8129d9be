import * as vscode from "vscode";
import type { SchemeArgument } from "../../protocol/index.js";

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

/** The value of one argument of an initialization scheme. */
export async function askForArgument(title: string, argument: SchemeArgument): Promise<number | string | undefined> {
  if (argument.kind === "choice") {
    const choices = [argument.default, ...argument.choices.filter((choice) => choice !== argument.default)];
    return vscode.window.showQuickPick(choices, { title, placeHolder: argument.name, ignoreFocusOut: true });
  }
  return askFor({ title, prompt: argument.name, value: String(argument.default) }, (text) => readNumber(text, argument));
}

export function readNumber(
  text: string,
  { minimum = -Infinity, maximum = Infinity }: { readonly minimum?: number; readonly maximum?: number },
): ReturnType<Reader<number>> {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return vscode.l10n.t("Give a number, e.g. 0.02 or 1e-3.");
  if (value < minimum) return vscode.l10n.t("Give a number that is at least {0}.", minimum);
  if (value > maximum) return vscode.l10n.t("Give a number that is at most {0}.", maximum);
  return { value };
}

/** A seed, or null for none. */
export function askForSeed(title: string): Promise<number | null | undefined> {
  const prompt = vscode.l10n.t("Seed of the generator. Leave it empty to draw on from where the generator stands.");
  return askFor({ title, prompt, placeHolder: "0" }, (text): { readonly value: number | null } | string =>
    text.trim() === "" ? { value: null } : readSeed(text),
  );
}

export function readSeed(text: string): ReturnType<Reader<number>> {
  const value = Number(text);
  if (!/^\s*\d+\s*$/.test(text) || !Number.isSafeInteger(value)) return vscode.l10n.t("Give a whole number from 0 to {0}.", Number.MAX_SAFE_INTEGER);
  return { value };
}
