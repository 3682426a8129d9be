import { extname } from "node:path";
import * as vscode from "vscode";
import { noModelText } from "../ask/target.js";
import type { PageHandlers } from "./page.js";
import { revealInCode } from "../editor/reveal.js";
import { initializationCode, insertInitialization } from "../code/initializationEdit.js";
import { documentUri } from "../sources/documents.js";
import type { SourceNote } from "../sources/modelSource.js";
import type { KeptStates } from "../sessions/keptStates.js";
import type { PageModelState } from "../../protocol/index.js";
import type { ModelSession } from "../sessions/modelSession.js";

/** What the pages ask, carried out. `openInEditor` opens the tab of a session, `openNote` what tells more than a note. */
export function pageHandlers(openInEditor: (session: ModelSession) => void, openNote: (note: SourceNote) => Promise<null>, states: KeptStates): PageHandlers {
  const command = async (name: string, argument?: unknown): Promise<null> => {
    await vscode.commands.executeCommand(name, argument);
    return null;
  };
  return {
    run: (session) => command("layerscope.run", session ? { file: session.file } : undefined),
    runToEnd: (session) => command("layerscope.runToEnd", session ? { file: session.file } : undefined),
    build: (session, offer) => command("layerscope.build", { file: session?.file, ...offer }),
    stop: (session) => {
      session?.stop();
      return null;
    },
    reinitialize: async (session, { model, ...reinitialization }) => {
      await shown(session).reinitialize(model, reinitialization);
      return null;
    },
    previewReinitialize: (session, params) => shown(session).ask("previewReinitialize", params),
    forward: async (session, request) => {
      await shown(session).forward(request);
      return null;
    },
    showOwnPass: async (session, { model }) => {
      await shown(session).showOwnPass(model);
      return null;
    },
    undoReinitialize: (session, { model }) => command("layerscope.undoReinitialize", { file: session?.file, model, path: "" }),
    showSignal: async (session, request, _page, asked) => {
      await shown(session).showSignal(request, asked);
      return null;
    },
    signal: (session, params, _page, asked) => shown(session).ask("signal", params, asked),
    train: (session, params, _page, asked) => shown(session).ask("train", params, asked),
    earlierChanges: async (session, { answer }) => {
      await shown(session).answerEarlierChanges(answer);
      return null;
    },
    showKeys: () => command("layerscope.showKeys"),
    copyAsCode: async (session, { model, ...reinitialization }) => {
      await vscode.env.clipboard.writeText(await initializationCode(shown(session), model, reinitialization));
      return null;
    },
    insertAsCode: async (session, { model, ...reinitialization }) => {
      await insertInitialization(shown(session), model, reinitialization);
      return null;
    },
    compareStates: async (session, { first, second, ...params }, _page, asked) => {
      const of = shown(session);
      const stateOf = (state: PageModelState) => states.runnerState(of, params.model, state);
      return of.ask("compareStates", { ...params, first: await stateOf(first), second: await stateOf(second) }, asked);
    },
    keptStates: (session, { model }) => states.names(shown(session), model),
    keepState: async (session, { model, state, name }) => {
      await states.keep(shown(session), model, state, name);
      return states.names(shown(session), model);
    },
    importState: async (session, { model }) => {
      const of = shown(session);
      const picked = await vscode.window.showOpenDialog({
        defaultUri: vscode.Uri.joinPath(documentUri(of.file), ".."),
        filters: { [vscode.l10n.t("Weights")]: ["safetensors", "pt", "pth", "bin"] },
        title: vscode.l10n.t("Import State"),
      });
      const imported = picked?.[0] ? await states.add(of, model, picked[0]) : null;
      return { names: await states.names(of, model), imported };
    },
    exportState: async (session, { model, state, name }) => {
      const of = shown(session);
      const uri = await vscode.window.showSaveDialog({
        defaultUri: vscode.Uri.joinPath(documentUri(of.file), "..", `${name.replace(/[\\/:*?"<>|]/g, "_")}.safetensors`),
        filters: { Safetensors: ["safetensors"] },
      });
      if (!uri) return null;
      await of.ask("saveState", { model, state: await states.runnerState(of, model, state), path: uri.fsPath });
      void vscode.window.showInformationMessage(vscode.l10n.t("Saved {0}.", vscode.workspace.asRelativePath(uri)));
      return null;
    },
    forgetState: async (session, { model, name }) => {
      await states.forget(shown(session), model, name);
      return states.names(shown(session), model);
    },
    tensorValues: (session, params) => shown(session).ask("tensorValues", params),
    statistics: (session, params) => shown(session).ask("statistics", params),
    selected: (session, { model, path, asked }, page) => {
      // What a page comes to by itself is taken where nobody has chosen anything yet.
      if (session && !asked && session.selection) page.show(session.selection);
      else session?.select({ model, path }, page);
      return null;
    },
    reveal: async (session, { location }) => {
      await revealInCode(location, session);
      return null;
    },
    copySummary: (session, { model }) => command("layerscope.copySummary", { file: session?.file, model, path: "" }),
    copyText: async (_session, { text }) => {
      await vscode.env.clipboard.writeText(text);
      return null;
    },
    save: async (session, { suggestedName, content, encoding }) => {
      const extension = extname(suggestedName).slice(1);
      const folder = session ? vscode.Uri.joinPath(documentUri(session.file), "..") : vscode.workspace.workspaceFolders?.[0]?.uri;
      const uri = await vscode.window.showSaveDialog({
        ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, suggestedName.replace(/[\\/:*?"<>|]/g, "_")) } : {}),
        ...(extension ? { filters: { [extension.toUpperCase()]: [extension] } } : {}),
      });
      if (!uri) return null;
      await vscode.workspace.fs.writeFile(uri, Buffer.from(content, encoding));
      const open = vscode.l10n.t("Open");
      void vscode.window.showInformationMessage(vscode.l10n.t("Saved {0}.", vscode.workspace.asRelativePath(uri)), open).then((picked) => {
        if (picked) void vscode.commands.executeCommand("vscode.open", uri);
      });
      return null;
    },
    openInEditor: (session) => {
      if (session) openInEditor(session);
      return null;
    },
    openSetting: async (_session, { name }) => {
      await vscode.commands.executeCommand("workbench.action.openSettings", `layerscope.${name}`);
      return null;
    },
    showOutput: () => command("layerscope.showOutput"),
    openNote: (session) => (session?.source.note ? openNote(session.source.note) : null),
    createExample: () => command("layerscope.createExample"),
    openFile: () => command("workbench.action.files.openFile"),
    manageTrust: () => command("workbench.trust.manage"),
  };
}

function shown(session: ModelSession | null): ModelSession {
  if (!session) throw new Error(noModelText());
  return session;
}
