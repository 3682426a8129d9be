import { expect, test } from "vitest";
import { DisplayReader } from "../../../src/extension/notebooks/displays.js";

const display = (json: string): string => `\x1b_layerscope:display:${json}\x1b\\`;
const printed = `a${display('{"text": "[1]", "isModel": false}')}b\n${display('{"text": "Net()\\n", "isModel": true}')}${display('{"text": "", "isModel": false}')}c`;
const parts = ["a", { text: "[1]", isModel: false }, "b\n", { text: "Net()\n", isModel: true }, { text: "", isModel: false }, "c"];

/** Texts that follow one another as one. */
function joined(parts: readonly unknown[]): unknown[] {
  const whole: unknown[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    if (typeof part === "string" && typeof last === "string") whole[whole.length - 1] = last + part;
    else whole.push(part);
  }
  return whole;
}

test("displays are taken out of the prints, in their place", () => {
  expect(new DisplayReader().read(printed)).toEqual(parts);
});

test("however the prints are cut into pieces", () => {
  for (let size = 1; size < printed.length; size++) {
    const reader = new DisplayReader();
    const read: unknown[] = [];
    for (let at = 0; at < printed.length; at += size) read.push(...reader.read(printed.slice(at, at + size)));
    expect(joined([...read, reader.end()]).filter((part) => part !== "")).toEqual(parts);
  }
});

test("what only looks like one is printed", () => {
  const reader = new DisplayReader();
  expect(reader.read("\x1b[31mred\x1b[0m")).toEqual(["\x1b[31mred\x1b[0m"]);
  expect(reader.read(display("no json"))).toEqual(["no json"]);
  expect(reader.read(display('{"text": 1}'))).toEqual(['{"text": 1}']);
  expect(reader.read("at the end \x1b_layer")).toEqual(["at the end "]);
  expect(reader.end()).toBe("\x1b_layer");
  expect(reader.read("more")).toEqual(["more"]);
});
