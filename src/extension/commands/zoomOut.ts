import { onPage } from "../ask/page.js";

export const run = onPage("zoomOut");
