import assert from "node:assert/strict";
import { suite, teardown, test } from "mocha";
import * as vscode from "vscode";
import { closeEditors, hoverAt, openFile, replaceText, runFile } from "./support.js";

const code = `import * as torch from "layerscope";
const { nn } = torch;

class Block extends nn.Module {
  first = new nn.Linear(4, 8);
  second = new nn.Linear(8, 4);
  forward(x: torch.Tensor) {
    return this.second(this.first(x));
  }
}

const shared = new nn.Linear(8, 8);
const tied = new nn.Sequential(new nn.Linear(4, 8), shared, new nn.ReLU(), shared);
const stack = new nn.Sequential(new Block(), new Block());
tied(torch.rand([2, 4]));
stack(torch.rand([3, 4]));

function other() {
  const tied = 3;
  return tied;
}
console.log(other());
`;

suite("hovering over a model definition", () => {
  teardown(closeEditors);

  test("a layer: type, arguments, path, parameters, initialization, histogram, shapes, links", async () => {
    const text = await hoverAt(await runFile("hover.ts", code), "new nn.Linear(4, 8), shared", 8);
    assert.match(text, /\*\*Linear\*\*\(inFeatures: 4, outFeatures: 8, bias: true\)/);
    assert.match(text, /tied › 0/);
    assert.match(text, /weight.*8×4.*kaimingUniform/s);
    assert.match(text, /data:image\/svg\+xml;base64,/);
    assert.match(text, /2×4 → 2×8/);
    for (const command of ["select", "reinitialize", "forward", "run"]) assert.match(text, new RegExp(`command:layerscope\\.${command}\\?`));
  });

  test("a variable that holds a model speaks of the whole model", async () => {
    const text = await hoverAt(await runFile("hover.ts", code), "const tied = new", 7);
    assert.match(text, /\*\*Sequential\*\*/);
    assert.match(text, /112 parameters/);
  });

  test("a run that failed after the model was made, and one that failed before", async () => {
    const editor = await runFile("hover.ts", `${code}throw new Error("out of paper");\n`);
    assert.match(await hoverAt(editor, "const tied = new", 7), /this is what was there by then/);
    await runFile("hover.ts", code);
    await replaceText(editor, code.replace("class Block", `if (Date.now()) throw new Error("out of paper");\nclass Block`));
    await vscode.commands.executeCommand("layerscope.run");
    assert.match(await hoverAt(editor, "const tied = new", 7), /this is from an earlier one/);
  });

  test("a shared layer is told as one module in several places", async () => {
    const text = await hoverAt(await runFile("hover.ts", code), "shared = new", 1);
    assert.match(text, /One module in 2 places/);
    assert.match(text, /shared with/);
  });

  test("a class stands for all its instances, and so does a layer inside it", async () => {
    const editor = await runFile("hover.ts", code);
    assert.match(await hoverAt(editor, "class Block", 7), /2 modules/);
    assert.match(await hoverAt(editor, "new nn.Linear(8, 4)", 10), /2 modules.*stack › 0\\\.second/s);
  });

  test("another variable of the same name is not taken for the model", async () => {
    const editor = await runFile("hover.ts", code);
    assert.equal(await hoverAt(editor, "return tied;", 8), "");
    assert.equal(await hoverAt(editor, "const tied = 3", 7), "");
  });

  test("a use of the variable leads to the model it means", async function () {
    this.timeout(90_000);
    const editor = await runFile("hover.ts", code);
    // TypeScript's own language service finds the definition, once it has started.
    let text = "";
    for (let attempt = 0; attempt < 60 && text === ""; attempt++) {
      text = await hoverAt(editor, "tied(torch", 1);
      if (text === "") await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assert.match(text, /\*\*Sequential\*\*/);
  });

  test("lines inserted above do not mislead it", async () => {
    const editor = await runFile("hover.ts", code);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "// one\n// two\n"));
    assert.match(await hoverAt(editor, "new nn.Linear(4, 8), shared", 8), /tied › 0/);
  });

  test("nothing is claimed about a line that was edited since the run", async () => {
    const editor = await runFile("hover.ts", code);
    const at = editor.document.positionAt(code.indexOf("4, 8), shared"));
    await editor.edit((edit) => edit.replace(new vscode.Range(at, at.translate(0, 1)), "5"));
    const text = await hoverAt(editor, "new nn.Linear(5, 8)", 8);
    assert.match(text, /edited since the file ran/);
    assert.doesNotMatch(text, /kaiming/);
  });

  test("a file that has not run yet says so", async () => {
    // A view that shows the file would run it.
    await vscode.commands.executeCommand("workbench.action.closeSidebar");
    const editor = await openFile("later.ts", 'import { nn } from "layerscope";\nexport const later = new nn.Linear(1, 1);\n');
    assert.match(await hoverAt(editor, "new nn.Linear", 6), /Not run yet.*command:layerscope\.run/);
  });

  test("names from the code are shown as they are, never as markup", async () => {
    const editor = await runFile(
      "hostile.ts",
      'import { nn } from "layerscope";\nclass A_$b extends nn.Module {}\nexport const net = new nn.Sequential();\nnet.addModule("[x](command:evil) <img src=x>|`", new A_$b());\n',
    );
    const text = await hoverAt(editor, "new A_$b", 5);
    assert.doesNotMatch(text, /(?<!\\)\]\(command:evil/);
    assert.doesNotMatch(text, /(?<!\\)<img/);
  });
});

