import * as vscode from "vscode";
import type { Command } from "../command.js";
import { type MeasuredValue, measuredValues } from "../editor/measuredValues.js";

/** Bins that the picture in a hover has room for. */
const bins = 24;

/** Runs the shown pass once more for what a value of it was like, and shows the hover again that asked. No command of the palette: links in hovers call it. */
export const run: Command = async ({ sessions }, argument) => {
  const { file, model: name, value, uri, line, character } = argument as MeasuredValue;
  const session = sessions.get(file);
  const model = session?.model(name);
  if (!session || !model) return;
  const statistics = await session.ask("valueStatistics", { model: name, value, bins });
  measuredValues(model).set(value, statistics);
  const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri);
  if (!editor) return;
  const position = new vscode.Position(line, character);
  editor.selection = new vscode.Selection(position, position);
  await vscode.window.showTextDocument(editor.document, { viewColumn: editor.viewColumn, preserveFocus: false });
  await vscode.commands.executeCommand("editor.action.showHover");
};
