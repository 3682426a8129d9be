/** `Name(...)` with one line alone kept on the line, as Module.__repr__. */
export function formatModule(name: string, extraLines: readonly string[], childLines: readonly string[]): string {
  if (extraLines.length === 1 && childLines.length === 0) return `${name}(${extraLines[0]})`;
  const lines = [...extraLines, ...childLines];
  return lines.length === 0 ? `${name}()` : `${name}(\n  ${lines.join("\n  ")}\n)`;
}

/** All lines but the first moved two to the right. */
export function indent(text: string): string {
  return text.replaceAll("\n", "\n  ");
}
