/**
 * A plugin of TypeScript's server: where nothing else resolves the package `layerscope`, it is the engine that the extension ships. So a model file is
 * checked, completed and explained in any folder, without a file being written. A copy in the workspace goes before it.
 */
import { join } from "node:path";
import type ts from "typescript";
import { exports as waysIn } from "../../package.json";

/** The declarations of the package and of the parts that can be imported by themselves, by what is imported. */
const declarations = new Map(
  Object.entries(waysIn).flatMap(([way, files]): [string, string][] =>
    // The build puts the plugin into `node_modules/NAME` of the extension, where TypeScript's server looks for it.
    typeof files === "string" ? [] : [[way.replace(".", "layerscope"), join(__dirname, "..", "..", files.types)]],
  ),
);

/** What TypeScript's server calls for every plugin. */
export function init({ typescript }: { readonly typescript: typeof ts }): ts.server.PluginModule {
  /** The answer of the project where it has one, else the extension's. */
  const completed = <Resolution extends { readonly resolvedModule?: ts.ResolvedModuleFull | undefined }>(name: string, found: Resolution): Resolution => {
    const shipped = declarations.get(name);
    return shipped === undefined || found.resolvedModule
      ? found
      : // Beside what was tried in vain: the server watches those places, and takes a copy that comes into the workspace.
        {
          ...found,
          resolvedModule: {
            resolvedFileName: shipped,
            extension: typescript.Extension.Dts,
            isExternalLibraryImport: true,
            resolvedUsingTsExtension: false,
          },
        };
  };
  return {
    create({ languageService, languageServiceHost: host }) {
      const resolve = host.resolveModuleNameLiterals?.bind(host);
      if (resolve) {
        host.resolveModuleNameLiterals = (literals, ...rest) => resolve(literals, ...rest).map((found, at) => completed(literals[at]!.text, found));
      }
      return languageService;
    },
  };
}
