import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { readNumber, readSeed } from "../../src/extension/ask/inputs.js";

suite("what users type into input boxes", () => {
  test("numbers keep within their limits", () => {
    assert.deepEqual(readNumber("1e-3", {}), { value: 0.001 });
    assert.deepEqual(readNumber("-2", {}), { value: -2 });
    for (const text of ["", " ", "x", "Infinity", "NaN", "1,5"]) assert.equal(typeof readNumber(text, {}), "string", text);
    assert.equal(typeof readNumber("-0.1", { minimum: 0 }), "string");
    assert.equal(typeof readNumber("1.1", { minimum: 0, maximum: 1 }), "string");
  });

  test("seeds are whole numbers that a number holds exactly", () => {
    assert.deepEqual(readSeed("0"), { value: 0 });
    assert.deepEqual(readSeed(" 42 "), { value: 42 });
    for (const text of ["", "-1", "1.5", "1e3", "9007199254740993"]) assert.equal(typeof readSeed(text), "string", text);
  });
});
