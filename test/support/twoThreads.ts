import { setNumThreads, setThreadedFrom } from "../../src/engine/kernels/wasm/threads.js";

/** A set-up file: what follows shares out every matrix product that goes to WebAssembly between two threads. */
setNumThreads(2);
setThreadedFrom(0);
