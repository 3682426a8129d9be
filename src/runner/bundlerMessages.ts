import type { BundleOutcome } from "./bundle.js";

/** What the process that bundles is started with. */
export interface BundlerOptions {
  readonly stringsFile: string | null;
  /** Megabytes. */
  readonly memoryLimit: number;
}

/** To the process that bundles, and on to the thread in it that does the work. One at a time. */
export interface BundleRequest {
  readonly file: string;
  readonly overrides: readonly (readonly [path: string, text: string])[];
}

/** From the thread to its process, and on. After "done" it takes another request; "failed", "overflow" and "memory" are its last word. */
export type FromBundler =
  /** It has started and can be asked. */
  | { readonly kind: "ready" }
  /** It is about to take up a file. */
  | { readonly kind: "reading"; readonly file: string }
  | { readonly kind: "done"; readonly outcome: BundleOutcome }
  /** The code of a file is nested deeper than can be read. */
  | { readonly kind: "overflow" }
  /** Over the memory limit. */
  | { readonly kind: "memory" }
  /** The bundler itself failed, and what it holds can no longer be relied on. */
  | { readonly kind: "failed"; readonly message: string };
