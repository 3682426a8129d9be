import * as l10n from "@vscode/l10n";
import type { PageMessage, PageMethod, PageMethods, Progress } from "../src/protocol/index.js";
import { checkPageMessage, checkPageResult, isPageMessageKind } from "../src/protocol/pageChecks.js";

/** What carries messages to the host and back; VS Code's webview API in the editor. */
export interface HostPort {
  postMessage(message: unknown): void;
  listen(listener: (message: unknown) => void): void;
}

/** A message that is not an answer to a request. */
export type HostNotification = Exclude<PageMessage, { readonly kind: "reply" | "error" | "progress" }>;

/** How what is asked is ended, and who hears how far it has come. */
export interface Asking {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

interface Pending {
  readonly onProgress: Asking["onProgress"];
  readonly method: PageMethod;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** The page's end of the conversation with the extension host. */
export class Host {
  readonly #port: HostPort;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  /** `onDamage` hears of a message that is not as the host's are: nothing is done with it. What others say to the window is passed over. */
  constructor(port: HostPort, onNotification: (message: HostNotification) => void, onDamage: (what: string) => void) {
    this.#port = port;
    port.listen((data) => {
      if (!isPageMessageKind((data as Partial<PageMessage> | null | undefined)?.kind)) return;
      const wrong = checkPageMessage(data);
      if (wrong !== null) return onDamage(l10n.t("What the editor told this page cannot be understood: its message{0}.", wrong));
      const message = data as PageMessage;
      if (message.kind === "progress") this.#pending.get(message.id)?.onProgress?.(message.progress);
      else if (message.kind === "reply" || message.kind === "error") this.#settle(message);
      else onNotification(message);
    });
  }

  #settle(message: Extract<PageMessage, { readonly kind: "reply" | "error" }>): void {
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    this.#pending.delete(message.id);
    if (message.kind === "error") return pending.reject(new Error(message.message));
    const wrong = checkPageResult(pending.method, message.result);
    if (wrong === null) pending.resolve(message.result as never);
    else pending.reject(new Error(l10n.t("What the editor answered cannot be understood: its answer{0}.", wrong)));
  }

  /** Resolves with the host's answer; rejects with its reason in words for the user. */
  request<M extends PageMethod>(method: M, params: PageMethods[M]["params"], { signal, onProgress }: Asking = {}): Promise<PageMethods[M]["result"]> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { method, onProgress, resolve, reject });
      this.#port.postMessage({ id, method, params });
      signal?.addEventListener("abort", () => {
        if (this.#pending.has(id)) void this.request("cancel", { id });
      });
    });
  }
}
