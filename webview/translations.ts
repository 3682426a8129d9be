import * as l10n from "@vscode/l10n";

/** Takes the translations that the host wrote into the document; call before anything is drawn. Strings without one stay English. */
export function loadStrings(root: HTMLElement): void {
  const contents: unknown = JSON.parse(root.dataset.strings ?? "null");
  if (contents !== null) l10n.config({ contents: contents as l10n.l10nJsonFormat });
}
