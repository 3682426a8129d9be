/** Opens the workbench for a test that the packaged extension is tried by, if there is one; a test that fails leaves a picture of it. */
import { afterAll, afterEach, beforeAll } from "vitest";
import { closeServers, Workbench, type WorkbenchOptions } from "./workbench.js";

let own: Workbench | undefined;
let shared: Workbench | undefined;

/** A window for one test. */
export async function open(options: WorkbenchOptions): Promise<Workbench> {
  return (own = await Workbench.open({ vsix: process.env.LAYERSCOPE_VSIX, ...options }));
}

/** A window for all tests of a `describe`: what is there when it has come. */
export function openForAll(options: WorkbenchOptions): () => Workbench {
  beforeAll(async () => {
    shared = await Workbench.open({ vsix: process.env.LAYERSCOPE_VSIX, ...options });
  });
  afterAll(async () => {
    await shared?.dispose();
    shared = undefined;
  });
  return () => shared!;
}

afterEach(async ({ task }) => {
  if (task.result?.state === "fail") await (own ?? shared)?.screenshot(`failed-${task.name.slice(0, 40)}`);
  await own?.dispose();
  own = undefined;
});

afterAll(closeServers);
