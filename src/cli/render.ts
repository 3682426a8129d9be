/** The page's own drawing, on paper. */
export { renderSvg } from "../../webview/graph/renderSvg.js";
export { darkTheme, lightTheme } from "../../webview/graph/theme.js";
