// Builds the extension and opens VS Code on the examples with it: the desktop VS Code where `code` is there, else one in the browser.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startServer } from "./vscode-server.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const { values } = parseArgs({ options: { browser: { type: "boolean" }, port: { type: "string", default: "8123" } } });
const examples = path.join(root, "examples");
const windows = process.platform === "win32";

const build = spawnSync(process.execPath, [path.join(root, "scripts", "build.mjs")], { cwd: root, stdio: "inherit" });
if (build.status !== 0) process.exit(build.status ?? 1);

if (!values.browser && spawnSync("code", ["--version"], { shell: windows, stdio: "ignore" }).status === 0) {
  spawnSync("code", [`--extensionDevelopmentPath=${root}`, examples, path.join(examples, "parameter-management.ts")], { stdio: "inherit", shell: windows });
  console.log("VS Code opens on examples/ with Layerscope loaded. Its icon is in the activity bar.");
} else {
  const dataFolder = path.join(root, ".vscode-test", "start");
  copyExtension(path.join(dataFolder, "extensions"));
  const settings = path.join(dataFolder, "data", "User", "settings.json");
  if (!existsSync(settings)) {
    mkdirSync(path.dirname(settings), { recursive: true });
    writeFileSync(
      settings,
      JSON.stringify({ "workbench.startupEditor": "none", "workbench.secondarySideBar.defaultVisibility": "hidden", "chat.disableAIFeatures": true }),
    );
  }
  const server = await startServer({ dataFolder, port: Number(values.port), driven: false });
  const address = server.address(examples, { openFile: path.join(examples, "parameter-management.ts") });
  console.log(`\nVS Code runs in the browser. Open\n\n  ${address}\n\nand click Layerscope's icon in the activity bar. Ctrl+C ends it.`);
  openBrowser(address);
  process.once("SIGINT", () => void server.dispose());
  process.once("SIGTERM", () => void server.dispose());
  await server.closed;
}

/**
 * Makes the extension one that is installed. Loading it from here as under development would take the flag for driven tests, which hides notifications.
 * @param {string} extensions
 */
function copyExtension(extensions) {
  rmSync(extensions, { recursive: true, force: true });
  /** @typedef {{ name: string, publisher: string, version: string }} Manifest */
  const { name, publisher, version } = /** @type {Manifest} */ (JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")));
  for (const part of ["package.json", "package.nls.json", "README.md", "CHANGELOG.md", "LICENSE", "dist", "examples", "l10n", "media"]) {
    cpSync(path.join(root, part), path.join(extensions, `${publisher}.${name}-${version}`, part), { recursive: true });
  }
}

/** @param {string} address */
function openBrowser(address) {
  const opener = { darwin: "open", win32: "explorer" }[/** @type {"darwin" | "win32"} */ (process.platform)] ?? (process.env.DISPLAY ? "xdg-open" : null);
  if (opener)
    spawn(opener, [address], { stdio: "ignore", detached: true })
      .once("error", () => undefined)
      .unref();
}
