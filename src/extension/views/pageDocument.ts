/** The page's document: what a webview's `html` is set to, and what the browser tests load. */

export interface PageDocument {
  /** What styles and fonts may be loaded from: `webview.cspSource`. */
  readonly cspSource: string;
  /** A fresh random value for every document; the only script that may run carries it. */
  readonly nonce: string;
  /** Address of dist/webview/main.js as the page reaches it. */
  readonly scriptUri: string;
  /** Address of dist/webview/main.css as the page reaches it. */
  readonly styleUri: string;
  /** Where the page is: a view beside the editors, or an editor tab of its own. */
  readonly placement: "view" | "editor";
  /** BCP 47 tag of the display language, e.g. "en". */
  readonly language: string;
  /** The page's strings in that language, by their English text (`vscode.l10n.bundle`); null for English. */
  readonly strings: Readonly<Record<string, string | { readonly message: string; readonly comment: readonly string[] }>> | null;
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function attribute(value: string): string {
  return `"${value.replace(/[&<>"]/g, (character) => escapes[character]!)}"`;
}

/**
 * No remote source, no inline script or style, no eval; what is fetched is a file of the page's own. Workers start from a blob because a webview's own origin
 * cannot serve them; images are what the page itself draws. What the page's script imports carries its nonce on. The
 * toolkit tries out a selector in a style element, for which it takes the nonce from a meta element named "csp-nonce".
 */
function contentSecurityPolicy({ cspSource, nonce }: Pick<PageDocument, "cspSource" | "nonce">): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `connect-src ${cspSource}`,
    "img-src blob: data:",
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** The text of the document, which loads one style sheet and one script; the script imports the rest of the page when it is first shown. */
export function pageDocument(page: PageDocument): string {
  return `<!DOCTYPE html>
<html lang=${attribute(page.language)} data-placement="${page.placement}" data-strings=${attribute(JSON.stringify(page.strings))}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content=${attribute(contentSecurityPolicy(page))}>
<link rel="stylesheet" href=${attribute(page.styleUri)}>
<meta property="csp-nonce" content=${attribute(page.nonce)}>
<title>Layerscope</title>
</head>
<body>
<script type="module" nonce=${attribute(page.nonce)} src=${attribute(page.scriptUri)}></script>
</body>
</html>
`;
}
