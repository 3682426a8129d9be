import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Webview } from "../support/webview.js";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds to be serious or worse, with the elements that it is about. */
export async function faults({ page }: Webview): Promise<string[]> {
  await page.evaluate(source);
  const { violations } = await page.evaluate(
    (options: RunOptions) => (window as unknown as { axe: { run: (on: Document, options: RunOptions) => Promise<AxeResults> } }).axe.run(document, options),
    // A webview is a part of VS Code's window, which has the landmarks and the heading of the first level.
    { rules: { region: { enabled: false }, "page-has-heading-one": { enabled: false } } },
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id} (${help}): ${html.slice(0, 200)} ${failureSummary ?? ""}`));
}
