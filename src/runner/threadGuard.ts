/** Runs first in every thread that model code starts: there too Node's functions are guarded, with what is allowed to the run. */
import { Guards } from "./guards.js";
import { loadStrings } from "./strings.js";
import { toldToThread } from "./threads.js";

const { access, guards, stringsFile } = toldToThread();
loadStrings(stringsFile);
new Guards(guards).allow(access);
