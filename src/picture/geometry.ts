/** Which way data flows on the screen. */
export type Direction = "down" | "right";

/** In the picture's units, which are CSS pixels at scale 1, unless said otherwise. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}
