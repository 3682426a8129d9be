import { createHash } from "node:crypto";
import { extname, join } from "node:path";
import * as vscode from "vscode";
import type { PageModelState, RunnerState } from "../../protocol/index.js";
import { requireTrust } from "../trust.js";
import type { ModelSession } from "./modelSession.js";

/** States of models that the user keeps by name, as files of the workspace's storage: they outlast runs, the editor, and the model that they are of. */
export class KeptStates {
  constructor(private readonly context: vscode.ExtensionContext) {}

  async names(session: ModelSession, model: string): Promise<readonly string[]> {
    return (await this.#files(session, model)).map(nameOf);
  }

  /** Keeps a state of the live model; one of that name is replaced. */
  async keep(session: ModelSession, model: string, state: PageModelState, name: string): Promise<void> {
    requireTrust();
    if (name.trim() === "") throw new Error(vscode.l10n.t("A state needs a name."));
    const folder = this.#folder(session, model);
    await vscode.workspace.fs.createDirectory(folder);
    const path = vscode.Uri.joinPath(folder, `${encodeURIComponent(name.trim())}.safetensors`).fsPath;
    await session.ask("saveState", { model, state: await this.runnerState(session, model, state), path });
    await this.#forget(session, model, name.trim(), path);
  }

  /** Keeps a copy of a file, under its own name, which it gives. */
  async add(session: ModelSession, model: string, file: vscode.Uri): Promise<string> {
    requireTrust();
    const folder = this.#folder(session, model);
    await vscode.workspace.fs.createDirectory(folder);
    const extension = extname(file.path);
    const name = file.path.slice(file.path.lastIndexOf("/") + 1, -extension.length || undefined);
    const copy = vscode.Uri.joinPath(folder, encodeURIComponent(name) + extension);
    await vscode.workspace.fs.copy(file, copy, { overwrite: true });
    await this.#forget(session, model, name, copy.fsPath);
    return name;
  }

  async forget(session: ModelSession, model: string, name: string): Promise<void> {
    requireTrust();
    await this.#forget(session, model, name, null);
  }

  /** The files of that name, in whatever format, but for one that has just come in their place. */
  async #forget(session: ModelSession, model: string, name: string, but: string | null): Promise<void> {
    for (const file of await this.#files(session, model)) if (nameOf(file) === name && file !== but) await vscode.workspace.fs.delete(vscode.Uri.file(file));
  }

  /** What a runner is told of a state that the page names. */
  async runnerState(session: ModelSession, model: string, state: PageModelState): Promise<RunnerState> {
    if (state.kind !== "kept") return state;
    const path = (await this.#files(session, model)).find((file) => nameOf(file) === state.name);
    if (path === undefined) throw new Error(vscode.l10n.t("No state named {0} is kept.", state.name));
    return { kind: "file", path };
  }

  async #files(session: ModelSession, model: string): Promise<readonly string[]> {
    const folder = this.#folder(session, model);
    const entries = await vscode.workspace.fs.readDirectory(folder).then(
      (found) => found,
      () => [], // None was kept yet.
    );
    return entries.flatMap(([name, type]) => (type === vscode.FileType.File ? [join(folder.fsPath, name)] : [])).sort();
  }

  #folder({ file }: ModelSession, model: string): vscode.Uri {
    const { storageUri, globalStorageUri } = this.context;
    const key = createHash("sha256").update(`${file}\n${model}`).digest("hex").slice(0, 32);
    return vscode.Uri.joinPath(storageUri ?? globalStorageUri, "states", key);
  }
}

function nameOf(file: string): string {
  const name = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  return decodeURIComponent(name.slice(0, -extname(name).length || undefined));
}
