import { indexOf } from "../src/describe/modelIndex.js";
import { type ParameterRow, parameterRows } from "../src/describe/parameterRows.js";
import { searchTensors } from "../src/describe/search.js";
import type { ModelSnapshot } from "../src/protocol/index.js";
import { type Page, shownFindings } from "./state.js";

/** The rows that the table shows and that are copied: those that the search keeps, as ordered. */
export function shownRows(page: Page, model: ModelSnapshot): readonly ParameterRow[] {
  const index = indexOf(model);
  return parameterRows(index, searchTensors(page.query, index, shownFindings(page, model)), page.order);
}
