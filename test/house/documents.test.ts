import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

/** Files and folders that a document names, in code or as the target of a link. */
function named(document: string): string[] {
  const text = readFileSync(path.join(root, document), "utf8");
  const inCode = [...text.matchAll(/`((?:src|webview|test|scripts|bench|examples|docs|media)\/[\w./-]+)`/g)];
  const linked = [...text.matchAll(/\]\((?!\w+:|#)([^)#]+)/g)].map(([whole, target]) => [whole, path.join(path.dirname(document), target!)]);
  return [...inCode, ...linked].map(([, target]) => target!);
}

test.each(["README.md", "README.zh-cn.md", "CONTRIBUTING.md", "SECURITY.md", "docs/pictures.md"])("what %s names is there", (document) => {
  expect(named(document).filter((target) => !existsSync(path.join(root, target)))).toEqual([]);
});
