import { setWasmUse } from "../../src/engine/kernels/wasm/instance.js";

/** A set-up file: what follows runs without the WebAssembly kernels. */
setWasmUse("never");
