/** Draws pictures of models in the outputs of cells: what VS Code loads into the page of a notebook (`contributes.notebookRenderer`). */
import { checkDrawing, type RecordedDrawing, replay } from "../../src/picture/drawing/recordedDrawing.js";
import { fontStyles, SvgElements, type SvgWriter } from "../../src/picture/drawing/svgSurface.js";
import { estimateText, fontText, type MeasureText } from "../../src/picture/text.js";
import { type CellDrawing, type CellPicture, type CellPictureMessage, checkCellPicture } from "../../src/protocol/cellPicture.js";
import { onThemeChange, readTheme } from "../theme.js";

/** What is used of VS Code's interface for renderers. */
interface RendererContext {
  postMessage?(message: CellPictureMessage): void;
  onDidReceiveMessage?(hear: (message: unknown) => void): void;
}
interface OutputItem {
  readonly id: string;
  json(): unknown;
}
interface Renderer {
  renderOutputItem(item: OutputItem, element: HTMLElement): void;
  disposeOutputItem(id?: string): void;
}

const namespace = "http://www.w3.org/2000/svg";

const styles = `
  .picture { position: relative; width: fit-content; max-width: 100%; border-radius: 4px; outline: 1px solid transparent; cursor: pointer; }
  .picture:hover { outline-color: var(--vscode-contrastActiveBorder, var(--vscode-widget-border, transparent)); }
  .picture:focus-visible { outline: 2px solid var(--vscode-focusBorder); }
  .text { white-space: pre-wrap; font-family: var(--vscode-editor-font-family, monospace); font-size: var(--vscode-editor-font-size); }
  svg { display: block; max-width: 100%; height: auto; }
  .note { padding: 4px 8px; color: var(--vscode-descriptionForeground); }
  .action { position: absolute; top: 4px; right: 4px; padding: 2px 8px; border-radius: 2px; visibility: hidden;
    color: var(--vscode-button-foreground); background: var(--vscode-button-background); border: 1px solid var(--vscode-button-border, transparent); }
  .picture:hover .action, .picture:focus-visible .action, .note ~ .action { visibility: visible; }
  .note ~ .action { position: static; width: fit-content; margin: 0 8px 6px; }
`;

export function activate(context: RendererContext): Renderer {
  const shown = new Map<string, Shown>();
  const dispose = (id: string): void => {
    shown.get(id)?.end();
    shown.delete(id);
  };
  context.onDidReceiveMessage?.((message) => {
    const { key, drawing } = (message ?? {}) as Partial<CellDrawing>;
    if (key === undefined || checkDrawing(drawing) !== null) return;
    for (const each of shown.values()) if (each.key === key) each.draw(drawing as RecordedDrawing);
  });
  return {
    renderOutputItem(item, element) {
      dispose(item.id);
      const picture = item.json();
      const wrong = checkCellPicture(picture) ?? drawingFault(picture as CellPicture);
      if (wrong !== null) throw new Error(`What the notebook keeps of this picture cannot be understood: it${wrong}.`);
      shown.set(item.id, show(picture as CellPicture, element, context));
    },
    disposeOutputItem(id) {
      for (const each of id === undefined ? [...shown.keys()] : [id]) dispose(each);
    },
  };
}

function drawingFault({ drawing }: CellPicture): string | null {
  const wrong = drawing === null ? null : checkDrawing(drawing);
  return wrong && `.drawing${wrong}`;
}

/** The picture in one output. */
interface Shown {
  /** What the extension knows its drawing by, where the notebook does not keep it. */
  readonly key: string | undefined;
  draw(drawing: RecordedDrawing): void;
  end(): void;
}

/** Draws the picture, and again whenever the theme changes. A drawing that is not kept is asked for. */
function show({ model, label, action, text, note, drawing, key }: CellPicture, element: HTMLElement, context: RendererContext): Shown {
  // In a tree of its own, where no style sheet of another output reaches, nor ours any other.
  const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
  const picture = document.createElement("div");
  picture.className = "picture";
  picture.tabIndex = 0;
  picture.setAttribute("role", "button");
  picture.setAttribute("aria-label", label);
  const open = (path: string | null): void => context.postMessage?.({ kind: "open", model, path });
  picture.addEventListener("click", ({ target }) => open((target as Element).closest("[data-path]")?.getAttribute("data-path") ?? null));
  picture.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    // The notebook has these keys too.
    event.preventDefault();
    event.stopPropagation();
    open(null);
  });
  let drawn = drawing as RecordedDrawing | null;
  const draw = (): void => {
    const sheet = document.createElement("style");
    sheet.textContent = styles + fontStyles("var(--vscode-font-family, sans-serif)");
    picture.replaceChildren(drawn === null ? textBox("note", note) : pictureOf(drawn), textBox("action", action));
    root.replaceChildren(sheet, ...(text === "" ? [] : [textBox("text", text)]), picture);
  };
  draw();
  if (drawing === null && key !== undefined) context.postMessage?.({ kind: "draw", key });
  return {
    key,
    draw(come) {
      drawn = come;
      draw();
    },
    end: onThemeChange(draw),
  };
}

/** Its name stands beside it, for all who do not see it. */
function textBox(name: string, text: string): HTMLElement {
  const box = document.createElement("div");
  box.className = name;
  box.textContent = text;
  return box;
}

function pictureOf(drawing: RecordedDrawing): SVGElement {
  const theme = readTheme();
  const [x, y, width, height] = drawing.area;
  const svg = document.createElementNS(namespace, "svg");
  for (const [name, value] of Object.entries({ width, height, viewBox: `${x} ${y} ${width} ${height}`, "aria-hidden": true }))
    svg.setAttribute(name, String(value));
  replay(drawing, new SvgElements(new PageWriter(svg), measureIn(theme.fontFamily)), theme);
  return svg;
}

/** A text is as wide as it is in the font that it is written in, and no wider than its box was made for. */
function measureIn(fontFamily: string): MeasureText {
  const context = document.createElement("canvas").getContext("2d");
  return (text, font) => {
    const most = estimateText(text, font);
    if (!context) return most;
    context.font = fontText(font, fontFamily);
    return Math.min(most, context.measureText(text).width);
  };
}

/** Makes the elements one by one: what a notebook keeps is data, and never read as markup. */
class PageWriter implements SvgWriter {
  constructor(private open: SVGElement) {}

  element(name: "rect" | "path" | "text", attributes: Readonly<Record<string, string | number>>, text?: string): void {
    this.#add(name, attributes).textContent = text ?? null;
  }

  beginGroup(title: string, path?: string): void {
    this.open = this.#add("g", path === undefined ? {} : { "data-path": path });
    this.#add("title", {}).textContent = title;
  }

  endGroup(): void {
    this.open = this.open.parentNode as SVGElement;
  }

  #add(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
    const element = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    this.open.append(element);
    return element;
  }
}