const filled = `import * as torch from "layerscope";
const { nn } = torch;

export class Net extends nn.Module {
  fc = new nn.Linear(4, 8);
  forward(x: torch.Tensor) {
    const h = this.fc(x);
    return h.add(this.fc.weight.sum());
  }
}
export const filled = new Net();
nn.init.kaimingNormal_(filled.fc.weight, { nonlinearity: "relu" });
filled(torch.rand([2, 4]));
`;

/** The text of all hovers at a place. */
async function everythingAt({ document }: vscode.TextEditor, needle: string, offset: number): Promise<string> {
  const position = document.positionAt(document.getText().indexOf(needle) + offset);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, position);
  return hovers.flatMap(({ contents }) => contents.map((content) => (typeof content === "string" ? content : content.value))).join("\n\n");
}

suite("hovering over parameters, what fills them, and values", () => {
  teardown(closeEditors);

  test("a call of nn.init: the formula with this call's numbers, where it comes from, the density", async () => {
    const text = await everythingAt(await runFile("filled.ts", filled), "kaimingNormal_(", 3);
    for (const part of [
      "filled › fc\\.weight",
      "8×4",
      "fan\\_in 4",
      "fan\\_out 8",
      "gain 1.414",
      "std 0\\.7071",
      "He, Zhang, Ren, Sun",
      "arxiv.org/abs/1502.01852",
    ]) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    assert.match(text, /data:image\/svg\+xml;base64,/);
  });

  test("a call of nn.init whose values another took the place of tells its own numbers, and what came after", async () => {
    const text = await everythingAt(await runFile("filled.ts", `${filled}nn.init.constant_(filled.fc.weight, 1);\n`), "kaimingNormal_(", 3);
    for (const part of ["filled › fc\\.weight", "fan\\_in 4", "std 0\\.7071", "Replaced since by `constant_(val: 1)` · filled\\.ts:14"]) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    // Its values are gone.
    assert.doesNotMatch(text, /data:image|mean 1/);
  });

  test("a parameter that code gets at, through the variable and through this", async () => {
    const editor = await runFile("filled.ts", filled);
    for (const [needle, offset] of [
      ["filled.fc.weight", 11],
      ["this.fc.weight.sum", 9],
    ] as const) {
      assert.match(await everythingAt(editor, needle, offset), /filled › fc\\\.weight.*8×4.*float32.*32 parameters/s);
    }
  });

  test("a value: shape and dtype at once, the histogram by one more run of the pass", async () => {
    const editor = await runFile("filled.ts", filled);
    const link = /\[Histogram\]\(command:layerscope\.measureValue\?([^)]*)\)/;
    const before = await everythingAt(editor, "const h =", 6);
    assert.match(before, /\*\*2×8\*\* float32/);
    const [argument] = JSON.parse(decodeURIComponent(link.exec(before)![1]!)) as [object];
    await vscode.commands.executeCommand("layerscope.measureValue", argument);
    const after = await everythingAt(editor, "const h =", 6);
    assert.match(after, /min .*max .*data:image\/svg\+xml/s);
    assert.doesNotMatch(after, link);
  });
});
