/** Red, green and blue from 0 to 255. */
type Colour = readonly [red: number, green: number, blue: number];

export interface Palette {
  readonly negative: Colour;
  readonly zero: Colour;
  readonly positive: Colour;
  readonly nan: string;
}

/** Blue to orange stays apart for every common kind of colour blindness; zero recedes into the page. */
export const lightPalette: Palette = { negative: [0, 84, 166], zero: [247, 247, 247], positive: [190, 77, 0], nan: "#d0008f" };
export const darkPalette: Palette = { negative: [90, 176, 255], zero: [38, 40, 44], positive: [255, 158, 74], nan: "#ff5fc8" };

/** The colour of a value where `limit` is the largest magnitude shown. Infinities take the ends, NaN a colour of its own. */
export function colourOf(value: number, limit: number, palette: Palette): string {
  if (Number.isNaN(value)) return palette.nan;
  const share = limit === 0 ? 0 : Math.max(-1, Math.min(1, value / limit));
  const end = share < 0 ? palette.negative : palette.positive;
  const mixed = palette.zero.map((from, channel) => Math.round(from + (end[channel]! - from) * Math.abs(share)));
  return `rgb(${mixed.join(", ")})`;
}
