const shown = new Set<string>();

/** Says once, on the console, what PyTorch would issue as a UserWarning. */
export function warn(text: string): void {
  if (shown.has(text)) return;
  shown.add(text);
  console.warn(`UserWarning: ${text}`);
}
