import type { Selection } from "../src/protocol/index.js";
import type { Host, HostNotification } from "./host.js";
import { type Page, shownSelection, type Store } from "./state.js";

/** Tells the host which model is shown and what is selected in it, where that has changed: it is what commands mean, whoever chose it. */
export function tellSelection(host: Host, before: Selection | null, page: Page, asked: boolean): void {
  const now = shownSelection(page);
  if (now && !isSame(now, before)) void host.request("selected", { ...now, asked }).catch(() => undefined);
}

/** Takes what the host says. What the page comes to by it, without having been told to, the host is told. */
export function hear(message: HostNotification, store: Store, host: Host): void {
  const before = shownSelection(store.page);
  store.dispatch(message);
  const told = message.kind === "select" || (message.kind === "state" && message.selection !== null);
  if (!told) tellSelection(host, before, store.page, false);
}

function isSame(one: Selection, other: Selection | null): boolean {
  return one.model === other?.model && one.path === other.path;
}
