/** Runs first in every thread that model code starts: there too Node's functions are guarded, with what is allowed to the run. */
import { Descriptors } from "./descriptors.js";
import { Guards } from "./guards.js";
import { loadTranslations } from "./translations.js";
import { toldToThread } from "./threads.js";

const { access, guards, stringsFile, descriptors } = toldToThread();
loadTranslations(stringsFile);
new Descriptors().keep(descriptors);
new Guards(guards).allow(access);
