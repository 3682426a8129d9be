import { describe, expect, test } from "vitest";
import type { Repair } from "../../../src/describe/repair.js";
import { callAt } from "../../../src/extension/code/callText.js";
import { repairText } from "../../../src/extension/code/repairText.js";
import type { Language } from "../../../src/protocol/index.js";

const location = { file: "/net.ts", line: 1, column: 1 };
const features: Repair = { kind: "argument", location, argument: "inFeatures", position: 0, from: 7, to: 8 };
const inSequence: Repair = { kind: "flatten", location, isCall: false };
const inCall: Repair = { kind: "flatten", location, isCall: true };

/** The text mended where `|` stands in it; null where nothing is certain. */
function mended(marked: string, repair: Repair, language: Language = "typescript"): string | null {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  const found = repairText(text, offset, repair, language);
  return found && text.slice(0, found.start) + found.text + text.slice(found.end);
}

describe("a call in a text", () => {
  test.each([
    ["const a = |new nn.Linear(4, f(1, [2, 3]), { bias: false, dtype });", "nn.Linear", ["4", "f(1, [2, 3])", "bias=false"]],
    ["const a = new |nn.Linear(4, 8);", "nn.Linear", ["4", "8"]],
    ['|new Named<string>("a, b)", /* c, */ `d, e`,\n// last, one\n 3,\n)', "Named", ['"a, b)"', "`d, e`", "3"]],
    ["return this.|fc(x)", "fc", ["x"]],
    ["|new nn.Flatten()", "nn.Flatten", []],
  ])("%s", (marked, callee, given) => {
    const text = marked.replace("|", "");
    const call = callAt(text, marked.indexOf("|"), "typescript")!;
    const written = call.arguments.map(({ name, start, end }) => `${name === null ? "" : `${name}=`}${text.slice(start, end)}`);
    expect([call.callee, written]).toEqual([callee, given]);
  });

  test("in Python, with keywords and comments", () => {
    const text = "fc = nn.Linear(  # in, out\n  in_features=7, out_features='a)' == b,\n)";
    const call = callAt(text, 5, "python")!;
    expect(call.arguments.map(({ name, start, end }) => [name, text.slice(start, end)])).toEqual([
      ["in_features", "7"],
      ["out_features", "'a)' == b"],
    ]);
  });

  test("what cannot be read is none", () => {
    for (const text of ["net", "f(1", "f(`${a}`)", "f(]"]) expect(callAt(text, 0, "typescript"), text).toBeNull();
  });
});

describe("another value of an argument", () => {
  test.each([
    ["at once", "const n = |new nn.Linear(7, 1);", "const n = new nn.Linear(8, 1);"],
    ["by name", "const n = |new nn.Linear({ outFeatures: 1, inFeatures: 7 });", "const n = new nn.Linear({ outFeatures: 1, inFeatures: 8 });"],
    ["through a constant", "const hidden = 7;\nconst n = |new nn.Linear(hidden, 1);", "const hidden = 8;\nconst n = new nn.Linear(hidden, 1);"],
    [
      "through a parameter's default",
      "constructor(hidden: number = 7) { this.a = |new nn.Linear(hidden, 1); }",
      "constructor(hidden: number = 8) { this.a = new nn.Linear(hidden, 1); }",
    ],
    [
      "through a property",
      "const c = { hidden: 7 };\nconst n = |new nn.Linear(c.hidden, 1);",
      "const c = { hidden: 8 };\nconst n = new nn.Linear(c.hidden, 1);",
    ],
  ])("%s", (_, marked, right) => expect(mended(marked, features)).toBe(right));

  test.each([
    ["a number that is not the one that ran", "|new nn.Linear(9, 1)"],
    ["a computed one", "|new nn.Linear(3 + 4, 1)"],
    ["a variable that is set twice", "let a = 7;\na = 7;\n|new nn.Linear(a, 1)"],
    ["a variable of another file", "|new nn.Linear(a, 1)"],
  ])("not of %s", (_, marked) => expect(mended(marked, features)).toBeNull());

  test("says how many others read it", () => {
    const text = "const hidden = 7;\nconst other = hidden + hidden;\nnew nn.Linear(hidden, 1)";
    expect(repairText(text, text.indexOf("new"), features, "typescript")).toMatchObject({ name: "hidden", others: 2 });
  });

  test("in Python", () =>
    expect(mended("a = |nn.Linear(in_features=7, out_features=1)", features, "python")).toBe("a = nn.Linear(in_features=8, out_features=1)"));
});

