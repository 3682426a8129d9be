import * as l10n from "@vscode/l10n";
import type { Signal } from "../../protocol/index.js";
import type { ModelIndex } from "../modelIndex.js";
import { type Carrier, remedyCall } from "../signal.js";
import { type Found, found } from "./finding.js";

/** A finding about a layer whose weights make the signal, or its gradient, lose its size. */
export function atCarrier(index: ModelIndex, signal: Signal, { layer, at }: Carrier, mark: string, text: string): Found {
  const remedy = l10n.t("Initialize each weight for what follows, here by {0}, or add a normalization layer (nn.LayerNorm).", remedyCall(index, signal, at));
  return found(layer.path, text, remedy, { location: index.module(layer.path)?.location ?? null, mark });
}
