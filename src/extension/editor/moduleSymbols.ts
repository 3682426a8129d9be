import * as vscode from "vscode";
import { indexOf, nameFromFile, whereMade } from "../../describe/modelIndex.js";
import type { ModuleSnapshot } from "../../protocol/index.js";
import type { ModelSessions } from "../sessions/modelSessions.js";
import { currentLocation } from "./locations.js";

/** VS Code shows some hundred; large models have ten thousand modules. */
const most = 1000;

/** The modules of all models among the symbols of the workspace, by their path in the model: "net.0.block 1". */
export function registerModuleSymbols(sessions: ModelSessions): vscode.Disposable {
  return vscode.languages.registerWorkspaceSymbolProvider({
    provideWorkspaceSymbols(query) {
      const found: vscode.SymbolInformation[] = [];
      for (const { models, code } of sessions.all)
        for (const model of models)
          for (const module of indexOf(model).modules) {
            if (found.length >= most) return found;
            const location = whereMade(model, module);
            const name = nameFromFile(model, module);
            if (!location || !isSubsequence(query, `${name} ${module.type}`)) continue;
            found.push(new vscode.SymbolInformation(name, kindOf(module), module.type, currentLocation(location, code)));
          }
      return found;
    },
  });
}

function kindOf({ children }: ModuleSnapshot): vscode.SymbolKind {
  return children.length > 0 ? vscode.SymbolKind.Module : vscode.SymbolKind.Object;
}

/** Whether the letters come in that order, as VS Code itself matches symbols. */
function isSubsequence(query: string, text: string): boolean {
  const letters = text.toLowerCase();
  let at = 0;
  for (const letter of query.toLowerCase()) {
    if (letter.trim() === "") continue;
    at = letters.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
