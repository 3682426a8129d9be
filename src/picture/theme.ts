/** The families of layers that the picture tells apart by colour. */
export type LayerKind =
  | "dense"
  | "convolution"
  | "attention"
  | "recurrent"
  | "embedding"
  | "normalization"
  | "activation"
  | "structure"
  | "container"
  | "operation";

/** Every colour and font of the picture. Colours are CSS colours; the page resolves VS Code's variables into them. */
export interface Theme {
  readonly appearance: "light" | "dark" | "highContrast" | "highContrastLight";
  readonly fontFamily: string;
  readonly monospaceFamily: string;
  readonly background: string;
  /** Text. */
  readonly foreground: string;
  /** Secondary text: arguments, shapes, counts. */
  readonly muted: string;
  /** Outlines of boxes. */
  readonly border: string;
  /** Fill of a leaf box. */
  readonly surface: string;
  /** Laid over the background once per nesting level; nearly transparent. */
  readonly containerTint: string;
  readonly edge: string;
  /** Outline of what is selected and of keyboard focus. */
  readonly selection: string;
  readonly hover: string;
  /** Badges and links of shared weights. */
  readonly shared: string;
  readonly error: string;
  readonly warning: string;
  /** Search matches. */
  readonly match: string;
  /** As #rrggbb: overlays have the same hues in several strengths. */
  readonly kinds: Readonly<Record<LayerKind, string>>;
}

const sans = 'system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif';
const monospace = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

/**
 * Hues after Okabe and Ito (2008), in lightness spread so that the families stay apart (a difference of 13 and more in CIE 1976) for every kind of colour
 * blindness as Machado, Oliveira and Fernandes (2009) simulate it, and legible as text on nested boxes.
 */
export const lightTheme: Theme = {
  appearance: "light",
  fontFamily: sans,
  monospaceFamily: monospace,
  background: "#ffffff",
  foreground: "#1f2328",
  muted: "#606872",
  border: "#c9ced6",
  surface: "#ffffff",
  containerTint: "rgba(36, 52, 80, 0.028)",
  edge: "#8a929d",
  selection: "#0a66d6",
  hover: "#6ea8f0",
  shared: "#a8327d",
  error: "#c72e2e",
  warning: "#a86400",
  match: "#c78800",
  kinds: {
    dense: "#2369b5",
    convolution: "#933200",
    attention: "#7b3587",
    recurrent: "#01524d",
    embedding: "#2242aa",
    normalization: "#00835d",
    activation: "#94700a",
    structure: "#616875",
    container: "#606872",
    operation: "#57606a",
  },
};

export const darkTheme: Theme = {
  ...lightTheme,
  appearance: "dark",
  background: "#1e1f22",
  foreground: "#dfe1e5",
  muted: "#9aa0a9",
  border: "#43464d",
  surface: "#27292d",
  containerTint: "rgba(200, 215, 255, 0.028)",
  edge: "#7c828c",
  selection: "#4a9eff",
  hover: "#3d6ea8",
  shared: "#e587c1",
  error: "#f27272",
  warning: "#e0a44a",
  match: "#e8c04a",
  kinds: {
    dense: "#7fc0f6",
    convolution: "#e98849",
    attention: "#bb8bca",
    recurrent: "#55dddf",
    embedding: "#8ea5fe",
    normalization: "#3dbe89",
    activation: "#e1c14a",
    structure: "#8f98a1",
    container: "#8d949e",
    operation: "#a2a8b2",
  },
};

export const highContrastTheme: Theme = {
  ...darkTheme,
  appearance: "highContrast",
  background: "#000000",
  foreground: "#ffffff",
  muted: "#e4e4e4",
  border: "#6fc3df",
  surface: "#000000",
  containerTint: "rgba(0, 0, 0, 0)",
  edge: "#ffffff",
  selection: "#f38518",
  hover: "#f38518",
  shared: "#ff9ee0",
  error: "#ff8a8a",
  warning: "#ffd080",
  match: "#ffe14d",
};

export const highContrastLightTheme: Theme = {
  ...lightTheme,
  appearance: "highContrastLight",
  foreground: "#000000",
  muted: "#292929",
  border: "#0f4a85",
  containerTint: "rgba(0, 0, 0, 0)",
  edge: "#292929",
  selection: "#b5200d",
  hover: "#b5200d",
};
