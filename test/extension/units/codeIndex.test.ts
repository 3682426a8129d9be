import { describe, expect, test } from "vitest";
import { type CodeMeaning, CodeIndex } from "../../../src/extension/code/codeIndex.js";
import { type OpenText, RanTexts } from "../../../src/extension/code/ranTexts.js";
import type { ModelSnapshot, SourceLocation } from "../../../src/protocol/index.js";
import { net } from "../../describe/snapshots.js";

const file = "/models/net.ts";
const cell = "vscode-notebook-cell:/models/book.ipynb#W1";
const fileText = ["class Block extends nn.Module {}", "export const layer = () => new nn.Linear(4, 8);", ""].join("\n");
const cellText = ["const net = new nn.Sequential(layer(), new nn.ReLU(), new nn.Linear(8, 1));", "net[0].weight.data.normal_();", "net(x);", ""].join("\n");

/** The place of a text in a document, as a run gives it. */
function placeOf(document: string, text: string): SourceLocation {
  const lines = (document === file ? fileText : cellText).split("\n");
  const line = lines.findIndex((each) => each.includes(text));
  return { file: document, line: line + 1, column: lines[line]!.indexOf(text) + 1 };
}

/** The model that the cell makes: its first layer by a function of the file. */
function made(): ModelSnapshot {
  const model = net();
  const [first, relu, last] = model.root.children;
  const weight = first!.parameters[0]!.tensor;
  return {
    ...model,
    location: placeOf(cell, "net = new"),
    root: {
      ...model.root,
      location: placeOf(cell, "new nn.Sequential"),
      children: [
        { ...first!, location: placeOf(file, "new nn.Linear(4, 8)") },
        { ...relu!, location: placeOf(cell, "new nn.ReLU") },
        { ...last!, location: placeOf(cell, "new nn.Linear(8, 1)") },
      ],
    },
    tensors: model.tensors.map((tensor) => ({
      ...tensor,
      initialization:
        tensor.initialization.kind === "unknown"
          ? tensor.initialization
          : { ...tensor.initialization, location: tensor.id === weight ? placeOf(cell, "net[0].weight") : null },
    })),
    trace: { ...model.trace!, steps: model.trace!.steps.map((step, id) => ({ ...step, location: id === 0 ? placeOf(cell, "net(x)") : null })) },
  };
}

const index = (): CodeIndex =>
  new CodeIndex(
    new RanTexts(
      new Map([
        [file, fileText],
        [cell, cellText],
      ]),
    ),
    [made()],
  );

let version = 0;
const open = (key: string, text: string): OpenText => ({ key, text, version: ++version });

const paths = (meaning: CodeMeaning | null): string[] | undefined => meaning?.modules.map(({ module }) => module.path);

/** The definition at a text in a document as it is now. */
function definition(key: string, text: string, needle: string) {
  const lines = text.split("\n");
  const line = lines.findIndex((each) => each.includes(needle));
  const character = lines[line]!.indexOf(needle);
  const [word] = /^\w+/.exec(needle) ?? [];
  const found = index().definitionAt(
    open(key, text),
    { line, character },
    lines[line]!,
    word === undefined ? null : { start: character, end: character + word.length },
  );
  return found?.kind === "places" ? found.places.map(({ module }) => module.path) : found?.kind;
}

describe("from code to what it made", () => {
  test("a cell and a file that one model comes from are looked up alike", () => {
    expect(paths(index().at(open(cell, cellText), 0))).toEqual(["", "1", "2"]);
    expect(paths(index().at(open(file, fileText), 1))).toEqual(["0"]);
  });

  test("a line says which model it holds, which values it made, and what it called", () => {
    const meaning = [0, 1, 2].map((line) => index().at(open(cell, cellText), line)!);
    expect(meaning[0]!.models.map(({ name }) => name)).toEqual(["net"]);
    expect(meaning[1]!.fillings.map(({ tensor }) => tensor.names[0])).toEqual(["0.weight"]);
    expect(meaning[2]!.calls.map(({ step }) => step.kind === "module" && step.path)).toEqual([""]);
  });

  test("a span of a line means what begins in it", () => {
    const start = cellText.indexOf("new nn.ReLU");
    expect(paths(index().at(open(cell, cellText), 0, { start, end: start + 11 }))).toEqual(["1"]);
    expect(paths(index().at(open(cell, cellText), 0, { start: start + 1, end: start + 11 }))).toEqual([]);
  });

  test("lines that moved are followed, there and back", () => {
    const moved = open(cell, `# one\n# two\n${cellText}`);
    expect(paths(index().at(moved, 2))).toEqual(["", "1", "2"]);
    expect(index().now(moved, placeOf(cell, "net(x)"))).toEqual({ position: { line: 4, character: 0 }, exact: true });
  });

  test("of a line that was edited nothing is said, and the nearest place is given for it", () => {
    const edited = open(cell, cellText.replace("8, 1", "8, 2"));
    expect(index().at(edited, 0)).toBeNull();
    expect(paths(index().at(edited, 2))).toEqual([]);
    expect(index().now(edited, placeOf(cell, "new nn.ReLU"))).toEqual({ position: { line: 0, character: 0 }, exact: false });
  });

  test("a document that did not go into the run means nothing", () => {
    expect(index().at(open("/models/other.ts", cellText), 0)).toBeNull();
    expect(index().has("/models/other.ts")).toBe(false);
  });
});

describe("what stands for modules of the run", () => {
  test("a constructor call, the name it is assigned to, and a class", () => {
    expect(definition(cell, cellText, "new nn.ReLU")).toEqual(["1"]);
    expect(definition(cell, cellText, "net = new")).toEqual([""]);
    const classes = `${fileText}class Linear extends nn.Module {}\n`;
    expect(definition(file, classes, "Linear extends")).toEqual(["0", "2"]);
  });

  test("a definition that was edited is known as edited, anything else is no definition", () => {
    expect(definition(cell, cellText.replace("8, 1", "8, 2"), "new nn.ReLU")).toBe("edited");
    expect(definition(cell, cellText, "net(x)")).toBeUndefined();
    expect(definition(cell, cellText.replace("new nn.ReLU()", "new Date()"), "new Date")).toBeUndefined();
  });

  test("models are stale while an editor shows another text than the one that ran, line endings aside", () => {
    const texts = new RanTexts(new Map([[file, fileText]]));
    expect(texts.isStale([open(file, fileText), open(cell, "")])).toBe(false);
    expect(texts.isStale([open(file, fileText.replaceAll("\n", "\r\n"))])).toBe(false);
    expect(texts.isStale([open(file, `${fileText} `)])).toBe(true);
  });
});
