import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const engine = fileURLToPath(new URL("../../src/engine/", import.meta.url));

/** What has no doc comment of all that the editor offers after `torch.`, `nn.` and so on, and of a tensor's and a module's members. */
function unexplained(): string[] {
  const { config } = ts.readConfigFile(`${engine}tsconfig.json`, (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, engine);
  const program = ts.createProgram([`${engine}index.ts`], options);
  const checker = program.getTypeChecker();
  const missing: string[] = [];
  const target = (symbol: ts.Symbol): ts.Symbol => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const check = (symbol: ts.Symbol, name: string): void => {
    const isInternal = symbol.getJsDocTags(checker).some((tag) => tag.name === "internal");
    const isExplained = [symbol, target(symbol)].some((each) => each.getDocumentationComment(checker).length > 0);
    if (!isInternal && !isExplained) missing.push(name);
  };
  const checkMembers = (symbol: ts.Symbol, name: string): void => {
    for (const member of checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))) {
      const [declaration] = member.declarations ?? [];
      const isOurs = declaration?.getSourceFile().fileName.includes("/src/engine/");
      const isPublic = declaration && !(ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected));
      // Symbols, such as that by which Node prints, have names of TypeScript's own.
      if (isOurs && isPublic && !member.name.startsWith("__")) check(member, `${name}.${member.name}`);
    }
  };
  const checkExports = (module: ts.Symbol, prefix: string): void => {
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = target(exported);
      const name = `${prefix}.${exported.name}`;
      if (symbol.flags & ts.SymbolFlags.ValueModule) checkExports(symbol, name);
      else if (!/Options$/.test(name)) check(exported, name);
      if (name === "torch.Tensor" || name === "torch.nn.Module") checkMembers(symbol, name);
    }
  };
  checkExports(checker.getSymbolAtLocation(program.getSourceFile(`${engine}index.ts`)!)!, "torch");
  return missing;
}

test("an editor explains every function, class and type, and every method of tensors and modules", () => {
  expect(unexplained()).toEqual([]);
}, 60_000);
