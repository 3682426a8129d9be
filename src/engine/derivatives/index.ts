/** The derivatives of all operations that can be differentiated twice. */
import "./elementwise.js";
import "./indexing.js";
import "./layers.js";
import "./reductions.js";
