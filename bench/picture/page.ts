/** A page with nothing but the picture, for measurements and screenshots: `show(fixture, options)` and `view` are global. */
import * as fixtures from "../../test/graph/fixtures.js";
import { darkTheme, GraphView, highContrastTheme, lightTheme, type GraphViewOptions } from "../../webview/graph/index.js";
import text from "elkjs/lib/elk-worker.min.js";

const themes = { light: lightTheme, dark: darkTheme, highContrast: highContrastTheme };

const bench = {
  view: null as GraphView | null,
  async show(fixture: string, { theme = "light", ...options }: { theme?: keyof typeof themes } & Partial<GraphViewOptions> = {}, ...parameters: unknown[]): Promise<number> {
    bench.view?.dispose();
    const container = document.getElementById("picture")!;
    document.body.style.background = themes[theme].background;
    bench.view = new GraphView(container, { theme: themes[theme], layoutEngine: Promise.resolve(text), ...options });
    const model = (fixtures as unknown as Record<string, (...all: unknown[]) => Parameters<GraphView["setModel"]>[0]>)[fixture]!(...parameters);
    const start = performance.now();
    bench.view.setModel(model);
    await bench.view.whenIdle();
    return performance.now() - start;
  },
};

Object.assign(globalThis, { bench });
