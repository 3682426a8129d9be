import { describe, expect, test } from "vitest";
import { constructionsIn, isAssigned, roleOfName } from "../../../src/extension/code/constructions.js";

describe("model definitions in a line of code", () => {
  test("every new expression is found with its class", () => {
    const line = "const net = new nn.Sequential(new nn.Linear(4, 8), new Block());";
    expect(constructionsIn(line).map(({ start, end, callee }) => [line.slice(start, end), callee])).toEqual([
      ["new nn.Sequential", "nn.Sequential"],
      ["new nn.Linear", "nn.Linear"],
      ["new Block", "Block"],
    ]);
  });

  test("names that only contain or end in new are none", () => {
    expect(constructionsIn("renew Linear; x.new Linear; $new Linear")).toEqual([]);
  });

  test.each([
    ["const net = new nn.Linear(1, 2);", "net"],
    ["  readonly net: nn.Module = new nn.Linear(1, 2);", "net"],
    ["    this.net = new nn.Linear(1, 2);", "net"],
  ])("in %j the name stands for what is made", (line, name) => {
    const role = roleOfName(line, line.indexOf(name), name);
    expect(role).toMatchObject({ kind: "construction", construction: { callee: "nn.Linear" } });
  });

  test("a class declaration stands for its instances, a use for nothing by itself", () => {
    expect(roleOfName("export class Block extends nn.Module {", 13, "Block")).toEqual({ kind: "class" });
    expect(roleOfName("net(x);", 0, "net")).toEqual({ kind: "other" });
    expect(roleOfName("const y = net(new Input());", 10, "net")).toEqual({ kind: "other" });
  });
});

describe("in Python", () => {
  test("finds classes that are called, wherever their names come from", () => {
    const line = "self.net = nn.Sequential(Block(3), torch.nn.Linear(4, 8), _Head(2), make(1))";
    expect(constructionsIn(line, "python").map(({ start, end, callee }) => [line.slice(start, end), callee])).toEqual([
      ["nn.Sequential", "nn.Sequential"],
      ["Block", "Block"],
      ["torch.nn.Linear", "torch.nn.Linear"],
      ["_Head", "_Head"],
    ]);
  });

  test("a class or function that is declared makes nothing", () => {
    expect(constructionsIn("class Net(nn.Module):", "python")).toEqual([]);
    expect(constructionsIn("def Make(width):", "python")).toEqual([]);
    expect(constructionsIn("x.relu_(y)", "python")).toEqual([]);
  });

  test.each([
    ["net = nn.Linear(4, 8)", "net", "construction"],
    ["self.fc: nn.Module = nn.Linear(4, 8)", "fc", "construction"],
    ["class Net(nn.Module):", "Net", "class"],
    ["y = net(x)", "y", "other"],
    ["net == Net()", "net", "other"],
  ])("%s", (line, name, kind) => {
    expect(roleOfName(line, line.indexOf(name), name, "python").kind).toBe(kind);
  });
});

describe("a name that a line gives a value", () => {
  test.each([
    ["    const h = this.fc(x);", "h"],
    ["    let h: torch.Tensor = this.fc(x);", "h"],
    ["    const [h, c] = this.rnn(x);", "h"],
    ["    const [h, c] = this.rnn(x);", "c"],
    ["    h, c = self.rnn(x)", "h"],
    ["    x = F.relu(x)", "x"],
  ])("%s: %s", (line, name) => expect(isAssigned(line, line.search(new RegExp(`\\b${name}\\b`)))).toBe(true));

  test.each([
    ["    return this.fc(h);", "h"],
    ["    if (h === x) return y;", "h"],
    ["    const f = (h) => h;", "h"],
    ["    f(h, y = 2)", "h"],
  ])("not in %s: %s", (line, name) => expect(isAssigned(line, line.search(new RegExp(`\\b${name}\\b`)))).toBe(false));
});
