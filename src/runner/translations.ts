import { readFileSync } from "node:fs";
import * as l10n from "@vscode/l10n";

/** Takes the translations of `file` for what this process says; null leaves it English. */
export function loadTranslations(file: string | null): void {
  if (file !== null) l10n.config({ contents: readFileSync(file, "utf8") });
}
