import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

/** What a bundle's maker and the runner that evaluates it agree on. */

/** The global variable through which a bundle reaches the runner that evaluates it (see `BundleHooks`): one name, since the code may call anything else its own. */
export const runnerGlobal = "layerscopeRunner";

/** What the code of a bundle calls. */
export interface BundleHooks {
  /** First of all, before any module body. */
  begin(): void;
  /** First in the model file: reads its top-level variables, which may not have a value yet. */
  entry(bindings: Readonly<Record<string, () => unknown>>): void;
  /** Last of all: every module body has run to its end. */
  end(): void;
}

/**
 * Every workspace source gets one line of ours before its first (by the plugin in bundle.ts). All else stays where it is, so a position in
 * the bundle's sources is the user's once this many lines are taken off.
 */
export const addedLines = 1;

/** What a module knows of its own place, which a bundle would answer with the bundle's. */
export const fileConstants: Readonly<Record<string, { identifier: string; mention: string; value: (path: string) => string }>> = {
  "import.meta.url": { identifier: "layerscopeFileUrl", mention: "import.meta", value: (path) => pathToFileURL(path).href },
  "import.meta.filename": { identifier: "layerscopeFilename", mention: "import.meta", value: (path) => path },
  "import.meta.dirname": { identifier: "layerscopeDirname", mention: "import.meta", value: dirname },
  __filename: { identifier: "layerscopeCommonFilename", mention: "__filename", value: (path) => path },
  __dirname: { identifier: "layerscopeCommonDirname", mention: "__dirname", value: dirname },
};

/** The same for modules outside the workspace's sources, as global variables for the runner to define. */
export function dependencyConstants(entry: string): Record<string, string> {
  return Object.fromEntries(Object.values(fileConstants).map(({ identifier, value }) => [identifier, value(entry)]));
}
