import { afterEach, describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { decode, loadCases, type EncodedTensor } from "./replay.js";

interface PrintingCase {
  readonly id: string;
  readonly tensor: EncodedTensor;
  readonly requires_grad: boolean;
  readonly options: {
    readonly precision?: number;
    readonly threshold?: number;
    readonly edgeitems?: number;
    readonly linewidth?: number;
    readonly sci_mode?: boolean | null;
  };
  readonly expect: string;
}

describe("printing", () => {
  afterEach(() => torch.setPrintOptions({ profile: "default" }));

  it.each(loadCases<PrintingCase>("printing").map((each) => [each.id, each] as const))("%s", (_, { tensor: encoded, requires_grad, options, expect: text }) => {
    const { precision, threshold, edgeitems: edgeItems, linewidth: lineWidth, sci_mode: sciMode } = options;
    torch.setPrintOptions({ precision, threshold, edgeItems, lineWidth, sciMode });
    const tensor = decode(encoded);
    expect(String(requires_grad ? tensor.requiresGrad_() : tensor)).toBe(text);
  });
});
