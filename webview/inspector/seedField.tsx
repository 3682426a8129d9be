import * as l10n from "@vscode/l10n";
import { TextInput } from "../controls.js";

/** What was typed for a seed: a whole number, null for nothing typed, undefined for what is no seed. */
export function seedOf(typed: string): number | null | undefined {
  if (typed.trim() === "") return null;
  return /^\s*\d+\s*$/.test(typed) && Number.isSafeInteger(Number(typed)) ? Number(typed) : undefined;
}

export function seedProblem(typed: string): string | null {
  return seedOf(typed) === undefined ? l10n.t("The seed is a whole number, or nothing: then the generator goes on from where it stands.") : null;
}

/** The generator's seed, which may be left empty. */
export function SeedField({ value, onInput }: { readonly value: string; readonly onInput: (typed: string) => void }) {
  return (
    <label>
      {l10n.t("Seed")}
      <TextInput label={l10n.t("Seed")} value={value} onInput={onInput} />
    </label>
  );
}
