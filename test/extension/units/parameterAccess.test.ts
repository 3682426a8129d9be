import { expect, test } from "vitest";
import { accessAt } from "../../../src/extension/code/parameterAccess.js";

/** Of the access that ends with the word at the mark. */
function pathAt(line: string): string | null {
  const end = line.indexOf("|");
  const text = line.replace("|", "");
  const start = /[\p{ID_Continue}$]*$/u.exec(text.slice(0, end))!.index;
  const found = accessAt(text, { start, end });
  return found && `${found.root}@${found.column} ${found.path}`;
}

test.each([
  ["net[0].weight|", "net@0 0.weight"],
  ["console.log(net[0].weight|.data)", "net@12 0.weight"],
  ["nn.init.zeros_(net.fc.bias|!);", "net@15 fc.bias"],
  ["net.fc!.bias|", "net@0 fc.bias"],
  ['rgnet[0]["block 1"][0].bias|.data', "rgnet@0 0.block 1.0.bias"],
  ["  const w = this.layers[1].weight|;", "this@12 layers.1.weight"],
  ["self.fc.weight|", "self@0 fc.weight"],
  ["net?.[2]?.weight|", "net@0 2.weight"],
  // What it goes through is not written out, or it begins in the middle of something else.
  ["net[i].weight|", null],
  ["layers().fc.weight|", null],
  ["a.at(0).weight|", null],
  ["weight|", null],
  ["torch.randn(2).mul(net|.weight)", null],
])("%s", (line, expected) => {
  expect(pathAt(line)).toBe(expected);
});
