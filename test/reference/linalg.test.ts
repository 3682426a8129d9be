import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { decode, errorMessage, expectTensor, lookup, withOptions, type EncodedTensor } from "./replay.js";

interface Case {
  readonly name: string;
  readonly args: readonly EncodedTensor[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly value?: EncodedTensor | readonly EncodedTensor[];
  readonly error?: readonly [type: string, message: string];
}

/** Written by generateLinalg.py. */
const cases = JSON.parse(readFileSync(new URL("data/linalg.json", import.meta.url), "utf8")) as readonly Case[];

test.each(cases.map((each, i): [string, Case] => [`${each.name} ${JSON.stringify(each.kwargs)}, case ${i}`, each]))(
  "%s",
  (_, { name, args, kwargs, value, error }) => {
    const [last, holder] = name.startsWith("linalg.") ? [name.slice("linalg.".length), torch.linalg] : [name, torch];
    const call = (): unknown => lookup(last, holder)(...withOptions(args.map(decode), kwargs));
    if (error !== undefined) return expect(errorMessage(call)).toBe(error[1]);
    const single = args.some(({ dtype }) => dtype === "float32");
    const tolerance = single ? { rtol: 1e-5, atol: 1e-6 } : { rtol: 1e-9, atol: 1e-10 };
    const found = call();
    const pairs: [unknown, EncodedTensor][] = Array.isArray(value)
      ? (value as EncodedTensor[]).map((each, i) => [(found as readonly unknown[])[i], each])
      : [[found, value as EncodedTensor]];
    for (const [actual, expected] of pairs) expectTensor(actual, expected, tolerance);
  },
);
