import { types } from "node:util";
import * as l10n from "@vscode/l10n";

const { isNativeError } = types;
const { set } = Reflect;

/** Model code throws what it likes, and gives errors what properties it likes: nothing here throws. */

/** Also one of another realm, as of a context of `node:vm`. What cannot even be asked, as a proxy that is revoked, is none. */
export function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error || isNativeError(thrown);
  } catch {
    return isNativeError(thrown);
  }
}

/** An error's message; any other value as text. */
export function thrownText(thrown: unknown): string {
  try {
    return String(isError(thrown) ? thrown.message : thrown);
  } catch {
    return l10n.t("a value that cannot be shown");
  }
}

/** An error's calls as V8 writes them, whatever the code has put in the place of that (`Error.prepareStackTrace`), unless it has asked for them already. */
export function stackOf(error: Error): string {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- Kept to be put back.
  const { prepareStackTrace } = Error;
  // Where the code has frozen Error, it has what it had.
  set(Error, "prepareStackTrace", undefined);
  try {
    return String(error.stack);
  } catch {
    return "";
  } finally {
    set(Error, "prepareStackTrace", prepareStackTrace);
  }
}
