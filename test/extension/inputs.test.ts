import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { readSeed } from "../../src/extension/ask/inputs.js";

suite("what users type into input boxes", () => {
  test("seeds are whole numbers that a number holds exactly", () => {
    assert.deepEqual(readSeed("0"), { value: 0 });
    assert.deepEqual(readSeed(" 42 "), { value: 42 });
    for (const text of ["", "-1", "1.5", "1e3", "9007199254740993"]) assert.equal(typeof readSeed(text), "string", text);
  });
});
