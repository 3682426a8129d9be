// A real VS Code from the npm registry: the workbench and extension host inside the package code-server, started through VS Code's own
// server. It stands in where the desktop build is not installed and cannot be downloaded.
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { alone } from "./alone.mjs";

const windows = process.platform === "win32";
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Which code-server holds which VS Code, and the major version of Node it needs. */
const releases = {
  current: { codeServer: "4.139.1", node: "24" },
  /** VS Code 1.100, the oldest that package.json admits. */
  oldest: { codeServer: "4.100.3", node: "20" },
};

/**
 * Installs VS Code's server below `.vscode-test/` unless it is there.
 * @param {keyof typeof releases} [release]
 * @returns {{ node: string, serverMain: string }} the Node binary to start it with and its main file
 */
export function installServer(release = "current") {
  const { codeServer, node } = releases[release];
  const folder = path.join(root, ".vscode-test", `server-${codeServer}`);
  const vscode = path.join(folder, "node_modules", "code-server", "lib", "vscode");
  const nodePackage = `node-${windows ? "win" : process.platform}-${process.arch}`;
  const installed = {
    node: path.join(folder, "node_modules", nodePackage, "bin", windows ? "node.exe" : "node"),
    serverMain: path.join(vscode, "out", "server-main.js"),
  };
  const complete = path.join(folder, "complete");
  if (existsSync(complete)) return installed;
  return alone(`server-${codeServer}`, () => {
    if (existsSync(complete)) return installed;
    console.log(`Installing VS Code's server (code-server ${codeServer}) into ${path.relative(root, folder)} ...`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    npm(folder, "install", "--no-save", "--ignore-scripts", "--prefix", folder, `code-server@${codeServer}`, `${nodePackage}@${node}`);
    npm(vscode, "install", "--omit=dev", "--ignore-scripts");
    npm(path.join(vscode, "extensions"), "install", "--omit=dev", "--ignore-scripts");
    copyFileSync(path.join(root, "scripts", "spdlog.cjs"), path.join(vscode, "node_modules", "@vscode", "spdlog", "index.js"));
    writeFileSync(complete, "");
    return installed;
  });
}

/**
 * @param {string} cwd
 * @param {...string} args
 */
function npm(cwd, ...args) {
  const { status, stderr } = spawnSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd,
    encoding: "utf8",
    shell: windows,
  });
  if (status !== 0) throw new Error(`npm ${args.join(" ")} failed in ${cwd}:\n${stderr}`);
}

/** A server looks for programs that listen at ports, in all that runs on the machine, every two seconds: a tenth of the time of a test. */
const drivenSettings = { "remote.autoForwardPorts": false };

/**
 * @typedef {object} ServerOptions
 * @property {string} dataFolder Where the server keeps settings, state and installed extensions.
 * @property {keyof typeof releases} [release]
 * @property {boolean} [askForTrust] False (the default) trusts every workspace.
 * @property {boolean} [driven] True (the default) for tests: the address may name an extension under development, and notifications stay quiet.
 * @property {number} [port] 0 (the default) takes a free one.
 * @property {Record<string, string | undefined>} [env] For the extension host.
 *
 * @typedef {object} Server
 * @property {string} origin e.g. "http://127.0.0.1:8123"
 * @property {(folder: string, options?: { developmentPath?: string, testsPath?: string, openFile?: string }) => string} address
 *   The workbench on a folder; with `developmentPath` an extension under development is loaded.
 * @property {Promise<void>} closed Settles when the server has ended.
 * @property {() => Promise<void>} dispose
 */

/**
 * Starts VS Code's server on 127.0.0.1.
 * @param {ServerOptions} options
 * @returns {Promise<Server>}
 */
export async function startServer({ dataFolder, release, askForTrust = false, driven = true, port = 0, env = process.env }) {
  const { node, serverMain } = installServer(release);
  if (driven) {
    const settings = path.join(dataFolder, "data", "Machine", "settings.json");
    mkdirSync(path.dirname(settings), { recursive: true });
    writeFileSync(settings, JSON.stringify(drivenSettings));
  }
  const server = spawn(
    node,
    [
      serverMain,
      ...["--host", "127.0.0.1", "--port", String(port), "--without-connection-token", "--accept-server-license-terms"],
      // An extension host is kept for hours for a window that may come back; the next test is not to run beside it.
      ...(driven ? ["--enable-smoke-test-driver", "--reconnection-grace-time", "2"] : []),
      ...["--telemetry-level", "off"],
      ...(askForTrust ? [] : ["--disable-workspace-trust"]),
      ...["--server-data-dir", dataFolder, "--extensions-dir", path.join(dataFolder, "extensions")],
    ],
    // A process group of its own: the extension hosts, which outlive a server that is ended, end with it.
    { env, stdio: ["ignore", "pipe", "pipe"], detached: !windows },
  );
  const kill = (/** @type {NodeJS.Signals} */ signal) => {
    try {
      if (windows || server.pid === undefined) server.kill(signal);
      else process.kill(-server.pid, signal);
    } catch {
      // Nothing of it is left.
    }
  };
  const killOnExit = () => kill("SIGKILL");
  process.once("exit", killOnExit);
  /** @type {Promise<void>} */
  const closed = new Promise((resolve) => server.once("close", () => resolve()));
  /** @type {number} */
  const boundPort = await new Promise((resolve, reject) => {
    let output = "";
    const read = (/** @type {Buffer} */ chunk) => {
      output += String(chunk);
      const match = /Extension host agent listening on (\d+)/.exec(output);
      if (match) resolve(Number(match[1]));
      // It goes on without listening.
      if (output.includes("EADDRINUSE"))
        reject(new Error(`Port ${port} is taken, perhaps by another \`npm start\`. \`npm start -- --browser --port=N\` takes another.`));
    };
    server.stdout.on("data", read);
    server.stderr.on("data", read);
    server.once("error", reject);
    server.once("close", (code) => reject(new Error(`VS Code's server ended with code ${code}:\n${output}`)));
  });
  const authority = `127.0.0.1:${boundPort}`;
  return {
    origin: `http://${authority}`,
    address(folder, { developmentPath, testsPath, openFile } = {}) {
      const remote = (/** @type {string} */ file) => `vscode-remote://${authority}${file}`;
      const payload = [
        ...(developmentPath ? [["extensionDevelopmentPath", remote(developmentPath)]] : []),
        ...(testsPath ? [["extensionTestsPath", remote(testsPath)]] : []),
        ...(openFile ? [["openFile", remote(openFile)]] : []),
      ];
      const query = new URLSearchParams({ folder, ...(payload.length > 0 ? { payload: JSON.stringify(payload) } : {}) });
      return `http://${authority}/?${query.toString()}`;
    },
    closed,
    async dispose() {
      kill("SIGTERM");
      const killer = setTimeout(() => kill("SIGKILL"), 5000);
      await closed;
      clearTimeout(killer);
      kill("SIGKILL");
      process.off("exit", killOnExit);
    },
  };
}

/**
 * Installs a packaged extension for servers started with the same `dataFolder`.
 * @param {string} vsix
 * @param {string} dataFolder
 * @param {keyof typeof releases} [release]
 */
export function installExtension(vsix, dataFolder, release) {
  const { node, serverMain } = installServer(release);
  const { status, stdout, stderr } = spawnSync(
    node,
    [serverMain, "--install-extension", vsix, "--force", "--server-data-dir", dataFolder, "--extensions-dir", path.join(dataFolder, "extensions")],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`Installing ${vsix} failed:\n${stdout}${stderr}`);
}
