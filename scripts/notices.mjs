// Writes THIRD_PARTY_NOTICES.txt: the licences of the packages that the last build put into dist/.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** @returns {number} how many packages are named */
export function writeNotices() {
  const inputs = /** @type {string[]} */ (JSON.parse(readFileSync(path.join(root, "out", "inputs.json"), "utf8")));
  const folders = new Set(inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []));
  // Copied whole, rather than bundled.
  folders.add("node_modules/esbuild-wasm");
  folders.add("node_modules/pyodide");
  folders.add("node_modules/elkjs");
  const notices = [...folders].sort().map(notice);
  const heading = "Layerscope contains the following packages, each under its own licence.\n";
  writeFileSync(path.join(root, "THIRD_PARTY_NOTICES.txt"), [heading, ...notices].join(`\n${"-".repeat(80)}\n\n`));
  return notices.length;
}

/** @param {string} folder */
function notice(folder) {
  /** @typedef {{ name: string, version: string, license?: string, repository?: string | { url: string }, homepage?: string }} Manifest */
  const { name, version, license, repository, homepage } = /** @type {Manifest} */ (JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8")));
  const file = readdirSync(path.join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!license && !file) throw new Error(`${name} states no licence.`);
  const text = file ? readFileSync(path.join(root, folder, file), "utf8").trim() : `Licence: ${license}`;
  const address = (typeof repository === "string" ? repository : repository?.url) ?? homepage ?? "";
  // The licences of Eclipse and Mozilla want it said where the source can be had.
  const asksForSource = ["EPL-2.0", "MPL-2.0"].find((each) => license?.includes(each));
  const offer = asksForSource ? `Distributed under ${asksForSource}. Its source code is available under that licence from the address above.` : null;
  return [`${name} ${version} (${license})`, address.replace(/^git\+/, ""), ...(offer ? [offer] : []), "", text, ""].join("\n");
}
