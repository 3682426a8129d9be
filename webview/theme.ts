import { darkTheme, highContrastLightTheme, highContrastTheme, lightTheme, type Theme } from "../src/picture/theme.js";

const byAppearance: Readonly<Record<string, Theme>> = {
  "vscode-light": lightTheme,
  "vscode-dark": darkTheme,
  "vscode-high-contrast": highContrastTheme,
  "vscode-high-contrast-light": highContrastLightTheme,
};

/** VS Code's variables for the picture's colours, the first that the theme sets. A notebook's page has no background of ours. */
const variables = {
  background: ["--page-background", "--vscode-notebook-outputContainerBackgroundColor", "--vscode-editor-background"],
  foreground: ["--vscode-foreground", "--vscode-editor-foreground"],
  muted: ["--vscode-descriptionForeground"],
  border: ["--vscode-contrastBorder", "--vscode-editorWidget-border", "--vscode-widget-border"],
  surface: ["--vscode-editorWidget-background"],
  selection: ["--vscode-contrastActiveBorder", "--vscode-focusBorder"],
  error: ["--vscode-errorForeground", "--vscode-editorError-foreground"],
  warning: ["--vscode-editorWarning-foreground"],
  fontFamily: ["--vscode-font-family"],
  monospaceFamily: ["--vscode-editor-font-family"],
} as const satisfies Partial<Record<keyof Theme, readonly string[]>>;

/** The picture's theme, from the variables that VS Code sets on the page. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const kind = document.body.dataset.vscodeThemeKind ?? Object.keys(byAppearance).find((name) => document.body.classList.contains(name));
  const base = byAppearance[kind ?? "vscode-light"] ?? lightTheme;
  const read = (names: readonly string[]) => names.map((name) => style.getPropertyValue(name).trim()).find((value) => value !== "");
  const colours = Object.entries(variables).flatMap(([key, names]) => {
    const value = read(names);
    return value === undefined ? [] : [[key, value]];
  });
  return { ...base, ...(Object.fromEntries(colours) as Partial<Theme>) };
}

/** Calls back after every change of VS Code's theme. Returns what ends it. */
export function onThemeChange(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
  return () => observer.disconnect();
}
