import type { BundleOutcome } from "./bundle.js";

/** To the process that bundles. */
export interface BundleRequest {
  readonly id: number;
  readonly file: string;
  readonly overrides: readonly (readonly [path: string, text: string])[];
}

/** From it, under the id of the request. */
export type BundleReply =
  | { readonly id: number; readonly outcome: BundleOutcome }
  /** The bundler itself failed. */
  | { readonly id: number; readonly error: string };
