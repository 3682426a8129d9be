import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { afterAll, describe, expect, test } from "vitest";

/** What is in a bundle of a program that uses the package: what it does not name is left out. Needs a build, as the package does. */

const folder = mkdtempSync(path.join(tmpdir(), "layerscope-parts-"));
mkdirSync(path.join(folder, "node_modules"));
symlinkSync(path.resolve("."), path.join(folder, "node_modules", "layerscope"), "junction");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Texts that stand in one part alone. */
const marks = {
  distributions: "of distribution ",
  data: "DataLoader with IterableDataset",
  prune: "importance_scores should have the same shape",
  pickle: "the archive holds no data.pkl",
} as const;
type Part = keyof typeof marks;

let files = 0;

function written(program: string): string {
  const file = path.join(folder, `${++files}.mjs`);
  writeFileSync(file, program);
  return file;
}

async function bundled(program: string): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [written(program)],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    preserveSymlinks: true,
    logLevel: "error",
    external: ["node:*", "module", "worker_threads"],
  });
  return outputFiles[0]!.text;
}

const held = (bundle: string): Part[] => (Object.keys(marks) as Part[]).filter((part) => bundle.includes(marks[part]));
const kibibytes = (bundle: string): number => gzipSync(bundle).length / 1024;

const training = `import * as torch from "layerscope";
const net = new torch.nn.Linear(2, 2);
const optimizer = new torch.optim.SGD(net.parameters(), { lr: 0.1 });
net(torch.ones(2, 2)).sum().backward();
torch.nn.utils.clipGradNorm_(net.parameters(), 1);
optimizer.step();
console.log(String(net));`;

describe("a bundle holds the parts of the engine that it uses", () => {
  test("all of them where everything is asked for, which with its WebAssembly stays within 260 KiB gzipped", async () => {
    const bundle = await bundled('export * from "layerscope";');
    expect(held(bundle)).toEqual(Object.keys(marks));
    expect(kibibytes(bundle)).toBeLessThanOrEqual(260);
  });

  test("none of distributions, data, pruning and pickling in a program that trains", async () => {
    const bundle = await bundled(training);
    // esbuild keeps a namespace within one that is used, as torch.nn.utils.prune is.
    expect(held(bundle)).toEqual(["prune"]);
    expect(held(await bundled('import { Linear } from "layerscope/nn"; console.log(new Linear(1, 1));'))).toEqual([]);
  });

  test.each<[part: string, name: string, Part[]]>([
    ["layerscope/distributions", "Normal", ["distributions"]],
    ["layerscope/utils/data", "DataLoader", ["data"]],
    ["layerscope/nn/utils/prune", "l1Unstructured", ["prune"]],
    ["layerscope/serialization", "load", ["pickle"]],
  ])("%s by itself, with tensors that have their methods", async (part, name, parts) => {
    const file = written(
      await bundled(`import { ${name} } from "${part}"; import { ones } from "layerscope"; export const result = ones(2).add(1); export { ${name} };`),
    );
    const { result, ...rest } = (await import(pathToFileURL(file).href)) as { result: unknown };
    expect(held(readFileSync(file, "utf8"))).toEqual(parts);
    expect(String(result)).toBe("tensor([2., 2.])");
    expect(Object.keys(rest)).toEqual([name]);
  });
});
