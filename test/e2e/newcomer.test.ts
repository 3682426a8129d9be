/** Somebody new, from an empty folder to a net that is reinitialized, run with other inputs and as it was again: by keyboard alone. */
import { expect, test } from "vitest";
import { ModelPage } from "./modelPage.js";
import { open } from "./opened.js";

test("a newcomer needs no mouse", async () => {
  const editor = await open({ files: {} });
  const { keyboard } = editor.page;
  const chord = async (key: string) => {
    await keyboard.press("Control+Alt+L");
    await keyboard.press(key);
  };

  await editor.typeCommand("Layerscope: Create Example");
  await editor.page.locator(".quick-input-list .monaco-list-row", { hasText: "Parameter management" }).first().waitFor();
  await keyboard.press("Enter");
  const view = new ModelPage(await editor.modelPage());
  await view.ready();
  expect(await view.models()).toEqual(["net", "rgnet", "tied"]);

  // The view has the focus: the picture takes the arrows.
  await chord("m");
  await view.hasFocus();
  await keyboard.press("Home");
  const selected = view.frame.locator("[role=treeitem][aria-selected=true]");
  for (let steps = 0; steps < 12 && !/^0 Linear/.test((await selected.allTextContents()).join()); steps++) await keyboard.press("ArrowDown");
  expect(await selected.innerText()).toMatch(/^0 Linear/);
  await expect.poll(() => view.breadcrumbs()).toMatch(/net\W+0/);
  const before = await view.histogram("weight");

  await chord("i");
  const filling = view.form("Reinitialize");
  await filling.getByText("then: std").waitFor();
  await expect.poll(() => view.focused()).toBe("What");
  await keyboard.press("Tab");
  expect(await view.focused()).toBe("How");
  await keyboard.press("End");
  await keyboard.press("Tab");
  expect(await view.focused()).toBe("Seed");
  await keyboard.press("Enter");
  await expect.poll(() => view.histogram("weight")).not.toBe(before);
  await keyboard.press("Escape");
  await filling.waitFor({ state: "detached" });
  await chord("u");
  await expect.poll(() => view.histogram("weight")).toBe(before);

  await chord("f");
  const running = view.form("Run forward");
  await expect.poll(() => view.focused()).toMatch(/^Shape of/);
  await keyboard.press("Control+A");
  await keyboard.type("5, 4");
  await keyboard.press("Enter");
  await expect.poll(() => running.innerText()).toContain("Gave 5×1.");
  await editor.screenshot("newcomer");
});
