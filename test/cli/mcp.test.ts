import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ListRootsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { inputSchema, tools } from "../../src/describe/tools.js";
import manifest from "../../package.json";

const cli = path.resolve(import.meta.dirname, "../../dist/cli.js");
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "layerscope-mcp-")));
const elsewhere = realpathSync(mkdtempSync(path.join(tmpdir(), "layerscope-elsewhere-")));
const model = `import * as torch from "layerscope";
const { nn } = torch;
const shared = new nn.Linear(8, 8);
export const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), shared, shared, new nn.Linear(8, 1));
net(torch.rand(2, 4));
`;

beforeAll(() => {
  writeFileSync(path.join(folder, "model.ts"), model);
  writeFileSync(path.join(elsewhere, "secret.ts"), model);
  symlinkSync(path.join(elsewhere, "secret.ts"), path.join(folder, "linked.ts"));
});
afterAll(() => [folder, elsewhere].forEach((each) => rmSync(each, { recursive: true, force: true })));

let client: Client | null = null;
afterEach(() => client?.close());

/** A client of the official SDK on a fresh server; `root`: what it says is the user's folder. */
async function connect(folders: readonly string[], root?: string): Promise<Client> {
  client = new Client({ name: "test", version: "1" }, { capabilities: root === undefined ? {} : { roots: {} } });
  if (root !== undefined) client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: pathToFileURL(root).href }] }));
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [cli, "mcp", ...folders] }));
  return client;
}

async function call(name: string, input: Record<string, string>): Promise<{ readonly text: string; readonly failed: boolean }> {
  const { content, isError } = await client!.callTool({ name, arguments: input });
  return { text: (content as { readonly text: string }[])[0]!.text, failed: isError === true };
}

describe("layerscope mcp", () => {
  test("lists its tools, and answers each about a model in a folder that was named", async () => {
    await connect([folder]);
    expect((await client!.listTools()).tools.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
    const file = "model.ts";
    expect(JSON.parse((await call("list_models", { file })).text)).toMatchObject([
      { name: "net", type: "Sequential", shared: "2 = 3 (72 parameters counted once)" },
    ]);
    expect((await call("summarize_model", { file })).text).toMatch(/Sequential \(net\)[\s\S]*Total params: 121/);
    expect(JSON.parse((await call("shapes_along_forward", { file })).text)).toMatchObject({ inputs: ["2×4"], outputs: ["2×1"], failure: null });
    expect(JSON.parse((await call("find_problems", { file })).text)).toEqual([]);
    const explained = JSON.parse((await call("explain_module", { file, path: "2" })).text) as { parameters: object[] };
    expect(explained.parameters[0]).toMatchObject({ name: "weight", shape: "8×8", sharedWith: ["3.weight"] });
    const changed = JSON.parse((await call("what_would_change", { file, text: model.replace("rand(2, 4)", "rand(2, 5)") })).text) as { newProblems: string[] };
    expect(changed.newProblems).toEqual([expect.stringMatching(/^net: failed \(0\) .*takes 4 features/) as string]);
    expect(JSON.parse((await call("what_would_change", { file, text: model })).text)).toMatchObject({ newProblems: [], models: [{ changes: [] }] });
    expect(await call("what_would_change", { file })).toMatchObject({ failed: true });
    // What changed on disk is run again.
    writeFileSync(path.join(folder, file), model.replace("rand(2, 4)", "rand(3, 4)"));
    expect(JSON.parse((await call("shapes_along_forward", { file })).text)).toMatchObject({ inputs: ["3×4"] });
  });

  test("runs nothing outside of the folders, not through a link, and nothing without any", async () => {
    await connect([folder]);
    for (const file of [path.join(elsewhere, "secret.ts"), "linked.ts", "../../etc/passwd"])
      expect(await call("list_models", { file })).toEqual({
        failed: true,
        text: expect.stringContaining("not in the folders that may be looked at") as string,
      });
    await client!.close();
    await connect([]);
    expect((await call("list_models", { file: path.join(folder, "model.ts") })).text).toMatch(/no file is run/);
  });

  test("takes the client's roots where no folder is named, and says what is wrong with a file", async () => {
    await connect([], folder);
    writeFileSync(path.join(folder, "wrong.ts"), 'throw new RangeError("too far");');
    expect(await call("list_models", { file: "wrong.ts" })).toMatchObject({ failed: true, text: expect.stringContaining("too far") as string });
    expect(await call("explain_module", { file: "model.ts", path: "nowhere" })).toMatchObject({
      failed: true,
      text: expect.stringContaining('no module at "nowhere"') as string,
    });
    expect(await call("explain_module", {})).toMatchObject({ failed: true });
  });
});

test("the editor offers the same tools with the same words", () => {
  expect(manifest.contributes.languageModelTools.map(({ name, modelDescription, inputSchema: schema }) => ({ name, modelDescription, schema }))).toEqual(
    tools.map((tool) => ({ name: `layerscope_${tool.name}`, modelDescription: tool.description, schema: inputSchema(tool) })),
  );
  expect(tools.length).toBeLessThanOrEqual(6);
});
