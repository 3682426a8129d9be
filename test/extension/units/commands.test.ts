import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const root = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

const { commands, menus, keybindings } = (
  JSON.parse(read("package.json")) as {
    contributes: {
      commands: { command: string; title: string; category: string }[];
      menus: Record<string, { command?: string }[]>;
      keybindings: { command: string }[];
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
