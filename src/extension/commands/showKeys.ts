import * as vscode from "vscode";
import type { Command } from "../command.js";

/** Shows the keys of the editor and of the page, which can be changed there. */
export const run: Command = () => vscode.commands.executeCommand("workbench.action.openGlobalKeybindings", "@ext:layerscope.layerscope");
