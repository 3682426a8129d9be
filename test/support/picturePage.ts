/** A page with nothing but the picture, for tests, measurements and screenshots: `picture` is global. */
import layoutEngineText from "elkjs/lib/elk-worker.min.js";
import { GraphView, type GraphViewOptions, type GraphViewState } from "../../webview/graph/index.js";
import { darkTheme, highContrastLightTheme, highContrastTheme, lightTheme } from "../../src/picture/theme.js";
import type { GraphItem } from "../../src/picture/items.js";
import * as fixtures from "../picture/fixtures.js";

const themes = { light: lightTheme, dark: darkTheme, highContrast: highContrastTheme, highContrastLight: highContrastLightTheme };

export type FixtureName = Exclude<
  {
    [Name in keyof typeof fixtures]: ReturnType<Extract<(typeof fixtures)[Name], (...all: never[]) => unknown>> extends { formatVersion: 1 } ? Name : never;
  }[keyof typeof fixtures],
  "snapshot"
>;

export interface ShowOptions extends Partial<Pick<GraphViewOptions, "state" | "corner">> {
  readonly theme?: keyof typeof themes;
  readonly motion?: boolean;
  readonly layoutEngine?: boolean;
}

const startState: GraphViewState = {
  version: 1,
  direction: "down",
  expanded: {},
  unfolded: [],
  shown: {},
  showSharedLinks: false,
  showBookkeeping: false,
  selection: null,
  camera: null,
};

const picture = {
  view: null as unknown as GraphView,
  startState,
  /** What the view called back with, in order. */
  events: [] as { name: string; item: GraphItem | null }[],

  model(fixture: FixtureName, ...parameters: unknown[]) {
    return (fixtures[fixture] as (...all: unknown[]) => ReturnType<typeof fixtures.mlp>)(...parameters);
  },

  /** Mounts a view of a fixture. Gives the milliseconds from the model's coming to its picture. */
  async show(
    fixture: FixtureName,
    { theme = "light", motion = false, layoutEngine = true, state, corner }: ShowOptions = {},
    ...parameters: unknown[]
  ): Promise<number> {
    picture.view?.dispose();
    picture.events = [];
    document.body.style.background = themes[theme].background;
    const note = (name: string) => (item: GraphItem | null) => void picture.events.push({ name, item });
    picture.view = new GraphView(document.getElementById("picture")!, {
      theme: themes[theme],
      loadLayoutEngine: () => (layoutEngine ? Promise.resolve(layoutEngineText) : Promise.reject(new Error("none"))),
      reducedMotion: () => !motion,
      onSelect: note("select"),
      onActivate: note("activate"),
      onContextMenu: note("contextMenu"),
      ...(state && { state }),
      ...(corner && { corner }),
    });
    const model = picture.model(fixture, ...parameters);
    const start = performance.now();
    picture.view.setModel(model);
    await picture.view.whenIdle();
    return performance.now() - start;
  },
};

declare global {
  var layerscopePicture: typeof picture;
}

globalThis.layerscopePicture = picture;
