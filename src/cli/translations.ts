import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as l10n from "@vscode/l10n";

/** Takes the translation for the terminal's language, where there is one; gives its file, for the processes that are started. */
export function loadTranslations({ LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): string | null {
  const language = (LC_ALL || LC_MESSAGES || LANG || "").toLowerCase();
  // Without a region, or with one that is no other script's: simplified.
  if (!/^zh(?:[_.-](?!tw|hk|mo|hant)|$)/.test(language)) return null;
  const file = fileURLToPath(new URL("./l10n/bundle.l10n.zh-cn.json", import.meta.url));
  if (!existsSync(file)) return null;
  l10n.config({ contents: readFileSync(file, "utf8") });
  return file;
}
