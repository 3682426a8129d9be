import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { PageMethod } from "../../../src/protocol/index.js";
import { type ViewAction, viewActions } from "../../../src/protocol/page.js";

const root = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

const { commands, menus, keybindings } = (
  JSON.parse(read("package.json")) as {
    contributes: {
      commands: { command: string; title: string; category: string }[];
      menus: Record<string, { command?: string; when?: string }[]>;
      keybindings: { command: string; key: string; mac: string }[];
    };
  }
).contributes;
const strings = JSON.parse(read("package.nls.json")) as Record<string, string>;
const names = commands.map(({ command }) => command.replace(/^layerscope\./, ""));
const files = readdirSync(new URL("src/extension/commands/", root));

describe("commands stand in package.json, its strings, and a file each", () => {
  test("every command of package.json has its file", () => {
    const missing = names.map((name) => `${name}.ts`).filter((file) => !files.includes(file));
    expect(missing.map((file) => `src/extension/commands/${file} is missing`)).toEqual([]);
  });

  test("every file is a command of package.json", () => {
    const unknown = files.filter((file) => !names.includes(file.replace(/\.ts$/, "")));
    expect(unknown.map((file) => `src/extension/commands/${file} is no command of package.json: add it to contributes.commands`)).toEqual([]);
  });

  test("every file exports the command as `run`", () => {
    const without = files.filter((file) => !/^export const run(: Command = | = on(?:Target|Page|Form)\()/m.test(read(`src/extension/commands/${file}`)));
    expect(without.map((file) => `src/extension/commands/${file} exports no \`run: Command\``)).toEqual([]);
  });

  test.each(names)("%s has a title in package.nls.json", (name) => {
    const { title, category } = commands[names.indexOf(name)]!;
    expect(title).toBe(`%command.${name}%`);
    expect(category).toBe("Layerscope");
    expect(strings, `package.nls.json has no "command.${name}"`).toHaveProperty([`command.${name}`]);
  });

  test("menus and keys name only commands that there are", () => {
    const named = [...Object.values(menus).flat(), ...keybindings].flatMap(({ command }) => command ?? []);
    expect(named.filter((command) => !commands.some((known) => known.command === command))).toEqual([]);
  });

  test("every example that is shipped is offered, and there", () => {
    const offered = [...read("src/extension/commands/createExample.ts").matchAll(/file: "([^"]+)"/g)].map(([, file]) => file!);
    expect(offered.sort()).toEqual(readdirSync(new URL("examples/", root)).sort());
  });
});

/** The command that does what the page's own view does; null: what the page alone asks of itself. */
const commandOfAction = (action: ViewAction): string | null =>
  action === "training" ? null : action === "signal" || action === "measure" ? "showSignal" : action;

/** The command that does what the page asks of the host; null where that is no action of the user's, or stands in a form or pane that a command opens. */
const commandOfMethod: Readonly<Record<PageMethod, string | null>> = {
  ready: null,
  run: "run",
  runToEnd: "runToEnd",
  stop: "stop",
  build: "build",
  reinitialize: "reinitialize",
  previewReinitialize: null,
  forward: "forward",
  showOwnPass: "showOwnPass",
  undoReinitialize: "undoReinitialize",
  showSignal: "showSignal",
  earlierChanges: "earlierChanges",
  copyAsCode: "reinitialize",
  insertAsCode: "reinitialize",
  signal: "showSignal",
  train: "showSignal",
  compareStates: "showSignal",
  keptStates: null,
  keepState: "showSignal",
  importState: "showSignal",
  exportState: "showSignal",
  forgetState: "showSignal",
  cancel: null,
  tensorValues: null,
  statistics: null,
  selected: "goToModule",
  reveal: "revealInCode",
  copySummary: "copySummary",
  copyText: "exportMenu",
  save: "exportMenu",
  openInEditor: "openInEditor",
  showOutput: "showOutput",
  openSetting: null,
  openNote: null,
  showKeys: "showKeys",
  createExample: "createExample",
  openFile: null,
  manageTrust: null,
};

describe("everything that the page can do is a command of the palette", () => {
  const hidden = new Set(menus.commandPalette!.filter(({ when }) => when === "false").map(({ command }) => command));
  const wanted = new Set([...viewActions.map(commandOfAction), ...Object.values(commandOfMethod)].filter((name) => name !== null));

  test.each([...wanted])("%s", (name) => {
    expect(names).toContain(name);
    expect(hidden).not.toContain(`layerscope.${name}`);
  });

  test("the palette hides only what links call", () => {
    expect([...hidden]).toEqual(["layerscope.select", "layerscope.measureValue"]);
  });

  test("default keys are under one chord, each a key of its own, and what they do is in the palette", () => {
    expect(keybindings.length).toBeGreaterThan(10);
    for (const { command, key, mac } of keybindings) {
      expect(key, command).toMatch(/^ctrl\+alt\+l [a-z0-9=/-]$/);
      expect(mac, command).toBe(key.replace("ctrl", "cmd"));
      expect(hidden, command).not.toContain(command);
    }
    for (const each of ["key", "command"] as const) {
      const all = keybindings.map((binding) => binding[each]);
      expect(all.filter((one, at) => all.indexOf(one) !== at)).toEqual([]);
    }
  });

  test("the picture's context menu has what is done with a box", () => {
    const offered = menus["webview/context"]!.map(({ command }) => command);
    for (const name of ["revealInCode", "reinitialize", "forward", "toggleExpansion", "expandAll", "compare", "trace", "findUsesOfWeight"])
      expect(offered).toContain(`layerscope.${name}`);
  });
});
