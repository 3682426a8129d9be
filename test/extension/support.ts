import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import type { LayerscopeApi } from "../../src/extension/extension.js";
import type { ModelSnapshot } from "../../src/protocol/index.js";

export const folder = vscode.workspace.workspaceFolders![0]!.uri.fsPath;

export async function layerscope(): Promise<LayerscopeApi> {
  return vscode.extensions.getExtension<LayerscopeApi>("layerscope.layerscope")!.activate();
}

/** Writes a file into the workspace and shows it in an editor. */
export async function openFile(name: string, text: string): Promise<vscode.TextEditor> {
  const file = join(folder, name);
  await writeFile(file, text);
  const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file));
  // VS Code may still hold what an earlier test wrote into the file, and what watches the disk does not tell of two writes in a moment.
  await until("the editor shows the new text", async () => {
    if (editor.document.getText() === text) return true;
    await vscode.commands.executeCommand("workbench.action.files.revert");
    return editor.document.getText() === text;
  });
  return editor;
}

/** Writes a model file, opens it and runs it to its end. */
export async function runFile(name: string, text: string): Promise<vscode.TextEditor> {
  const editor = await openFile(name, text);
  await vscode.commands.executeCommand("layerscope.run");
  return editor;
}

export async function models(editor: vscode.TextEditor): Promise<readonly ModelSnapshot[]> {
  return (await layerscope()).models(editor.document.uri);
}

/** The only model of the file. */
export async function onlyModel(editor: vscode.TextEditor): Promise<ModelSnapshot> {
  return only(await models(editor));
}

/** Layerscope's only entry in the Problems view. */
export function onlyProblem(editor: vscode.TextEditor): vscode.Diagnostic {
  return only(problems(editor));
}

function only<Item>([item, ...more]: readonly Item[]): Item {
  assert.ok(item !== undefined, "there is none");
  assert.deepEqual(more, [], "there are several");
  return item;
}

/** Layerscope's entries in the Problems view. */
export function problems(editor: vscode.TextEditor): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(editor.document.uri).filter(({ source }) => source === "Layerscope");
}

export async function replaceText(editor: vscode.TextEditor, text: string): Promise<void> {
  const { document } = editor;
  const whole = () => new vscode.Range(document.positionAt(0), document.lineAt(document.lineCount - 1).range.end);
  // VS Code refuses an edit that crosses one of its own, as when it reads the file from disk again.
  await until("the edit is made", async () => (await editor.edit((edit) => edit.replace(whole(), text))) && document.getText() === text);
}

export async function closeEditors(): Promise<void> {
  for (const document of vscode.workspace.textDocuments) if (document.isDirty) await document.save();
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}

/** The text of the hovers at `needle` in the document, ours told by their links or tables. */
export async function hoverAt({ document }: vscode.TextEditor, needle: string, offset = 0): Promise<string> {
  const position = document.positionAt(document.getText().indexOf(needle) + offset);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, position);
  const texts = hovers.flatMap(({ contents }) => contents.map((content) => (typeof content === "string" ? content : content.value)));
  return texts.filter((text) => text.includes("command:layerscope.")).join("\n\n");
}

/** Waits for something that VS Code does in its own time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, milliseconds = 20_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited ${milliseconds} ms in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Answers what VS Code asks the user as the most willing user would: the first item, the text that stands there, the first button. `fileToSave`: what a dialog for saving
 * gives. Returns what ends that.
 */
export function answerDialogs(fileToSave: () => vscode.Uri | undefined = () => undefined): () => void {
  const firstButton = (_text: unknown, ...buttons: readonly unknown[]): unknown => buttons.find((button) => typeof button === "string");
  const answers: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
    showQuickPick: async (items) => ((await items) as readonly unknown[])[0],
    showInputBox: (options) => (options as { readonly value?: string } | undefined)?.value || "7",
    showSaveDialog: fileToSave,
    showOpenDialog: () => undefined,
    showInformationMessage: firstButton,
    showWarningMessage: firstButton,
    showErrorMessage: firstButton,
  };
  const before = Object.keys(answers).map((name) => [name, Reflect.get(vscode.window, name) as unknown] as const);
  for (const [name, answer] of Object.entries(answers)) Reflect.set(vscode.window, name, (...args: unknown[]) => Promise.resolve(answer(...args)));
  return () => {
    for (const [name, original] of before) Reflect.set(vscode.window, name, original);
  };
}
