import { describe, expect, it, vi } from "vitest";
import * as torch from "../../src/engine/index.js";
import { renderSvg } from "../../src/picture/renderSvg.js";
import { estimateText, fitName } from "../../src/picture/text.js";
import { traced } from "./traced.js";

vi.setConfig({ testTimeout: 120_000 });

const { nn } = torch;
type Tensor = torch.Tensor;

class 线性层 extends nn.Module {
  outputLayerNormOfTheVeryLastBlockOfTheDecoderStack = new nn.LayerNorm(4);
  weights = new nn.ParameterList([torch.ones(4), torch.zeros(4)]);
  rnn = new nn.LSTM(4, 4);
  override forward(x: Tensor): Tensor {
    const [scale, shift] = this.weights as unknown as Iterable<Tensor> & [Tensor, Tensor];
    const packed = nn.utils.rnn.packSequence([x, x.mul(2)]);
    const [, [h]] = this.rnn(packed) as unknown as [unknown, [Tensor, Tensor]];
    return this.outputLayerNormOfTheVeryLastBlockOfTheDecoderStack(h.mul(scale).add(shift));
  }
}

/** The longest texts that a class of the style sheet has, by what they take. */
function texts(svg: string): { readonly text: string; readonly length: number; readonly font: string }[] {
  return [...svg.matchAll(/<text class="(\w+)"[^>]*? textLength="([\d.]+)" lengthAdjust="spacingAndGlyphs"[^>]*>([^<]*)<\/text>/g)].map(
    ([, font, length, text]) => ({
      font: font!,
      length: Number(length),
      text: text!,
    }),
  );
}

describe("text in an SVG", () => {
  it("fits in any face: each says how wide it may be, Chinese as well as Latin", async () => {
    const svg = await renderSvg(traced(new 线性层(), [3, 4]).snapshot, { depth: "all" });
    const written = texts(svg);
    expect(written).toHaveLength(svg.split("<text ").length - 1);
    for (const { text, length, font } of written) if (/^[\w ]+$/.test(text)) expect(length).toBeCloseTo(estimateText(text, font as "plain"), 1);
    const own = written.find(({ text }) => text === "线性层")!;
    expect(own.length).toBeGreaterThanOrEqual(3 * 12);
  });

  it("writes arguments as shapes and numbers", async () => {
    const svg = await renderSvg(traced(new 线性层(), [3, 4]).snapshot, { depth: "all" });
    expect(svg).not.toMatch(/PackedSequence\(data|Parameter containing|tensor\(/);
  });

  it("cuts long names in the middle, with the whole for who asks", async () => {
    const svg = await renderSvg(traced(new 线性层(), [3, 4]).snapshot, { depth: "all" });
    expect(svg).toContain("<title>outputLayerNormOfTheVeryLastBlockOfTheDecoderStack LayerNorm</title>");
    expect(svg).toMatch(/>outputLayer\w+…\w+Stack</);
  });
});

it("a name is cut no more than it must be", () => {
  const name = "postAttentionLayernorm";
  expect(fitName(name, 1000, "title", estimateText)).toBe(name);
  const cut = fitName(name, 90, "title", estimateText);
  expect(cut).toMatch(/^post.*….*norm$/);
  expect(estimateText(cut, "title")).toBeLessThanOrEqual(90);
  expect(fitName(name, 1, "title", estimateText)).toBe("");
});
