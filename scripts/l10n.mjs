// `npm run l10n` writes the texts that users see, as the code has them, to l10n/bundle.l10n.json, for translators. The build ships that file as it is.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { getL10nJson } from "@vscode/l10n-dev";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
export const bundle = path.join(root, "l10n", "bundle.l10n.json");

/** The file's text. Sorted, so that a text added in one place changes one line. */
export async function textsOfCode() {
  const files = ["src", "webview"].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => path.join(folder, name)),
  );
  /** @param {string} extension */
  const sources = (extension) => ({
    extension,
    contents: files
      .filter((file) => file.endsWith(extension))
      .map((file) => readFileSync(path.join(root, file), "utf8"))
      .filter((text) => text.includes("l10n"))
      .join("\n"),
  });
  // The tool starts anew for each file that it is given, and that is most of its time.
  const found = await getL10nJson([sources(".ts"), sources(".tsx")]);
  const sorted = Object.fromEntries(Object.entries(found).sort(([one], [other]) => (one < other ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(bundle, await textsOfCode());
