import { overlayIds } from "../describe/overlays.js";
import type { FindingLevels, ModelSnapshot } from "../protocol/index.js";
import { initialArrangement, type Arrangement } from "./model/arrangement.js";
import { lightTheme, type Theme } from "./theme.js";

/** The settings of every picture, each with the values that it may have, its default first. All that offers, keeps or reads a setting follows from here. */
export const settings = {
  /** Which way data flows on the screen. */
  direction: ["down", "right"],
  /** What colours or fills the boxes; null: the kind of layer alone. */
  overlay: [null, ...overlayIds],
  /** Whether an overlay shows its values as colours or as sizes. */
  overlayMark: ["color", "size"],
  /** Links between all shared weights; else those of what is selected or pointed at. */
  showSharedLinks: [false, true],
  /** Operations that only move data, such as reshapes and transposes. */
  showBookkeeping: [false, true],
  showLegend: [false, true],
  showMinimap: [false, true],
  /** Of pictures that are saved: those of the editor's theme, or dark on white, as for print. */
  exportColors: ["theme", "light"],
} as const;

export type PictureSettings = { readonly [Name in keyof typeof settings]: (typeof settings)[Name][number] };

/** What was kept of settings, of whatever version; what is no value of a setting gives its default. */
export function readSettings(kept: unknown): PictureSettings {
  const known = (typeof kept === "object" && kept !== null ? kept : {}) as Readonly<Record<string, unknown>>;
  const read = Object.entries(settings).map(([name, values]) => [name, (values as readonly unknown[]).includes(known[name]) ? known[name] : values[0]]);
  return Object.fromEntries(read) as PictureSettings;
}

/** Where the user left the view: its scale, and the point of the picture at its centre relative to an item. */
export interface CameraPlace {
  readonly scale: number;
  readonly anchor: string;
  readonly dx: number;
  readonly dy: number;
}

/** What is selected: an item of the picture, and the module that it is or runs in. */
export interface PictureSelection {
  readonly id: string;
  readonly path: string;
}

/** Everything that a picture shows follows from this value. */
export interface PictureState {
  /** Which model it is of: a snapshot that comes under the same name takes the place of the one before and keeps what the user sees in its place. */
  readonly subject: string;
  readonly model: ModelSnapshot | null;
  /** What the user wants to see of findings. */
  readonly findingLevels: FindingLevels;
  readonly theme: Theme;
  readonly settings: PictureSettings;
  readonly arrangement: Arrangement;
  /** Where the view begins when a subject is first shown; null: with all of it, or what failed, or its beginning. */
  readonly camera: CameraPlace | null;
  readonly selection: PictureSelection | null;
  /** Grows when the selection is to be brought into view, and opened around. */
  readonly reveals: number;
  /** Dims all but what is upstream and downstream of the selection. */
  readonly isTracing: boolean;
  /** Search matches, by module path; matches inside closed boxes mark the box. Null: no search. */
  readonly matches: ReadonlySet<string> | null;
  /** Modules that are compared, by path: numbered in this order. A closed box has the numbers of what it holds. */
  readonly compared: readonly string[];
  /** Modules that are reinitialized after every run, by path: a pin is on them, or on the closed box that holds them. */
  readonly pinned: readonly string[];
}

/** A picture of nothing, with every setting at its default. */
export const initialState: PictureState = {
  subject: "",
  model: null,
  findingLevels: {},
  theme: lightTheme,
  settings: readSettings(null),
  arrangement: initialArrangement,
  camera: null,
  selection: null,
  reveals: 0,
  isTracing: false,
  matches: null,
  compared: [],
  pinned: [],
};
