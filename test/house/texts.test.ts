import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bundle, textsOfCode } from "../../scripts/l10n.mjs";

test("translators are given every text that users see, and no other", { timeout: 180_000 }, async () => {
  expect(readFileSync(bundle, "utf8"), "run `npm run l10n`").toBe(await textsOfCode());
});
