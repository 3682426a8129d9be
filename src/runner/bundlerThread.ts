/** The thread that bundles: esbuild's WebAssembly runs here, on a stack of its own size. It may stop at any time, and its process with it. */
import { parentPort, workerData } from "node:worker_threads";
import { Bundler } from "./bundle.js";
import type { BundlerOptions, BundleRequest, FromBundler } from "./bundlerMessages.js";
import { startEsbuild } from "./esbuild.js";
import { loadTranslations } from "./translations.js";

const { stringsFile, wasmFile, engineUrl } = workerData as Pick<BundlerOptions, "stringsFile"> & { readonly wasmFile: string; readonly engineUrl: string };
loadTranslations(stringsFile);

const tell = (message: FromBundler): void => parentPort!.postMessage(message);

/** Longest wait for what esbuild says of its end: milliseconds on a quiet machine, seconds on a busy one. */
const complaintMilliseconds = 15_000;

function exited(complaint: string): void {
  if (/stack overflow/.test(complaint)) tell({ kind: "overflow" });
  else if (/out of memory/.test(complaint)) tell({ kind: "memory" });
  else tell({ kind: "failed", message: complaint.split("\n", 1)[0]! });
}

const bundler = startEsbuild(wasmFile, exited).then(
  (esbuild) => new Bundler({ esbuild, bundledEngineUrl: engineUrl, onRead: (file) => tell({ kind: "reading", file }) }),
);
bundler.then(
  () => tell({ kind: "ready" }),
  (error: unknown) => tell({ kind: "failed", message: String(error) }),
);

parentPort!.on("message", ({ file, overrides }: BundleRequest) => {
  bundler
    .then((ready) => ready.bundle(file, new Map(overrides)))
    .then(
      (outcome) => tell({ kind: "done", outcome }),
      (error: unknown) => {
        const message = String((error as Error)?.message ?? error);
        // Why it exited is what it complained of, which may still be on its way.
        setTimeout(() => tell({ kind: "failed", message }), /already exited/.test(message) ? complaintMilliseconds : 0);
      },
    );
});
