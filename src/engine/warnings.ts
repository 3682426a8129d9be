const shown = new Set<string>();
let listener: ((text: string) => void) | null = null;

/** Hands all warnings to `told` from now on, each time they arise: who listens decides which are shown. Null for the console again. */
export function listenToWarnings(told: ((text: string) => void) | null): void {
  listener = told;
}

/** Says on the console what PyTorch would issue as a UserWarning: once for each place in the user's code, as Python's default filter does. */
export function warn(text: string): void {
  if (listener !== null) return listener(text);
  const key = `${text}\n${callersPlace()}`;
  if (shown.has(key)) return;
  shown.add(key);
  console.warn(`UserWarning: ${text}`);
}

/** The innermost place on the stack that is none of the engine's own: what called the engine. */
function callersPlace(): string {
  const frames = (new Error().stack ?? "").split("\n").slice(1);
  const places = frames.map((frame) => /\(?((?:file:|node:|[a-z]+:\/\/|\/|[A-Za-z]:\\).*:\d+:\d+)\)?$/.exec(frame)?.[1] ?? null);
  const fileOf = (place: string): string => place.replace(/:\d+:\d+$/, "").replace(/\?.*$/, "");
  const own = places.find((place) => place !== null);
  if (own == null) return "";
  // Bundled, the engine is one file; in source, all that lies beside this one.
  const home = fileOf(own).replace(/warnings\.[jt]s$/, "");
  return places.find((place) => place !== null && !fileOf(place).startsWith(home)) ?? own;
}
