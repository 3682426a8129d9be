import { readFileSync } from "node:fs";
import { afterAll, expect, test, vi } from "vitest";
import { stale } from "../../../scripts/findings.mjs";
import { findingsOf } from "../../../src/describe/findings/findings.js";
import { findingKinds } from "../../../src/describe/findings/kinds.generated.js";
import type { ModelSnapshot } from "../../../src/protocol/index.js";
import { Workspace } from "../../runner/workspace.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const workspace = new Workspace();
afterAll(() => workspace.dispose());

test("registry, setting and documentation are as scripts/findings.mjs makes them of the kinds", async () => {
  expect(await stale()).toEqual([]);
});

/** The code under a heading of a page. */
function codeUnder(heading: string, page: string): string {
  return new RegExp(`^## ${heading}\\n\\n\`\`\`ts\\n(.*?)^\`\`\``, "ms").exec(page)![1]!;
}

test.each(findingKinds)("$code: what the page of documentation shows is found, and nothing in what it shows instead", async ({ code, needsSignal }) => {
  const page = readFileSync(new URL(`../../../docs/findings/${code}.md`, import.meta.url), "utf8");
  const foundIn = async (heading: string): Promise<string[]> => {
    const { models, file } = await workspace.run(codeUnder(heading, page));
    expect(models).not.toEqual([]);
    const measured: ModelSnapshot[] = [];
    for (const model of models) {
      measured.push(needsSignal ? await workspace.runner.request(file, "showSignal", { model: model.name, input: null, seed: 0 }) : model);
    }
    return measured.flatMap((model) => findingsOf(model).all.map((finding) => finding.code));
  };
  expect(await foundIn("Example")).toContain(code);
  expect(await foundIn("Use instead")).toEqual([]);
});
