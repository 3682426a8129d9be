import type { BundleOutcome } from "./bundle.js";

export interface BundleRequest {
  readonly id: number;
  readonly file: string;
  readonly overrides: readonly (readonly [path: string, text: string])[];
}

export type BundleReply =
  | { readonly id: number; readonly outcome: BundleOutcome }
  /** The bundler itself failed. */
  | { readonly id: number; readonly error: string };
