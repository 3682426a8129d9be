let text: Promise<string> | undefined;

/** The text of elkjs's worker: 1.6 MB that nothing waits for but the first layout that needs them, and that a worker cannot load by itself in a webview. */
export function loadLayoutEngine(): Promise<string> {
  return (text ??= import("elkjs/lib/elk-worker.min.js").then((module) => module.default));
}
