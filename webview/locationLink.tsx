import * as l10n from "@vscode/l10n";
import type { SourceLocation } from "../src/protocol/index.js";
import { Link } from "./controls.js";
import { useSession } from "./pageSession.js";

/** `file:line`, which reveals the place in the code. */
export function LocationLink({ location }: { readonly location: SourceLocation }) {
  const { act } = useSession();
  const text = `${baseName(location.file)}:${location.line}`;
  return (
    <Link title={l10n.t("Reveal {0}, line {1} in the editor", location.file, location.line)} onClick={() => act("reveal", { location })}>
      {text}
    </Link>
  );
}

export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
