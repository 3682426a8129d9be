/** A shape as the user types it: 2, 4 or 2x4 or [2, 4]; nothing at all is a scalar's. Null where it is none. */
export function parseShape(text: string): readonly number[] | null {
  const inner = text.trim().replace(/^[[(]\s*|\s*,?\s*[\])]$/g, "");
  if (inner === "") return [];
  const sizes = inner.split(/\s*[x×,]\s*|\s+/i);
  return sizes.every((size) => /^\d{1,9}$/.test(size)) ? sizes.map(Number) : null;
}
