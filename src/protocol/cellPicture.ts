import { type Check, kinds, oneOf, optional, shape, text } from "./check.js";

/** What the output of a notebook's cell holds of a model's picture, and what travels between who draws it there (webview/notebook) and the extension. */

/** Beside it stands the picture as SVG, for those who do not know this one. */
export const cellPictureMime = "application/vnd.layerscope.picture+json";

/** The name of the renderer in package.json. */
export const cellPictureRenderer = "layerscope.picture";

/** Words are those of the language that the notebook was run in. */
export interface CellPicture {
  readonly version: 1;
  /** The model's name in the notebook. */
  readonly model: string;
  /** What the picture is of, and what Enter does there, for those who do not see it. */
  readonly label: string;
  /** What a click does. */
  readonly action: string;
  /** What stands above it, as it is; else "". */
  readonly text: string;
  /** Said in the place of a drawing that the notebook does not keep; else "". */
  readonly note: string;
  /** A RecordedDrawing (src/picture); null for one that the notebook does not keep: it is too large, or the user wants none kept. */
  readonly drawing: unknown;
  /** What the extension knows the drawing by that the notebook does not keep, as long as it runs. */
  readonly key?: string;
}

/** `drawing` is to be checked by who draws it. */
export const checkCellPicture: Check<CellPicture> = shape<CellPicture>(
  { version: oneOf(1), model: text, label: text, action: text, text, note: text },
  { drawing: () => null, key: text },
);

export type CellPictureMessage =
  /** The picture was clicked, or one of its modules; null: the picture as a whole. */
  | { readonly kind: "open"; readonly model: string; readonly path: string | null }
  /** A drawing is wanted that the notebook does not keep. */
  | { readonly kind: "draw"; readonly key: string };

type Of<Kind extends CellPictureMessage["kind"]> = Extract<CellPictureMessage, { readonly kind: Kind }>;

export const checkCellPictureMessage: Check<CellPictureMessage> = kinds<CellPictureMessage>({
  open: shape<Of<"open">>({ kind: oneOf("open"), model: text, path: optional(text) }),
  draw: shape<Of<"draw">>({ kind: oneOf("draw"), key: text }),
});

/** A drawing that was asked for; it is to be checked by who draws it. */
export interface CellDrawing {
  readonly key: string;
  readonly drawing: unknown;
}
