import text from "elkjs/lib/elk-worker.min.js";

globalThis.layerscopeLayoutEngine = text;
