/** The few fonts of the picture. Sizes in CSS pixels at scale 1. */
export type FontName = "title" | "plain" | "detail" | "small" | "symbol";

export interface Font {
  readonly size: number;
  readonly weight: 400 | 600;
}

export const fonts: Readonly<Record<FontName, Font>> = {
  title: { size: 12, weight: 600 },
  plain: { size: 12, weight: 400 },
  detail: { size: 11, weight: 400 },
  small: { size: 10, weight: 400 },
  symbol: { size: 15, weight: 400 },
};

/** Width of a text in CSS pixels at scale 1. */
export type MeasureText = (text: string, font: FontName) => number;

/** Advance widths of a wide sans serif (DejaVu Sans, in 1/1000 em) for where there is no font to ask: a narrower font then fits too. */
const advances = new Map<string, number>();
for (const [width, characters] of [
  [320, " .,:;|'`il!jI"],
  [400, "()[]{}ftr-/\\"],
  [520, 'cksvxyz?*"'],
  [620, "abdeghnopquEFJLPSTYZ_0123456789$"],
  [700, "ABCDGHKNORUVXR&"],
  [838, "+<=>~^#w×÷−→"],
  [870, "MOQ"],
  [990, "mW%@…"],
] as const) {
  for (const character of characters) if (!advances.has(character)) advances.set(character, width);
}

export const estimateText: MeasureText = (text, font) => {
  let sum = 0;
  for (const character of text) sum += advances.get(character) ?? (character > "\u2e80" ? 1000 : 680);
  return (sum / 1000) * fonts[font].size * (fonts[font].weight === 600 ? 1.09 : 1);
};

/** As CSS and canvas write it. */
export function fontText(font: FontName, family: string): string {
  const { size, weight } = fonts[font];
  return `${weight} ${size}px ${family}`;
}

/** The text, or as much of it as fits with an ellipsis; "" where not even that fits. */
export function fit(text: string, width: number, font: FontName, measure: MeasureText): string {
  if (measure(text, font) <= width) return text;
  let low = 0;
  let high = text.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${text.slice(0, middle).trimEnd()}…`, font) <= width) low = middle;
    else high = middle - 1;
  }
  return low > 0 ? `${text.slice(0, low).trimEnd()}…` : "";
}

/** The text, or its beginning and its end where it does not fit: names differ in both. */
export function fitName(text: string, width: number, font: FontName, measure: MeasureText): string {
  if (measure(text, font) <= width) return text;
  const characters = [...text];
  for (let kept = characters.length - 1; kept > 1; kept--) {
    const cut = `${characters
      .slice(0, Math.ceil(kept / 2))
      .join("")
      .trimEnd()}…${characters
      .slice(characters.length - Math.floor(kept / 2))
      .join("")
      .trimStart()}`;
    if (measure(cut, font) <= width) return cut;
  }
  return fit(text, width, font, measure);
}

/** Lines of at most `width`, broken at spaces where there are any; the last one ends in an ellipsis when there are more than `most`. */
export function wrap(text: string, width: number, font: FontName, most: number, measure: MeasureText): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && measure(longer, font) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line) lines.push(line);
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] += " …";
  return kept.map((each) => fit(each, width, font, measure));
}
