import { expect, test, vi } from "vitest";
import type { PageMessage } from "../../src/protocol/index.js";
import { checkPageMessage } from "../../src/protocol/pageChecks.js";
import { count, seed } from "../soak/counts.js";
import { Damage } from "../support/damage.js";
import { fileState, items, models, open, settled } from "./page.js";

vi.setConfig({ testTimeout: 3600_000 });

/** What is right in its form is drawn, whatever it says; what is not is told. Neither takes the page down, and the next good picture is there. */
test("damaged messages leave a page that shows the next good one", async () => {
  const damage = new Damage(seed);
  const messages = count("DRAWN_MESSAGES", 60);
  const good: PageMessage = { kind: "state", state: fileState(), selection: { model: "rgnet", path: "0" } };
  const sound: readonly PageMessage[] = [
    good,
    ...models.map((model) => ({ kind: "model" as const, model })),
    { kind: "activity", activity: "running" },
    { kind: "select", selection: { model: "tied", path: "2" } },
  ];
  const webview = await open(fileState(), { selection: { model: "rgnet", path: "0" } });
  const before = await items(webview);
  let told = 0;
  let taken = 0;
  for (let i = 0; i < messages; i++) {
    const message = damage.of(damage.pick(sound)) as PageMessage;
    if (checkPageMessage(message) === null) taken++;
    else told++;
    await webview.send(message);
    if (i % 10 === 9) {
      await webview.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      expect(webview.problems, `seed ${seed}, up to message ${i}: ${JSON.stringify(message).slice(0, 2000)}`).toEqual([]);
      await webview.send(good);
      await settled(webview);
      expect(await items(webview), `seed ${seed}, up to message ${i}`).toEqual(before);
    }
  }
  console.log(`${messages} damaged messages to a page in a browser, seed ${seed}: ${told} told, ${taken} drawn`);
});
