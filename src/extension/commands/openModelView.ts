import * as vscode from "vscode";
import type { Command } from "../command.js";
import { ModelView } from "../views/modelView.js";

export const run: Command = () => vscode.commands.executeCommand(`${ModelView.id}.focus`);
