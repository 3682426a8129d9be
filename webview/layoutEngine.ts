let text: Promise<string> | undefined;

/** The text of elkjs's worker: 1.6 MB that nothing waits for but the first layout that needs them, and that a worker cannot load by itself in a webview. */
export function loadLayoutEngine(): Promise<string> {
  return (text ??= fetch(new URL("elk-worker.min.cjs", import.meta.url)).then((response) => {
    if (!response.ok) throw new Error(`elk-worker.min.cjs could not be read: ${response.status}.`);
    return response.text();
  }));
}
