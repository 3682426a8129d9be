// Generates what follows from the kinds of findings (src/describe/findings/kinds/): their registry, the schema of the setting `layerscope.findings` in package.json, and a page of
// documentation for each in docs/findings/. `--check` changes nothing and fails where something is stale. Part of the build.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const kindsFolder = "src/describe/findings/kinds";
const docsFolder = "docs/findings";

/** The text of every generated file by its path from the root; null for one that is to be removed. */
export async function generated() {
  const names = readdirSync(path.join(root, kindsFolder))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -".ts".length))
    .sort();
  const kinds = await Promise.all(names.map(read));
  const files = new Map([
    ["src/describe/findings/kinds.generated.ts", registry(kinds)],
    ["package.json", withSchema(readFileSync(path.join(root, "package.json"), "utf8"), kinds)],
    ["package.nls.json", withTexts(readFileSync(path.join(root, "package.nls.json"), "utf8"), kinds)],
    [`${docsFolder}/README.md`, contents(kinds)],
  ]);
  for (const { code, page } of kinds) files.set(`${docsFolder}/${code}.md`, page);
  const docs = path.join(root, docsFolder);
  for (const name of existsSync(docs) ? readdirSync(docs) : []) if (!files.has(`${docsFolder}/${name}`)) files.set(`${docsFolder}/${name}`, null);
  return files;
}

/** The paths of what is not as it would be generated. */
export async function stale() {
  return [...(await generated())]
    .filter(([file, text]) => (existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), "utf8") : null) !== text)
    .map(([file]) => file);
}

async function read(name) {
  const file = path.join(root, kindsFolder, `${name}.ts`);
  const bundle = await esbuild.build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    alias: { "@vscode/l10n": path.join(root, "node_modules/@vscode/l10n/dist/browser.js") },
    absWorkingDir: root,
  });
  const { default: kind } = await import(`data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].contents).toString("base64")}`);
  const code = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (kind?.code !== code) throw new Error(`${kindsFolder}/${name}.ts must export as default a finding of the code "${code}", and exports "${kind?.code}".`);
  const comment = /\/\*\*\n((?: \*.*\n)+) \*\/\n(?=(?:export default|const) )/.exec(readFileSync(file, "utf8"))?.[1];
  const text = comment?.replace(/^ \* ?/gm, "").trim();
  const sections = ["# ", "## What it finds\n", "## Why it matters\n", "## Example\n", "## Use instead\n", "## Remedy\n"];
  const missing = sections.filter((section) => !text?.includes(`\n${section}`) && !text?.startsWith(section));
  if (missing.length > 0)
    throw new Error(`${kindsFolder}/${name}.ts: its comment is its page of documentation, and lacks ${missing.map((each) => each.trim()).join(", ")}.`);
  const [title, ...body] = text.split("\n");
  const summary = /## What it finds\n\n([^\n]+(?:\n[^\n]+)*)/.exec(text)[1].replaceAll("\n", " ");
  const page = `${title} (\`${code}\`)\n\n${severityLine(kind.severity)}\n${body.join("\n")}\n\n## Setting\n\n\`\`\`json\n"layerscope.findings": { "${code}": "off" }\n\`\`\`\n`;
  return { name, code, severity: kind.severity, title: title.slice("# ".length), summary, page };
}

function severityLine(severity) {
  return `Shown as ${severity === "information" ? "information" : severity === "error" ? "an error" : "a warning"} unless [\`layerscope.findings\`](README.md) says otherwise.`;
}

function registry(kinds) {
  const imports = kinds.map(({ name }) => `import ${name} from "./kinds/${name}.js";\n`).join("");
  const names = kinds.map(({ name }) => name);
  const line = names.join(", ");
  const list = line.length <= 100 ? line : `\n  ${names.join(",\n  ")},\n`;
  return `// Generated from kinds/ by scripts/findings.mjs.\nimport type { FindingKind } from "./finding.js";\n${imports}\nexport const findingKinds: readonly FindingKind[] = [${list}];\n`;
}

function withSchema(text, kinds) {
  const manifest = JSON.parse(text);
  const { properties } = manifest.contributes.configuration.find(({ properties }) => "layerscope.findings" in properties);
  properties["layerscope.findings"] = {
    type: "object",
    default: {},
    order: 6,
    markdownDescription: "%setting.findings%",
    scope: "resource",
    additionalProperties: false,
    properties: Object.fromEntries(
      kinds.map(({ code, severity }) => [
        code,
        { type: "string", enum: ["off", "information", "warning", "error"], default: severity, markdownDescription: `%${textPrefix}${code}%` },
      ]),
    ),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** What the setting says of each kind; package.nls.zh-cn.json has the Chinese under the same names. */
const textPrefix = "finding.";

function withTexts(text, kinds) {
  const others = Object.entries(JSON.parse(text)).filter(([name]) => !name.startsWith(textPrefix));
  const own = kinds.map(({ code, title, summary }) => [`${textPrefix}${code}`, `**${title}.** ${summary}`]);
  return `${JSON.stringify(Object.fromEntries([...others, ...own]), null, 2)}\n`;
}

function contents(kinds) {
  const rows = kinds.map(({ code, title, severity }) => `| [\`${code}\`](${code}.md) | ${title} | ${severity} |`);
  return `# Findings

A finding is something that a run proved about a model: the picture marks it, the inspector, the module tree and hovers tell it, the Problems view lists it, \`layerscope summary\` prints it, and
a search for \`finding:CODE\` leads to it.

| Code | Finding | Severity |
| --- | --- | --- |
${rows.join("\n")}

The setting \`layerscope.findings\` maps a code to \`off\`, \`information\`, \`warning\` or \`error\`:

\`\`\`json
"layerscope.findings": { "never-called": "off", "no-gradient": "error" }
\`\`\`
`;
}

async function write() {
  for (const [file, text] of await generated()) {
    const target = path.join(root, file);
    if (text === null) rmSync(target);
    else if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
  }
}

if (process.argv.includes("--check")) {
  const files = await stale();
  if (files.length > 0) {
    console.error(`Stale, run node scripts/findings.mjs: ${files.join(", ")}`);
    process.exit(1);
  }
} else if (!process.env.VITEST) await write();
