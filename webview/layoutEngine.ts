/**
 * The text of elkjs's worker, from a script of its own: 1.6 MB that would hold up the page's first picture if they were part of
 * main.js, and that a worker cannot load by itself in a webview.
 */

declare global {
  var layerscopeLayoutEngine: string | undefined;
}

const ownScript = document.currentScript as HTMLScriptElement | null;

export function loadLayoutEngine(): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!ownScript) return reject(new Error("The page's script does not know its own address."));
    const script = document.createElement("script");
    script.src = new URL("layoutEngine.js", ownScript.src).href;
    // The nonce of the page's own script: only a script that carries it may run.
    script.nonce = ownScript.nonce;
    script.onload = () => resolve(globalThis.layerscopeLayoutEngine!);
    script.onerror = () => reject(new Error(`${script.src} could not be loaded.`));
    document.head.append(script);
  });
}
