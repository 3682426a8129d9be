import * as vscode from "vscode";
import type { SessionLog } from "../sessions/modelSession.js";

/** The output channel: what model code prints, run by run. */
export function createOutput(): SessionLog & { readonly channel: vscode.OutputChannel } {
  const channel = vscode.window.createOutputChannel("Layerscope");
  return {
    channel,
    runStarted: (file) => {
      channel.clear();
      channel.appendLine(`> ${vscode.workspace.asRelativePath(file)}`);
    },
    output: (_file, { text }) => channel.append(text),
  };
}
