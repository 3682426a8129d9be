import { describe, expect, it } from "vitest";
import { checkDrawing, type RecordedDrawing } from "../../src/picture/drawing/recordedDrawing.js";
import { recordedToSvg, recordPicture, renderSvg } from "../../src/picture/renderSvg.js";
import { darkTheme, highContrastLightTheme, highContrastTheme, lightTheme } from "../../src/picture/theme.js";
import * as fixtures from "./fixtures.js";
import { linear, sequential, snapshot } from "./specs.js";

const models = {
  chapter: fixtures.mlp(),
  tied: fixtures.tied(),
  hostile: snapshot("<script>alert(1)</script>", sequential({ '"><img onerror=x>': linear(1, 1) }), { inputs: [[1, 1]] }),
};

describe.each(Object.entries(models))("a recorded picture: %s", (_, model) => {
  it("is the same in every theme, after it was kept as JSON", async () => {
    const drawing = JSON.parse(JSON.stringify(await recordPicture(model))) as RecordedDrawing;
    expect(checkDrawing(drawing)).toBeNull();
    for (const theme of [lightTheme, darkTheme, highContrastTheme, highContrastLightTheme]) {
      expect(recordedToSvg(drawing, theme)).toBe(await renderSvg(model, { theme }));
    }
  });

  it("holds no colour of its own, and takes at most 60 % of what it takes as SVG", async () => {
    const drawing = await recordPicture(model);
    const text = JSON.stringify(drawing);
    expect(text).not.toMatch(/#[0-9a-f]{6}|rgba?\(/);
    expect(text.length).toBeLessThan(0.6 * recordedToSvg(drawing, lightTheme).length);
  });
});

describe("what is no drawing is refused", () => {
  const whole: RecordedDrawing = {
    title: "net",
    description: "",
    area: [0, 0, 10, 10],
    paints: [{ fill: "surface" }],
    marks: [["begin", "0 Linear"], ["rectangle", 0, 0, 1, 1, 0, 0], ["end"]],
  };
  it.each<[string, object | null]>([
    ["nothing", null],
    ["an area without size", { area: [0, 0, 0, 10] }],
    ["an area with a text", { area: [0, 0, "1", 10] }],
    ["a colour that is no name", { paints: [{ fill: "url(#x)" }] }],
    ["a mark that is not known", { marks: [["script", "alert(1)"]] }],
    ["a mark named as a method of all objects", { marks: [["constructor"]] }],
    ["a number as text", { marks: [["rectangle", "0", 0, 1, 1, 0, 0]] }],
    ["a mark that is too short", { marks: [["rectangle", 0, 0]] }],
    ["a line with one point", { marks: [["line", [0, 0], 0, 0]] }],
    ["half a point", { marks: [["line", [0, 0, 1, 1, 2], 0, 0]] }],
    ["a font that is not known", { marks: [["text", 0, 0, "a", "huge", "muted", "start"]] }],
    ["a group that nobody ends", { marks: [["begin", "a"]] }],
    ["an end of what nobody began", { marks: [["end"], ["begin", "a"]] }],
  ])("%s", (_, damage) => {
    expect(checkDrawing(whole)).toBeNull();
    expect(checkDrawing(damage && { ...whole, ...damage })).not.toBeNull();
  });
});
