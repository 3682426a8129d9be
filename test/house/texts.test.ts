import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bundle, textsOfCode } from "../../scripts/l10n.mjs";

test("translators are given every text that users see, and no other", { timeout: 180_000 }, async () => {
  expect(readFileSync(bundle, "utf8"), "run `npm run l10n`").toBe(await textsOfCode());
});

test("no text is one that told users nothing", () => {
  const texts = [bundle, new URL("../../package.nls.json", import.meta.url)].map((file) => readFileSync(file, "utf8")).join();
  for (const gone of [/beneath it\b/i, /compares something that modules do not have/i, /collapse all that keep/i, /everything beneath/i])
    expect(texts).not.toMatch(gone);
});

describe("the Chinese translation", () => {
  const read = (file: string): Readonly<Record<string, string>> =>
    JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")) as Record<string, string>;
  /** What has to stand in a translation as it stands in the text: places for values, links, code. */
  const fixed = (text: string): string[] => [...text.matchAll(/\{\d+\}|\]\([^)]*\)|`[^`]*`|\$\([\w-]+\)/g)].map(([found]) => found).sort();

  test.each([
    ["l10n/bundle.l10n.json", "l10n/bundle.l10n.zh-cn.json"],
    ["package.nls.json", "package.nls.zh-cn.json"],
  ])("has every text of %s, and every place for a value in it", (english, chinese) => {
    const [texts, translations] = [read(english), read(chinese)];
    expect(
      Object.keys(texts).filter((key) => !translations[key]),
      `missing in ${chinese}`,
    ).toEqual([]);
    expect(
      Object.keys(translations).filter((key) => texts[key] === undefined),
      `no text any more, in ${chinese}`,
    ).toEqual([]);
    expect(Object.entries(translations).filter(([key, text]) => fixed(text).join() !== fixed(texts[key]!).join())).toEqual([]);
  });
});
