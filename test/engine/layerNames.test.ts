import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as torch from "layerscope";
import { expect, it } from "vitest";

const { nn } = torch;
const names = Object.entries(nn as unknown as Readonly<Record<string, { readonly prototype?: unknown }>>)
  .filter(([, value]) => typeof value === "function" && value.prototype instanceof nn.Module)
  .map(([name]) => name);

/** Layers are defined in the engine, whose operations have names of their own; the words of a legend happen to be names of layers too. */
const elsewhere = /^src\/engine\/|[wW]ords\.ts$/;

it("nothing outside of the layers themselves knows one by its class's name: what is known of a layer stands in its declaration", () => {
  const literal = new RegExp(`["'\`/|(^](${names.join("|")})["'\`/|)$]`);
  const found: string[] = [];
  for (const folder of ["src", "webview"]) {
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const path = join(folder, file);
      if (!/\.tsx?$/.test(path) || elsewhere.test(path)) continue;
      readFileSync(path, "utf8")
        .split("\n")
        .forEach((line, i) => {
          if (literal.test(line) && !/^\s*(\*|\/[/*])/.test(line)) found.push(`${path}:${i + 1} ${line.trim()}`);
        });
    }
  }
  expect(found).toEqual([]);
});
