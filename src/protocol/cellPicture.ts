import { type Check, kinds, oneOf, shape, text } from "./check.js";

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
  /** Said in the place of a drawing that is larger than what a notebook keeps; else "". */
  readonly note: string;
  /** A RecordedDrawing (src/picture); null for one that is too large. */
  readonly drawing: unknown;
}

/** `drawing` is to be checked by who draws it. */
export const checkCellPicture: Check<CellPicture> = shape<CellPicture>(
  { version: oneOf(1), model: text, label: text, action: text, text, note: text },
  { drawing: () => null },
);

/** The picture was clicked. */
export type CellPictureMessage = { readonly kind: "open"; readonly model: string };

export const checkCellPictureMessage: Check<CellPictureMessage> = kinds<CellPictureMessage>({
  open: shape<CellPictureMessage>({ kind: oneOf("open"), model: text }),
});
