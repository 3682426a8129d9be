/** A page with nothing but the picture, for tests, measurements and screenshots: `picture` is global. */
import { GraphView, type GraphViewOptions } from "../../webview/graph/index.js";
import { darkTheme, highContrastLightTheme, highContrastTheme, lightTheme } from "../../src/picture/theme.js";
import type { GraphItem } from "../../src/picture/items.js";
import { initialArrangement, keptArrangement, readArrangement, type Arrangement, type KeptArrangement } from "../../src/picture/model/arrangement.js";
import { initialState, type PictureSettings, type PictureState } from "../../src/picture/state.js";
import * as fixtures from "../picture/fixtures.js";

/** The text of elkjs's worker, which the bundler puts here. */
declare const layoutEngineText: string;

const themes = { light: lightTheme, dark: darkTheme, highContrast: highContrastTheme, highContrastLight: highContrastLightTheme };

export type FixtureName = Exclude<
  {
    [Name in keyof typeof fixtures]: ReturnType<Extract<(typeof fixtures)[Name], (...all: never[]) => unknown>> extends { formatVersion: 1 } ? Name : never;
  }[keyof typeof fixtures],
  "snapshot"
>;

export interface ShowOptions extends Pick<GraphViewOptions, "corner"> {
  readonly theme?: keyof typeof themes;
  readonly motion?: boolean;
  readonly layoutEngine?: boolean;
  /** As the picture begins; without settings and arrangement, with the initial ones. */
  readonly depth?: Arrangement["depth"];
  readonly unfolded?: readonly string[];
  /** What `kept` gave. */
  readonly state?: KeptPicture;
}

/** What a page would keep of a picture, as JSON. */
interface KeptPicture extends Pick<PictureState, "camera" | "selection"> {
  readonly arrangement: KeptArrangement;
}

let subjects = 0;

const picture = {
  view: null as unknown as GraphView,
  /** What the view shows: here the page is this object. */
  state: initialState,
  /** What the view called back with, in order. */
  events: [] as { name: string; item: GraphItem | null }[],

  model(fixture: FixtureName, ...parameters: unknown[]) {
    return (fixtures[fixture] as (...all: unknown[]) => ReturnType<typeof fixtures.mlp>)(...parameters);
  },

  change(change: Partial<PictureState>): void {
    picture.state = { ...picture.state, ...change };
    picture.view.show(picture.state);
  },

  set(settings: Partial<PictureSettings>): void {
    picture.change({ settings: { ...picture.state.settings, ...settings } });
  },

  /** Selects a module by path, or any item by id, and brings it into view. */
  select(id: string | null): void {
    const path = id === null ? "" : (picture.view.item(id)?.path ?? id);
    picture.change({ selection: id === null ? null : { id, path }, reveals: picture.state.reveals + 1 });
  },

  kept(): KeptPicture {
    const { arrangement, camera, selection } = picture.state;
    return { arrangement: keptArrangement(arrangement), camera, selection };
  },

  /** Mounts a view of a fixture. Gives the milliseconds from the model's coming to its picture. */
  async show(
    fixture: FixtureName,
    { theme = "light", motion = false, layoutEngine = true, depth, unfolded, state, corner }: ShowOptions = {},
    ...parameters: unknown[]
  ): Promise<number> {
    picture.view?.dispose();
    picture.events = [];
    document.body.style.background = themes[theme].background;
    const note = (name: string) => (item: GraphItem | null) => void picture.events.push({ name, item });
    picture.view = new GraphView(document.getElementById("picture")!, {
      loadLayoutEngine: () => (layoutEngine ? Promise.resolve(layoutEngineText) : Promise.reject(new Error("none"))),
      reducedMotion: () => !motion,
      onArrange: (arrangement) => picture.change({ arrangement }),
      onCamera: (camera) => picture.change({ camera }),
      onSelect: (item) => {
        note("select")(item);
        picture.change({ selection: item && { id: item.id, path: item.path } });
      },
      onActivate: note("activate"),
      onContextMenu: note("contextMenu"),
      ...(corner && { corner }),
    });
    const model = picture.model(fixture, ...parameters);
    const arrangement = state
      ? readArrangement(state.arrangement)
      : { ...initialArrangement, ...(depth !== undefined && { depth }), unfolded: new Set(unfolded) };
    const start = performance.now();
    picture.state = {
      ...initialState,
      subject: String(++subjects),
      model,
      theme: themes[theme],
      arrangement,
      camera: state?.camera ?? null,
      selection: state?.selection ?? null,
    };
    picture.view.show(picture.state);
    await picture.view.whenIdle();
    return performance.now() - start;
  },
};

declare global {
  var layerscopePicture: typeof picture;
}

globalThis.layerscopePicture = picture;
