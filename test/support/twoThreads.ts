import { setWasmUse } from "../../src/engine/kernels/wasm/instance.js";
import { setNumThreads, setThreadedFrom } from "../../src/engine/kernels/wasm/threads.js";

/** A set-up file: what follows uses the WebAssembly kernels however small the work, and shares out every matrix product between two threads. */
setWasmUse("always");
setNumThreads(2);
setThreadedFrom(0);
