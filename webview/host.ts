import type { PageMessage, PageMethod, PageMethods } from "../src/protocol/index.js";

/** What carries messages to the host and back; VS Code's webview API in the editor. */
export interface HostPort {
  postMessage(message: unknown): void;
  listen(listener: (message: unknown) => void): void;
}

/** A message that is not an answer to a request. */
export type HostNotification = Exclude<PageMessage, { readonly kind: "reply" | "error" }>;

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** The page's end of the conversation with the extension host. */
export class Host {
  readonly #port: HostPort;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(port: HostPort, onNotification: (message: HostNotification) => void) {
    this.#port = port;
    port.listen((data) => {
      const message = data as PageMessage;
      if (message.kind !== "reply" && message.kind !== "error") return onNotification(message);
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.kind === "reply") pending?.resolve(message.result as never);
      else pending?.reject(new Error(message.message));
    });
  }

  /** Resolves with the host's answer; rejects with its reason in words for the user. */
  request<M extends PageMethod>(method: M, params: PageMethods[M]["params"]): Promise<PageMethods[M]["result"]> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#port.postMessage({ id, method, params });
    });
  }
}
