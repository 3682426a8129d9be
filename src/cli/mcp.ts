import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { CallToolRequestSchema, ListToolsRequestSchema, RootsListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { version } from "../../package.json";
import { inputSchema, readInput, textOf, tools, type ToolInput } from "../describe/tools.js";
import type { ModelSnapshot } from "../protocol/index.js";
import type { ModelRunner, RunOutcome } from "../runner/client.js";

/**
 * `layerscope mcp`: answers an assistant's questions about models, over standard input and output. Runs only files in the folders named on the command line, or
 * in the client's roots where none is named, and these may only read. Resolves when the client has gone.
 */
export async function serve(runner: ModelRunner, named: readonly string[]): Promise<void> {
  const server = new Server({ name: "layerscope", version }, { capabilities: { tools: {} } });
  const files = new Files(runner);
  let roots: Promise<readonly string[]> | null = null;
  const folders = async (): Promise<readonly string[]> => {
    if (named.length > 0) return named;
    if (!server.getClientCapabilities()?.roots) return [];
    roots ??= server.listRoots().then(({ roots: all }) => all.flatMap(({ uri }) => (uri.startsWith("file:") ? [fileURLToPath(uri)] : [])));
    return roots;
  };
  server.setNotificationHandler(RootsListChangedNotificationSchema, () => void (roots = null));
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map((tool) => ({ name: tool.name, description: tool.description, inputSchema: inputSchema(tool), annotations: { readOnlyHint: true } })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: given } }) => {
    try {
      const tool = tools.find((each) => each.name === name);
      if (!tool) throw new Error(`There is no tool "${name}".`);
      const input = readInput(given);
      const { models, failure, offers } = await files.outcome(input, await folders());
      if (failure && models.length === 0)
        throw new Error([failure.message, failure.hint, failure.location && `at ${failure.location.file}:${failure.location.line}`].filter(Boolean).join("\n"));
      const answer = tool.answer(models, input, tool.takesText ? await files.modelsOf(input, textOf(input), await folders()) : []);
      const notes = {
        ...(failure && { runFailed: failure.message }),
        ...(models.length === 0 && offers.length > 0 && { couldBeBuiltFrom: offers.map(({ expression }) => expression) }),
      };
      const text = typeof answer === "string" ? answer : JSON.stringify(Object.keys(notes).length > 0 ? { answer, ...notes } : answer, null, 1);
      return { content: [{ type: "text", text }] };
    } catch (error) {
      return { content: [{ type: "text", text: error instanceof Error ? error.message : String(error) }], isError: true };
    }
  });
  const closed = new Promise<void>((resolve) => {
    server.onclose = () => resolve();
    process.stdin.once("end", () => resolve());
  });
  await server.connect(new StdioServerTransport());
  await closed;
  await server.close();
}

/** Model files as they are on disk, run once until they change. */
class Files {
  readonly #known = new Map<string, { readonly outcome: RunOutcome; readonly times: readonly number[] }>();

  constructor(private readonly runner: ModelRunner) {}

  async outcome(input: ToolInput, folders: readonly string[]): Promise<RunOutcome> {
    const file = await allowedFile(input.file, folders);
    const known = this.#known.get(file);
    if (known && (await timesOf(known.outcome.files)).join() === known.times.join()) return known.outcome;
    const outcome = await this.runner.run(file, { asked: false, folders: await Promise.all(folders.map(real)) });
    this.#known.set(file, { outcome, times: await timesOf(outcome.files) });
    return outcome;
  }

  /** What a file would make with another text, which is written nowhere. */
  async modelsOf(input: ToolInput, text: string, folders: readonly string[]): Promise<readonly ModelSnapshot[]> {
    const file = await allowedFile(input.file, folders);
    const { models, failure } = await this.runner.run(file, {
      asked: false,
      folders: await Promise.all(folders.map(real)),
      overrides: new Map([[file, text]]),
      timeLimit: lookLimit,
      isToBeShown: () => false,
    });
    if (models.length === 0) throw new Error(failure?.message ?? "The text makes no model.");
    return models;
  }
}

/** Milliseconds that another text of a file may take: it is looked at, not run. */
const lookLimit = 2000;

/** The file by its real path; throws where it is in none of the folders, links followed. */
async function allowedFile(named: string, folders: readonly string[]): Promise<string> {
  if (folders.length === 0) throw new Error("No folder was named on the command line, and the client gave no roots: no file is run.");
  for (const folder of folders) {
    const [root, file] = await Promise.all([real(folder), realpath(path.resolve(folder, named)).catch(() => null)]);
    if (file !== null && file.startsWith(root.endsWith(path.sep) ? root : root + path.sep)) return file;
  }
  throw new Error(`${named} is not there, or not in the folders that may be looked at: ${folders.join(", ")}`);
}

function real(folder: string): Promise<string> {
  return realpath(path.resolve(folder));
}

function timesOf(files: readonly string[]): Promise<readonly number[]> {
  return Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
}
