import type * as vscode from "vscode";
import type { ModelSessions } from "./sessions/modelSessions.js";
import type { Notebooks } from "./notebooks/notebooks.js";
import type { Pages } from "./views/page.js";
import type { ModelPanels } from "./views/modelPanel.js";

/** What commands work with. */
export interface CommandContext {
  readonly context: vscode.ExtensionContext;
  readonly sessions: ModelSessions;
  readonly panels: ModelPanels;
  readonly notebooks: Notebooks;
  readonly pages: Pages;
  readonly output: vscode.OutputChannel;
}

/**
 * A command of package.json: `layerscope.NAME` is what the file `commands/NAME.ts` exports as `run`. `argument` is what a menu, a link or the page
 * called it with.
 */
export type Command = (context: CommandContext, argument: unknown) => unknown;