describe("a Flatten", () => {
  test.each([
    [
      "among the layers of a line",
      "new nn.Sequential(new nn.ReLU(), |new nn.Linear(18, 1))",
      "new nn.Sequential(new nn.ReLU(), new nn.Flatten(), new nn.Linear(18, 1))",
    ],
    [
      "on a line of its own",
      "new nn.Sequential(\n  a,\n  |new nn.Linear(18, 1),\n)",
      "new nn.Sequential(\n  a,\n  new nn.Flatten(),\n  new nn.Linear(18, 1),\n)",
    ],
  ])("%s", (_, marked, right) => expect(mended(marked, inSequence)).toBe(right));

  test("not where the layer has a name of its own, or the class cannot be named", () => {
    expect(mended("const fc = |new nn.Linear(18, 1);", inSequence)).toBeNull();
    expect(mended("new Sequential(a, |new Linear(18, 1))", inSequence)).toBeNull();
  });

  test.each([
    ["return this.|fc(x);", "return this.fc(x.flatten(1));"],
    ["return this.|fc(this.conv(x).relu());", "return this.fc(this.conv(x).relu().flatten(1));"],
    ["return this.|fc(a ?? b);", "return this.fc((a ?? b).flatten(1));"],
  ])("in a call: %s", (marked, right) => expect(mended(marked, inCall)).toBe(right));

  test("a list becomes a ModuleList where its uses allow that", () => {
    const list: Repair = { kind: "moduleList", location, field: "layers" };
    const net = (value: string, use: string) => `const { nn } = torch;\nclass Net extends nn.Module {\n  layers = ${value};\n  forward(x) { ${use} }\n}`;
    const use = "for (const layer of this.layers) x = layer(x); return this.layers[0](x);";
    const mend = (text: string, language: Language = "typescript") => {
      const found = repairText(text, 0, list, language);
      return found && text.slice(0, found.start) + found.text + text.slice(found.end);
    };
    expect(mend(net("[new nn.Linear(4, 4), a]", use))).toBe(net("new nn.ModuleList([new nn.Linear(4, 4), a])", use));
    expect(mend(net("[0, 1].map(() => new nn.Linear(4, 4))", use))).toBe(net("new nn.ModuleList([0, 1].map(() => new nn.Linear(4, 4)))", use));
    expect(mend(net("[a]", "return this.layers.reduce((y, layer) => layer(y), x);"))).toBeNull();
    expect(mend(net("makeLayers()", use))).toBeNull();
    expect(mend(net("[a]", "this.layers = [b];"))).toBeNull();
    expect(mend("from torch import nn\n\nself.layers = [nn.Linear(4, 4)]\nfor layer in self.layers:\n  x = layer(x)\n", "python")).toBe(
      "from torch import nn\n\nself.layers = nn.ModuleList([nn.Linear(4, 4)])\nfor layer in self.layers:\n  x = layer(x)\n",
    );
  });

  test("a layer is removed with its comma", () => {
    const layer: Repair = { kind: "removeLayer", location, layer: "1 (Softmax)" };
    expect(mended("new nn.Sequential(a, |new nn.Softmax(1))", layer)).toBe("new nn.Sequential(a)");
    expect(mended("new nn.Sequential(a, |new nn.Softmax({ dim: 1 }), b)", layer)).toBe("new nn.Sequential(a, b)");
    expect(mended("new nn.Sequential(|new nn.Softmax(1), b)", layer)).toBe("new nn.Sequential(b)");
    expect(mended("new nn.Sequential(\n  a,\n  |new nn.Softmax(1),\n)", layer)).toBe("new nn.Sequential(\n  a,\n)");
    expect(mended("const last = |new nn.Softmax(1);", layer)).toBeNull();
  });

  test("in Python", () => {
    expect(mended("nn.Sequential(a, |nn.Linear(18, 1))", inSequence, "python")).toBe("nn.Sequential(a, nn.Flatten(), nn.Linear(18, 1))");
    expect(mended("return |self.fc(x)", inCall, "python")).toBe("return self.fc(x.flatten(1))");
  });
});

describe("the call of Module's constructor", () => {
  const first: Repair = { kind: "superCall", location };

  test("comes first in the constructor around the place", () => {
    expect(mended("class A extends nn.Module {\n  fc;\n  constructor(n = 4) {\n    |this.fc = new nn.Linear(n, 1);\n  }\n}\n", first)).toBe(
      "class A extends nn.Module {\n  fc;\n  constructor(n = 4) {\n    super();\n    this.fc = new nn.Linear(n, 1);\n  }\n}\n",
    );
    // Of a constructor that does nothing else, the place is its head or its end.
    expect(mended("class A extends Module { constructor() {|} }", first)).toBe("class A extends Module { constructor() { super();} }");
    expect(mended('class A(nn.Module):\n    def __init__(self, n=4):\n        """Makes one."""\n        |self.fc = nn.Linear(n, 1)\n', first, "python")).toBe(
      'class A(nn.Module):\n    def __init__(self, n=4):\n        """Makes one."""\n        super().__init__()\n        self.fc = nn.Linear(n, 1)\n',
    );
  });

  test("not where another class's constructor would be called, whose arguments are not known, or it is called already", () => {
    expect(mended("class A extends Base {\n  constructor() {\n    |this.fc = 1;\n  }\n}\n", first)).toBeNull();
    expect(mended("class A(Base):\n    def __init__(self):\n        |self.fc = nn.Linear(4, 1)\n", first, "python")).toBeNull();
    expect(mended("class A extends nn.Module {\n  constructor() {\n    super();\n    |this.fc = 1;\n  }\n}\n", first)).toBeNull();
    expect(mended("|net();", first)).toBeNull();
  });
});
