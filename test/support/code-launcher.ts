/**
 * Stands in for the `code` executable that @vscode/test-electron starts: takes the same flags, runs the browser VS Code with headless
 * Chromium, and ends with the suite's exit code. With `--askForTrust` the folder is not trusted. The environment reaches the extension host as it does on the desktop.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { startServer } from "../../scripts/vscode-server.mjs";
import { launchChromium, stillContext } from "./chromium.js";

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: { type: "string" },
    extensionTestsPath: { type: "string" },
    askForTrust: { type: "boolean" },
  },
});
const [folder] = positionals;
if (folder === undefined) throw new Error("The folder to open is missing.");
const developmentPath = String(values.extensionDevelopmentPath);
const testsPath = String(values.extensionTestsPath);
const release = process.env.VSCODE_RELEASE === "oldest" ? "oldest" : "current";

const dataFolder = mkdtempSync(join(tmpdir(), "layerscope-vscode-"));
const server = await startServer({ dataFolder, release, askForTrust: values.askForTrust === true });
const browser = await launchChromium();
let code = 1;
try {
  const page = await (await stillContext(browser, { width: 1280, height: 900 })).newPage();
  const finished = new Promise<number>((resolve) => void page.exposeFunction("codeAutomationExit", resolve));
  // Much of what the workbench logs is its own noise, and the suite reports through a file: only what went wrong in the suite is printed.
  const verbose = process.env.LAYERSCOPE_TEST_LOG !== undefined;
  await page.exposeFunction("codeAutomationLog", (type: string, args: unknown[]) => {
    const ours = type === "error" && args.some((arg) => String(arg).includes(dirname(testsPath)));
    if (ours || verbose) console.log(type, ...args);
  });
  // What takes seconds on a quiet machine takes minutes on a busy one.
  await page.goto(server.address(folder, { developmentPath, testsPath }), { timeout: 180_000 });
  code = await Promise.race([
    finished,
    server.closed.then(() => {
      throw new Error("VS Code's server ended before the suite did.");
    }),
  ]);
} finally {
  await browser.close();
  await server.dispose();
  rmSync(dataFolder, { recursive: true, force: true });
}
process.exit(code);
